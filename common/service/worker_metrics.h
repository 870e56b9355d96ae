// How the workers of a service keep up: consumer groups and timers, one set of gauges for all
// services.
#pragma once

#include <memory>
#include <string>

#include "common/async/task.h"
#include "common/events/consumer.h"
#include "common/metrics/metrics.h"
#include "common/service/runtime.h"
#include "common/timers/timer_loop.h"

namespace baodao::service {

// Keeps the gauges of the timer loop current; both outlive it. Before Run.
void ObserveTimers(metrics::Registry& registry, timers::TimerLoop& loop);

// The handler, which also keeps how old events are when they come to it for the first time: how far
// behind the caches of a replica ("tail") or the readers of a group are.
events::Handler ObserveAge(Runtime& runtime, const std::string& consumer, events::Handler handler);

// The same for a handler of batches.
events::BatchHandler ObserveAges(Runtime& runtime, const std::string& consumer,
                                 events::BatchHandler handler);

// The trimmer of the service's own streams, which waits for the groups that read them and keeps the
// gauge of those it still waits for. All arguments outlive it.
std::unique_ptr<events::Consumer> NewTrimmer(Runtime& runtime);

// Samples the lag of a group every ten seconds until it is cancelled. `runtime` outlives it.
Task<void> SampleGroupLag(Runtime& runtime, std::string group);

}  // namespace baodao::service
