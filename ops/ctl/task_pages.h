// All tasks of an area that a request asks for.
#pragma once

#include "ops/ctl/session.h"

namespace baodao::ctl {

// UNSPECIFIED of an empty name. INVALID_ARGUMENT for an unknown one.
absl::StatusOr<dispatch::v1::TaskState> TaskStateByName(const std::string& name);
// "OPEN" of TASK_STATE_OPEN.
std::string TaskStateName(dispatch::v1::TaskState state);

// At most `limit`.
Task<absl::StatusOr<dispatch::v1::ListTasksResponse>> FetchTasks(
    Session& session, dispatch::v1::ListTasksRequest request, int limit);

// `tasks confirm`.
void AddConfirm(CLI::App* tasks, Plan& plan);

}  // namespace baodao::ctl
