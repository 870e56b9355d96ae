// Tasks and who is on them, as their callers may see them; see TaskService.
#pragma once

#include <absl/status/statusor.h>

#include <vector>

#include "services/dispatch/app/app.h"

namespace baodao::dispatch {

// Makes of a stored task what the caller may see: in full for its requester, its publisher and
// coordinators of its area, with all that is not stored of it (see v1::Task) but my_state; for
// other services as it is stored.
void ToView(const App& app, const rpc::CallContext& context, v1::Task* task);
// Without what is wrong with somebody's standing, unless for coordinators of the area: whether a
// volunteer was suspended, or keeps apart from the requester, is not the requester's to know; nor
// is what somebody asked the community for, or whether how they signed is in doubt.
v1::Assignment Shown(const App& app, const rpc::CallContext& context, const v1::Task& task,
                     v1::Assignment assignment);
// Also for those who have accepted it: asks whether the caller has. With my_state.
Task<absl::StatusOr<v1::Task>> ShownToPeople(App& app, rpc::CallContext context, v1::Task task);
// Fills in my_state of the tasks of a list, where the caller is a person: reads their calendar,
// what they are asked for in the shards of these tasks, and their part in those of the tasks that
// stand in either.
Task<absl::Status> SetMyStates(App& app, rpc::CallContext context, std::vector<v1::Task*> tasks);

}  // namespace baodao::dispatch
