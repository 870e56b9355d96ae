// Private details on their way out: who may ask for them, and the record of who was shown what.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "common/rpc/context.h"
#include "services/dispatch/app/app.h"

namespace baodao::dispatch {

// The most people that one release names.
inline constexpr int kMaxReleased = 100;

// The caller's own part in the task; PERMISSION_DENIED for whoever has none.
Task<absl::StatusOr<v1::Assignment>> ReadOwnPart(App& app, rpc::CallContext context,
                                                 std::string task_id);

// Whether the caller is on the task (IsOnTheWork), with the standing on which they accepted: also
// somebody at work whose registration was suspended is told where to turn, not where to go.
Task<absl::Status> CheckOnTheWork(App& app, rpc::CallContext context, v1::Task task);

// Whether the caller leads the task, with the standing on which they accepted it: NOT_LEADER, or a
// refusal of a claim.
Task<absl::Status> CheckLeads(App& app, rpc::CallContext context, v1::Task task);

// Whether GetTaskContact answers the caller: from acceptance until the task closes, and for
// coordinators of its area.
Task<absl::Status> CheckMaySeeContact(App& app, rpc::CallContext context, v1::Task task);

// Puts on record that the caller was shown who these people are; nobody: the task's contact. To be
// done before anything is out.
Task<absl::Status> RecordRelease(App& app, rpc::CallContext context, std::string task_id,
                                 std::vector<std::string> person_ids);

}  // namespace baodao::dispatch
