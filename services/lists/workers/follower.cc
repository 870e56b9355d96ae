#include "services/lists/workers/follower.h"

#include <absl/strings/strip.h>

#include <optional>
#include <utility>

#include "common/ids/ids.h"
#include "common/log/log.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/lists/app/account.h"
#include "services/lists/app/need_series.h"

namespace baodao::lists {
namespace {

// By which name dispatch knows lists.
constexpr char kSelf[] = "lists";

// A task made of a need that has just changed its state.
struct Step {
  std::string need_id;
  TaskSnapshot snapshot;
};

std::optional<Step> StepOf(const events::v1::TaskChanged& changed) {
  const dispatch::v1::Task& task = changed.task();
  if (task.need_id().empty() || task.state() == changed.before()) return std::nullopt;
  return Step{task.need_id(), SnapshotOf(task)};
}

std::optional<Step> StepOf(const events::v1::AssignmentChanged& changed) {
  const events::v1::TaskBrief& task = changed.task();
  if (task.need_id().empty() || task.state() == task.before()) return std::nullopt;
  // The TaskChanged of the same commit says what becomes of the need.
  if (task.state() == dispatch::v1::TASK_STATE_CANCELLED) return std::nullopt;
  TaskSnapshot snapshot;
  snapshot.task_id = changed.assignment().task_id();
  snapshot.state = task.state();
  snapshot.version = task.version();
  return Step{task.need_id(), std::move(snapshot)};
}

std::optional<Step> StepOf(const events::v1::Event& event) {
  if (event.has_task_changed()) return StepOf(event.task_changed());
  if (event.has_assignment_changed()) return StepOf(event.assignment_changed());
  return std::nullopt;
}

}  // namespace

Task<absl::Status> Follower::OnEvent(const events::Delivery& delivery) {
  if (delivery.event.has_registration_changed()) co_return co_await OnRegistration(delivery.event);
  if (delivery.event.has_account_deleted()) {
    const record::Origin origin{kSelf, delivery.event.trace_id(), app_.clock.Now()};
    co_return co_await EraseAccount(app_, delivery.event.account_deleted().person_id(), origin);
  }
  std::optional<Step> step = StepOf(delivery.event);
  if (!step) co_return absl::OkStatus();
  const record::Origin origin{delivery.event.actor_id(), delivery.event.trace_id(),
                              app_.clock.Now()};
  co_return co_await Follow(std::move(step->need_id), std::move(step->snapshot), origin);
}

Task<absl::Status> Follower::OnRegistration(const events::v1::Event& event) {
  const registration::v1::Registration& registration = event.registration_changed().registration();
  const bool ended = event.registration_changed().before() != registration.state() &&
                     registration.state() == registration::v1::REGISTRATION_STATE_ENDED;
  if (!ended || !ids::IsValid(registration.subject_id(), "per")) co_return absl::OkStatus();
  // By itself: also whoever has ended their registration is to hear of it.
  const record::Origin origin{kSelf, event.trace_id(), app_.clock.Now()};
  co_return co_await EndNeedSeriesOf(app_, registration.subject_id(), registration.area_code(),
                                     origin);
}

Task<absl::Status> Follower::Follow(std::string need_id, TaskSnapshot snapshot,
                                    record::Origin origin) {
  const auto follow = [&](record::Transaction& transaction) -> Task<absl::Status> {
    auto before = co_await app_.records.Load(kNeed, need_id);
    if (before.ok() && WaitsForPublication(before->record, snapshot)) {
      // If dispatch cannot be asked, the event is delivered again.
      CO_RETURN_IF_ERROR(co_await publications_.Settle(
          need_id, rpc::CallOptions::Tracing(origin.trace_id), origin));
      before = co_await app_.records.Load(kNeed, need_id);
    }
    CO_RETURN_IF_ERROR(before.status());
    if (WaitsForPublication(before->record, snapshot)) co_return Refuse(Reason::CONFLICT_RETRY);
    v1::NeedRecord after = before->record;
    if (!FollowTask(&after, snapshot, origin.now)) co_return absl::OkStatus();
    const bool cancelled = after.need().state() == v1::NEED_STATE_CANCELLED;
    if (cancelled && origin.actor_id == kSelf && after.has_cancellation()) {
      transaction.set_actor(std::string(absl::StripPrefix(after.cancellation().caller(), "svc:")));
    }
    co_return co_await publications_.Put(transaction, *before, after);
  };
  const absl::Status followed =
      co_await app_.records.Update(app_.records.ShardOfId(need_id), origin, follow);
  if (!Is(followed, Reason::NOT_FOUND) && !Is(followed, Reason::ARCHIVED)) co_return followed;
  log::Warn("need.unknown", {{"need", need_id}, {"task", snapshot.task_id}}, origin.trace_id);
  co_return absl::OkStatus();
}

}  // namespace baodao::lists
