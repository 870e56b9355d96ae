// All tasks of an area in one state.
#pragma once

#include "ops/ctl/session.h"

namespace baodao::ctl {

// At most `limit`. INVALID_ARGUMENT for an unknown name of a state; empty: tasks that can be
// claimed.
absl::StatusOr<dispatch::v1::TaskState> TaskStateByName(const std::string& name);
// "OPEN" of TASK_STATE_OPEN.
std::string TaskStateName(dispatch::v1::TaskState state);

Task<absl::StatusOr<dispatch::v1::ListTasksResponse>> FetchTasks(
    Session& session, dispatch::v1::ListTasksRequest request, int limit);

// `tasks confirm`.
void AddConfirm(CLI::App* tasks, Plan& plan);

}  // namespace baodao::ctl
