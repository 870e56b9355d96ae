// Builds the one commit of a batch.
#pragma once

#include <string>
#include <vector>

#include "common/store/commit.h"
#include "services/dispatch/store/keys.h"
#include "services/dispatch/store/task_cache.h"
#include "services/dispatch/store/task_call.h"

namespace baodao::dispatch {

// The commit of what `decided` (in order) made of `before`, now in `aggregate`: the record under
// its version, assignments, waitlist, indexes, then events, timers and answers of each call. If no
// call changed the task itself, its version is only checked, so that a timer is never cleared that
// somebody has just armed.
//
// commit.requests() has one entry per call with a request, in the order of `decided`.
store::Commit BuildCommit(const DispatchKeys& keys, const Loaded& before,
                          const Aggregate& aggregate, const std::vector<TaskCall*>& decided,
                          Time now);

// Events and timers of one call.
void AddEffects(const Effects& effects, const std::string& actor, const std::string& trace_id,
                Time now, store::Commit& commit);

}  // namespace baodao::dispatch
