// Retries of a start while others cannot be reached.
#pragma once

#include <absl/status/status.h>

#include <functional>
#include <string>

#include "common/async/task.h"
#include "common/clock/clock.h"

namespace baodao::service {

// Takes the step again and again while it fails with UNAVAILABLE or DEADLINE_EXCEEDED, with a line
// in the log each time. Any other outcome is the answer. Nothing is served meanwhile: whoever asks
// for health finds the service not ready.
Task<absl::Status> UntilReachable(Clock& clock, std::string what,
                                  std::function<Task<absl::Status>()> step);

}  // namespace baodao::service
