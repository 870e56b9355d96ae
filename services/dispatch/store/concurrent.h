// A few of many at a time.
#pragma once

#include <cstddef>
#include <functional>

#include "common/async/task.h"

namespace baodao::dispatch {

// Runs `each(0)` … `each(count - 1)`, at most `at_once` of them at a time, and returns when all
// have ended. The first exception is thrown again then. Not to be cancelled.
Task<void> ForEach(size_t count, size_t at_once, std::function<Task<void>(size_t)> each);

}  // namespace baodao::dispatch
