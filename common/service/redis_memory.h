// How much memory Redis has, and how much of it is used.
#pragma once

#include "common/async/task.h"
#include "common/service/runtime.h"

namespace baodao::service {

// Keeps two gauges current until it is cancelled, of the fullest node of a cluster, and says once
// what is wrong with its settings: a Redis without a limit takes the machine down with it, one that
// evicts forgets records, one that does not pack hashes takes much more. `runtime` outlives it.
Task<void> WatchRedisMemory(Runtime& runtime);

}  // namespace baodao::service
