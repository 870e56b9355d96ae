#include "services/matching/workers/dispatch.h"

#include <utility>

namespace baodao::matching {
namespace {

using Tasks = rpc::AsyncOf<dispatch::v1::TaskService>;
using Assignments = rpc::AsyncOf<dispatch::v1::AssignmentService>;

}  // namespace

Task<absl::StatusOr<dispatch::v1::ListTasksResponse>> RpcDispatch::ListTasks(
    dispatch::v1::ListTasksRequest request) {
  rpc::CallOptions options;
  co_return co_await tasks_.Call(&Tasks::ListTasks, std::move(options), std::move(request));
}

Task<absl::StatusOr<dispatch::v1::Task>> RpcDispatch::GetTask(std::string task_id) {
  rpc::CallOptions options;
  dispatch::v1::GetTaskRequest request;
  request.set_task_id(std::move(task_id));
  co_return co_await tasks_.Call(&Tasks::GetTask, std::move(options), std::move(request));
}

Task<absl::StatusOr<dispatch::v1::ListTaskAssignmentsResponse>> RpcDispatch::ListTaskAssignments(
    dispatch::v1::ListTaskAssignmentsRequest request) {
  rpc::CallOptions options;
  co_return co_await assignments_.Call(&Assignments::ListTaskAssignments, std::move(options),
                                       std::move(request));
}

Task<absl::StatusOr<dispatch::v1::Assignment>> RpcDispatch::OfferTask(
    dispatch::v1::OfferTaskRequest request) {
  rpc::CallOptions options;
  co_return co_await assignments_.Call(&Assignments::OfferTask, std::move(options),
                                       std::move(request));
}

}  // namespace baodao::matching
