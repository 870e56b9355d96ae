// Moves what the clock moves (domain/deadlines.h).
#pragma once

#include <absl/status/status.h>

#include <string>

#include "common/timers/timer_loop.h"
#include "services/lists/rpc/deps.h"

namespace baodao::lists {

class Deadlines {
 public:
  explicit Deadlines(Deps deps) : deps_(deps) {}

  // For timers of kDeadlineTimer, of needs, resources and projects alike. One that comes too early
  // or for nothing is moved to where it belongs, or cleared; an error: again later.
  Task<absl::Status> OnTimer(timers::Timer timer);

 private:
  template <class Record>
  Task<absl::Status> Fire(timers::Timer timer, std::string key,
                          absl::StatusOr<Loaded<Record>> loaded);

  Deps deps_;
};

}  // namespace baodao::lists
