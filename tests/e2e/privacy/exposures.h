// Who may see what that is private, when, and where: all of it. One's own data may be seen by
// oneself anywhere and at any time, and stands nowhere here.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "tests/e2e/privacy/life.h"

namespace baodao::testing {

struct Exposure {
  std::set<std::string> secrets;
  std::set<std::string> who;
  Phase from;
  Phase until;  // the last phase in which it is shown
  std::set<std::string> methods;
  const char* why;
};

const std::vector<Exposure>& Exposures();

}  // namespace baodao::testing
