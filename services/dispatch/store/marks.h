// The marks of requests in their callers' shards, where those are not the task's.
#pragma once

#include "common/async/task.h"
#include "common/store/store.h"
#include "services/dispatch/store/batch.h"

namespace baodao::dispatch {

// Marks the requests of the decided calls that ask for it, all at the same time. Ends, and takes
// out of `calls`, those whose request_id belongs to another payload and those that could not be
// marked: false when there are such, and the others are to be decided again without them.
Task<bool> MarkDecided(store::Store& store, const Calls& decided, Calls& calls);

// After the call has ended in `shard`: a refusal is REQUEST_ID_REUSED where the mark says so, and
// takes back the mark that was made for it, unless a copy of the request was answered meanwhile.
Task<void> SettleMark(store::Store& store, int shard, TaskCall& call);

}  // namespace baodao::dispatch
