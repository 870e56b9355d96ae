#include "services/matching/app/dispatch.h"

#include <utility>

namespace baodao::matching {
namespace {

using Tasks = rpc::AsyncOf<dispatch::v1::TaskService>;
using Assignments = rpc::AsyncOf<dispatch::v1::AssignmentService>;

}  // namespace

Task<absl::StatusOr<dispatch::v1::ListTasksResponse>> RpcDispatch::ListTasks(
    rpc::CallOptions options, dispatch::v1::ListTasksRequest request) {
  co_return co_await tasks_.Call(&Tasks::ListTasks, std::move(options), std::move(request));
}

Task<absl::StatusOr<dispatch::v1::Task>> RpcDispatch::GetTask(rpc::CallOptions options,
                                                              std::string task_id) {
  dispatch::v1::GetTaskRequest request;
  request.set_task_id(std::move(task_id));
  co_return co_await tasks_.Call(&Tasks::GetTask, std::move(options), std::move(request));
}

Task<absl::StatusOr<dispatch::v1::ListTaskAssignmentsResponse>> RpcDispatch::ListTaskAssignments(
    rpc::CallOptions options, dispatch::v1::ListTaskAssignmentsRequest request) {
  co_return co_await assignments_.Call(&Assignments::ListTaskAssignments, std::move(options),
                                       std::move(request));
}

Task<absl::StatusOr<dispatch::v1::Assignment>> RpcDispatch::OfferTask(
    rpc::CallOptions options, dispatch::v1::OfferTaskRequest request) {
  co_return co_await assignments_.Call(&Assignments::OfferTask, std::move(options),
                                       std::move(request));
}

}  // namespace baodao::matching
