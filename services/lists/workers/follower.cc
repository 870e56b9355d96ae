#include "services/lists/workers/follower.h"

#include <absl/strings/strip.h>

#include <optional>
#include <utility>

#include "common/log/log.h"
#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::lists {
namespace {

constexpr int kFollowTries = 8;

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
  std::optional<Step> step = StepOf(delivery.event);
  if (!step) co_return absl::OkStatus();
  const record::Origin origin{delivery.event.actor_id(), delivery.event.trace_id(),
                              app_.clock.Now()};
  co_return co_await Follow(std::move(step->need_id), std::move(step->snapshot), origin);
}

Task<absl::Status> Follower::Follow(std::string need_id, TaskSnapshot snapshot,
                                    record::Origin origin) {
  for (int i = 0; i < kFollowTries; ++i) {
    const auto loaded = co_await app_.records.Load(kNeed, need_id);
    if (Is(loaded.status(), Reason::NOT_FOUND)) {
      log::Warn("need.unknown", {{"need", need_id}, {"task", snapshot.task_id}}, origin.trace_id);
      co_return absl::OkStatus();
    }
    CO_RETURN_IF_ERROR(loaded.status());
    if (WaitsForPublication(loaded->record, snapshot)) {
      // Where dispatch cannot be asked the event comes again.
      CO_RETURN_IF_ERROR(co_await publications_.Settle(
          need_id, rpc::CallOptions::Tracing(origin.trace_id), origin));
      continue;
    }
    v1::NeedRecord record = loaded->record;
    if (!FollowTask(&record, snapshot, origin.now)) co_return absl::OkStatus();
    record::Origin by = origin;
    const bool cancelled = record.need().state() == v1::NEED_STATE_CANCELLED;
    if (cancelled && by.actor_id == kSelf && record.has_cancellation()) {
      by.actor_id = std::string(absl::StripPrefix(record.cancellation().caller(), "svc:"));
    }
    CO_ASSIGN_OR_RETURN(const bool saved, co_await publications_.Save(*loaded, record, by));
    if (saved) co_return absl::OkStatus();
    co_await app_.records.store().Backoff(i + 1);
  }
  co_return absl::AbortedError("the need keeps changing");
}

}  // namespace baodao::lists
