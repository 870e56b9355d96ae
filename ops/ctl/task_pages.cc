#include "ops/ctl/task_pages.h"

#include <algorithm>

namespace baodao::ctl {
namespace {

constexpr char kPrefix[] = "TASK_STATE_";

}  // namespace

absl::StatusOr<dispatch::v1::TaskState> TaskStateByName(const std::string& name) {
  dispatch::v1::TaskState state = dispatch::v1::TASK_STATE_UNSPECIFIED;
  if (name.empty() || dispatch::v1::TaskState_Parse(kPrefix + name, &state)) return state;
  return absl::InvalidArgumentError("--state: there is no state " + name);
}

std::string TaskStateName(dispatch::v1::TaskState state) {
  return dispatch::v1::TaskState_Name(state).substr(sizeof kPrefix - 1);
}

Task<absl::StatusOr<dispatch::v1::ListTasksResponse>> FetchTasks(
    Session& session, dispatch::v1::ListTasksRequest request, int limit) {
  dispatch::v1::ListTasksResponse all;
  do {
    request.set_page_size(std::min(200, limit - all.tasks_size()));
    CO_ASSIGN_OR_RETURN(
        const dispatch::v1::ListTasksResponse page,
        co_await session.Call(session.backend.tasks, &client::Tasks::ListTasks, request));
    all.mutable_tasks()->MergeFrom(page.tasks());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && all.tasks_size() < limit);
  co_return all;
}

}  // namespace baodao::ctl
