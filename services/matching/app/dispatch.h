// The calls of matching to dispatch, behind an interface that tests can double.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "baodao/dispatch/v1/assignment.grpc.pb.h"
#include "baodao/dispatch/v1/task.grpc.pb.h"
#include "common/async/task.h"
#include "common/rpc/client.h"

namespace baodao::matching {

// Loop thread only. `options` say on whose behalf. Errors are refusals as dispatch made them, or
// PEER_UNAVAILABLE.
class Dispatch {
 public:
  virtual ~Dispatch() = default;
  virtual Task<absl::StatusOr<dispatch::v1::ListTasksResponse>> ListTasks(
      rpc::CallOptions options, dispatch::v1::ListTasksRequest request) = 0;
  virtual Task<absl::StatusOr<dispatch::v1::Task>> GetTask(rpc::CallOptions options,
                                                           std::string task_id) = 0;
  virtual Task<absl::StatusOr<dispatch::v1::ListTaskAssignmentsResponse>> ListTaskAssignments(
      rpc::CallOptions options, dispatch::v1::ListTaskAssignmentsRequest request) = 0;
  virtual Task<absl::StatusOr<dispatch::v1::Assignment>> OfferTask(
      rpc::CallOptions options, dispatch::v1::OfferTaskRequest request) = 0;
};

// Over gRPC, with the service's own token. The channel outlives it.
class RpcDispatch final : public Dispatch {
 public:
  explicit RpcDispatch(rpc::Channel& channel) : tasks_(channel), assignments_(channel) {}

  Task<absl::StatusOr<dispatch::v1::ListTasksResponse>> ListTasks(
      rpc::CallOptions options, dispatch::v1::ListTasksRequest request) override;
  Task<absl::StatusOr<dispatch::v1::Task>> GetTask(rpc::CallOptions options,
                                                   std::string task_id) override;
  Task<absl::StatusOr<dispatch::v1::ListTaskAssignmentsResponse>> ListTaskAssignments(
      rpc::CallOptions options, dispatch::v1::ListTaskAssignmentsRequest request) override;
  Task<absl::StatusOr<dispatch::v1::Assignment>> OfferTask(
      rpc::CallOptions options, dispatch::v1::OfferTaskRequest request) override;

 private:
  rpc::Client<dispatch::v1::TaskService> tasks_;
  rpc::Client<dispatch::v1::AssignmentService> assignments_;
};

}  // namespace baodao::matching
