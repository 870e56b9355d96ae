#include "services/lists/app/peers.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "baodao/dispatch/v1/task.grpc.pb.h"
#include "baodao/registration/v1/person.grpc.pb.h"
#include "baodao/registration/v1/unit.grpc.pb.h"
#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::lists {
namespace {

using dispatch::v1::TaskService;
using registration::v1::PersonService;
using registration::v1::UnitService;

class GrpcPeers final : public Peers {
 public:
  GrpcPeers(rpc::Channel& dispatch, rpc::Channel& registration)
      : tasks_(dispatch), units_(registration), people_(registration) {}

  Task<absl::StatusOr<dispatch::v1::Task>> PublishTask(
      rpc::CallOptions options, dispatch::v1::PublishTaskRequest request) override {
    return tasks_.Call(&rpc::AsyncOf<TaskService>::PublishTask, std::move(options),
                       std::move(request));
  }

  Task<absl::StatusOr<dispatch::v1::Task>> CancelTask(
      rpc::CallOptions options, dispatch::v1::CancelTaskRequest request) override {
    return tasks_.Call(&rpc::AsyncOf<TaskService>::CancelTask, std::move(options),
                       std::move(request));
  }

  Task<absl::StatusOr<registration::v1::Unit>> GetUnit(rpc::CallOptions options,
                                                       std::string unit_id) override {
    registration::v1::GetUnitRequest request;
    request.set_unit_id(std::move(unit_id));
    return units_.Call(&rpc::AsyncOf<UnitService>::GetUnit, std::move(options), std::move(request));
  }

  Task<absl::StatusOr<registration::v1::Identity>> GetIdentity(rpc::CallOptions options,
                                                               std::string person_id) override {
    registration::v1::BatchGetIdentitiesRequest request;
    request.add_person_ids(person_id);
    CO_ASSIGN_OR_RETURN(const registration::v1::BatchGetIdentitiesResponse found,
                        co_await people_.Call(&rpc::AsyncOf<PersonService>::BatchGetIdentities,
                                              std::move(options), std::move(request)));
    if (found.identities().empty()) co_return NotFound("person", std::move(person_id));
    co_return found.identities(0);
  }

 private:
  rpc::Client<TaskService> tasks_;
  rpc::Client<UnitService> units_;
  rpc::Client<PersonService> people_;
};

}  // namespace

bool IsDecision(const absl::Status& status) {
  if (!IsRefusal(status)) return false;
  // lists knows the area of every need, and areas stay: that replica's tree is only behind.
  if (Is(status, Reason::AREA_UNKNOWN)) return false;
  // So with its tags, of which none is ever taken away.
  const std::vector<Violation> violations = ViolationsOf(status);
  const auto unknown = [](const Violation& violation) {
    return violation.kind == ViolationKind::UNKNOWN_TAG;
  };
  if (std::ranges::any_of(violations, unknown)) return false;
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kOutOfRange:
      return true;
    default:
      return false;
  }
}

std::unique_ptr<Peers> NewPeers(rpc::Channel& dispatch, rpc::Channel& registration) {
  return std::make_unique<GrpcPeers>(dispatch, registration);
}

}  // namespace baodao::lists
