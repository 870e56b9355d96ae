// Tasks and who is on them, as their callers may see them; see TaskService.
#pragma once

#include <absl/status/statusor.h>

#include "services/dispatch/app/app.h"

namespace baodao::dispatch {

// In full for its requester, its publisher, coordinators of its area and other services.
v1::Task Shown(const App& app, const rpc::CallContext& context, v1::Task task);
// Without what is wrong with somebody's standing, unless for coordinators of the area: whether a
// volunteer was suspended, or keeps apart from the requester, is not the requester's to know; nor
// is what somebody asked the community for, or whether how they signed is in doubt.
v1::Assignment Shown(const App& app, const rpc::CallContext& context, const v1::Task& task,
                     v1::Assignment assignment);
// Also for those who have accepted it: asks whether the caller has.
Task<absl::StatusOr<v1::Task>> ShownToPeople(App& app, rpc::CallContext context, v1::Task task);

}  // namespace baodao::dispatch
