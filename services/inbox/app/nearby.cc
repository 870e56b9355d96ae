#include "services/inbox/app/nearby.h"

#include <memory>
#include <utility>

#include "baodao/dispatch/v1/nearby.grpc.pb.h"
#include "common/clock/timestamp.h"
#include "common/log/log.h"
#include "services/inbox/domain/render.h"

namespace baodao::inbox {
namespace {

using dispatch::v1::NearbyService;

constexpr Millis kNearbyPatience{1'000};
constexpr std::chrono::seconds kNotAsked{30};
constexpr std::chrono::seconds kLate{10};

Task<absl::StatusOr<dispatch::v1::NearbyTasks>> AskNearby(
    std::shared_ptr<rpc::Client<NearbyService>> client, rpc::CallOptions options,
    dispatch::v1::GetNearbyTasksRequest request) {
  co_return co_await client->Call(&rpc::AsyncOf<NearbyService>::GetNearbyTasks, std::move(options),
                                  std::move(request));
}

}  // namespace

NearbySource NearbyFromDispatch(rpc::Channel& channel) {
  auto client = std::make_shared<rpc::Client<NearbyService>>(channel);
  return [client](rpc::CallOptions options, dispatch::v1::GetNearbyTasksRequest request) {
    return AskNearby(client, std::move(options), std::move(request));
  };
}

Task<void> Nearby::AddTo(v1::NotificationRecord* notice, std::string person_id,
                         std::string trace_id) {
  if (!ParametersOf(notice->kind()).contains("nearby")) co_return;
  const Time now = clock_.Now();
  if (now < silent_until_ || now - ToTime(notice->time()) > kLate) co_return;
  dispatch::v1::GetNearbyTasksRequest request;
  request.set_task_id(notice->subject_id());
  request.set_person_id(std::move(person_id));
  rpc::CallOptions options = rpc::CallOptions::Tracing(trace_id);
  options.timeout = kNearbyPatience;
  absl::StatusOr<dispatch::v1::NearbyTasks> found =
      co_await source_(std::move(options), std::move(request));
  if (found.ok()) {
    *notice->mutable_nearby_tasks() = std::move(*found->mutable_tasks());
    co_return;
  }
  // There is nothing to say about one whose task or profile is gone; the others are asked on.
  if (absl::IsNotFound(found.status())) co_return;
  silent_until_ = clock_.Now() + kNotAsked;
  log::Warn("notice.nearby_unknown", {{"task", notice->subject_id()}, {"status", found.status()}});
}

}  // namespace baodao::inbox
