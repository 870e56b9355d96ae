// The calls of lists to other services.
#pragma once

#include <absl/status/statusor.h>

#include <memory>
#include <string>

#include "baodao/dispatch/v1/task.pb.h"
#include "baodao/registration/v1/person.pb.h"
#include "baodao/registration/v1/unit.pb.h"
#include "common/async/task.h"
#include "common/rpc/client.h"

namespace baodao::lists {

// Loop thread only. `options` say on whose behalf.
class Peers {
 public:
  virtual ~Peers() = default;
  // dispatch's PublishTask: the same task for the same need and attempt, however often.
  virtual Task<absl::StatusOr<dispatch::v1::Task>> PublishTask(
      rpc::CallOptions options, dispatch::v1::PublishTaskRequest request) = 0;
  // dispatch's CancelTask. WRONG_STATE once service has begun, or where the task is over.
  virtual Task<absl::StatusOr<dispatch::v1::Task>> CancelTask(
      rpc::CallOptions options, dispatch::v1::CancelTaskRequest request) = 0;
  // registration's GetUnit. NOT_FOUND when there is none.
  virtual Task<absl::StatusOr<registration::v1::Unit>> GetUnit(rpc::CallOptions options,
                                                               std::string unit_id) = 0;
  // The one identity of registration's BatchGetIdentities. NOT_FOUND when there is none.
  virtual Task<absl::StatusOr<registration::v1::Identity>> GetIdentity(rpc::CallOptions options,
                                                                       std::string person_id) = 0;
};

// Whether dispatch decided against what it was asked, as opposed to not having been able to decide.
bool IsDecision(const absl::Status& status);

// Over gRPC, with lists' own token. The channels outlive it.
std::unique_ptr<Peers> NewPeers(rpc::Channel& dispatch, rpc::Channel& registration);

}  // namespace baodao::lists
