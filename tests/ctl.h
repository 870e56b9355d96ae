// baodaoctl within the process of a test.
#pragma once

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "ops/ctl/app.h"

namespace baodao::ctl {

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
};

inline Outcome OutcomeOf(std::vector<std::string> arguments) {
  std::ostringstream out;
  std::ostringstream err;
  Outcome outcome;
  outcome.code = Run(std::move(arguments), out, err);
  outcome.out = out.str();
  outcome.err = err.str();
  return outcome;
}

}  // namespace baodao::ctl
