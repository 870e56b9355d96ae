// All that the services keep, so that a test can say that nothing was written.
#pragma once

#include <string>
#include <vector>

#include "tests/e2e/town.h"

namespace baodao::testing {

class Stored {
 public:
  // Waits until every event so far has been handled: what the services do by themselves is done.
  explicit Stored(Town& town);

  // What was written since, by key. Not what workers note for themselves, nor what ran out.
  std::vector<std::string> Changes() const;

 private:
  struct Value {
    std::string dump;
    bool passes;  // it has a time to live, or is a login code
  };
  using Values = std::map<std::string, Value>;

  static Task<void> AwaitEvents(Town& town);
  Values Read() const;

  Town& town_;
  Values before_;
};

}  // namespace baodao::testing
