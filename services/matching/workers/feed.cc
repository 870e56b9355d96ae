#include "services/matching/workers/feed.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "common/log/log.h"
#include "common/status/macros.h"

namespace baodao::matching {

using events::v1::Event;

namespace {

// Days that fairness looks back on, and one more, since they begin at a local midnight.
constexpr std::chrono::days kWorkload{31};

}  // namespace

IndexFeed::IndexFeed(CandidateIndex& index, areas::AreaTreeFeed& areas, profiles::Source& people,
                     Dispatch& dispatch, Clock& clock, Options options)
    : index_(index),
      areas_(areas),
      profiles_(
          people, [this](const Profile& profile) { index_.Apply(profile); }, clock, options.shards),
      dispatch_(dispatch),
      clock_(clock),
      options_(options) {}

Task<void> IndexFeed::Load() {
  for (Millis pause = options_.retry_min;; pause = std::min(2 * pause, options_.retry_max)) {
    const absl::Status status = co_await LoadAll();
    if (status.ok()) break;
    log::Warn("matching.load_failed", {{"status", status}});
    co_await clock_.SleepFor(pause);
  }
  log::Info("matching.loaded",
            {{"people", index_.people().size()}, {"tasks", index_.tasks().size()}});
}

Task<absl::Status> IndexFeed::LoadAll() {
  if (!areas_.loaded()) co_await areas_.Load();
  TakeTree();
  co_await profiles_.Load();
  co_return co_await LoadTasks();
}

Task<void> IndexFeed::Run() {
  for (;;) {
    if (std::exchange(history_due_, false)) {
      co_await LoadHistory();
      forget_ = {};  // what was read goes back farther than fairness does
    }
    KeepHouse();
    co_await clock_.SleepFor(kFeedPause);
  }
}

void IndexFeed::KeepHouse() {
  TakeTree();
  const Time now = clock_.Now();
  index_.ForgetEnded(now);
  if (now < forget_) return;
  index_.Forget(now - kWorkload, now - kHistory);
  forget_ = now + std::chrono::hours(1);
}

void IndexFeed::TakeTree() {
  if (&index_.tree() != areas_.tree().get()) index_.SetTree(areas_.tree());
}

Task<absl::Status> IndexFeed::OnEvent(const events::Delivery& delivery) {
  switch (delivery.event.change_case()) {
    case Event::kAreasImported: {
      const absl::Status refreshed = co_await areas_.OnEvent(delivery);
      TakeTree();
      co_return refreshed;
    }
    case Event::kProfileChanged:
      co_return co_await profiles_.OnEvent(delivery);
    case Event::kTaskChanged:
      index_.Apply(delivery.event.task_changed().task(), clock_.Now());
      co_return absl::OkStatus();
    case Event::kAssignmentChanged:
      co_return co_await OnAssignment(delivery.event);
    case Event::kUnitClaimChanged:
      co_return co_await OnUnitClaim(delivery.event);
    default:
      co_return absl::OkStatus();
  }
}

Task<absl::Status> IndexFeed::OnAssignment(const Event& event) {
  const events::v1::AssignmentChanged& change = event.assignment_changed();
  if (index_.Apply(change, clock_.Now()) != CandidateIndex::Applied::kUnknownTask) {
    co_return absl::OkStatus();
  }
  co_return co_await Refetch(rpc::CallOptions::Tracing(event.trace_id()),
                             change.assignment().task_id());
}

Task<absl::Status> IndexFeed::OnUnitClaim(const Event& event) {
  const events::v1::UnitClaimChanged& change = event.unit_claim_changed();
  if (index_.Apply(change, clock_.Now()) != CandidateIndex::Applied::kUnknownTask) {
    co_return absl::OkStatus();
  }
  co_return co_await Refetch(rpc::CallOptions::Tracing(event.trace_id()), change.claim().task_id());
}

Task<void> IndexFeed::OnGap(std::string service, int shard) {
  log::Warn("matching.events_missed", {{"service", service}, {"shard", shard}});
  co_await profiles_.OnGap(service, shard);
  for (Millis pause = options_.retry_min;; pause = std::min(2 * pause, options_.retry_max)) {
    const bool areas = service == "registration";
    const absl::Status status = areas ? co_await areas_.Refresh() : co_await LoadTasks();
    TakeTree();
    if (status.ok()) break;
    log::Warn("matching.reload_failed", {{"status", status}});
    co_await clock_.SleepFor(pause);
  }
  if (service == "dispatch") history_due_ = true;  // of what began and ended within the gap
}

}  // namespace baodao::matching
