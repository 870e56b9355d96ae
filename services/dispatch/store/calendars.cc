#include "services/dispatch/store/calendars.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "common/async/for_each.h"
#include "common/log/log.h"
#include "common/record/parse.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/store/mutate.h"
#include "services/dispatch/domain/states.h"

namespace baodao::dispatch {
namespace {

constexpr int kTries = 16;
constexpr size_t kReleasesAtOnce = 16;

store::Commit PutCalendar(const DispatchKeys& keys, const std::string& person_id, uint64_t version,
                          const v1::CalendarRecord& record) {
  store::Commit commit(keys.ShardOf(person_id));
  commit.Put(keys.Calendar(person_id), version, record.SerializeAsString());
  return commit;
}

}  // namespace

Task<absl::StatusOr<Calendars::Held>> Calendars::Load(std::string person_id, store::Read read) {
  CO_ASSIGN_OR_RETURN(const store::Stored stored,
                      co_await store_.Get(tasks_.keys().Calendar(person_id), read));
  co_return record::Parse<v1::CalendarRecord>(stored);
}

Task<absl::StatusOr<v1::CalendarRecord>> Calendars::Read(std::string person_id) {
  CO_ASSIGN_OR_RETURN(Held held, co_await Load(std::move(person_id), store::Read::kFresh));
  co_return std::move(held.record);
}

Task<absl::StatusOr<bool>> Calendars::IsLive(std::string person_id,
                                             const v1::CalendarRecord::Entry& entry) {
  auto assignment = co_await tasks_.ReadAssignment(entry.task_id(), std::move(person_id));
  if (Is(assignment.status(), Reason::NOT_ASSIGNED)) co_return false;
  if (!assignment.ok()) co_return std::move(assignment).status();
  co_return BlocksCalendar(assignment->assignment().state()) &&
      assignment->reservation() == entry.token();
}

Calendars::Rule Calendars::AllLimits() const {
  return [this](const v1::CalendarRecord& record, const Work& work) {
    return CheckCalendar(record, work, limits_);
  };
}

Task<absl::Status> Calendars::CheckAndRepair(Rule rule, std::string person_id, Work work,
                                             v1::CalendarRecord& record) {
  absl::Status refusal = rule(record, work);
  if (refusal.ok()) co_return refusal;
  bool repaired = false;
  for (const auto& entry : WorthVerifying(record, work, clock_.Now())) {
    CO_ASSIGN_OR_RETURN(const bool live, co_await IsLive(person_id, entry));
    if (!live) repaired |= dispatch::Release(record, entry.task_id(), entry.token());
  }
  co_return repaired ? rule(record, work) : refusal;
}

Task<absl::Status> Calendars::Check(std::string person_id, Work work) {
  CO_ASSIGN_OR_RETURN(Held held, co_await Load(person_id, store::Read::kFresh));
  co_return co_await CheckAndRepair(AllLimits(), std::move(person_id), std::move(work),
                                    held.record);
}

Task<absl::StatusOr<std::vector<absl::Status>>> Calendars::ListConflicts(std::string person_id,
                                                                         Work work) {
  CO_ASSIGN_OR_RETURN(Held held, co_await Load(person_id, store::Read::kFresh));
  const absl::Status checked =
      co_await CheckAndRepair(AllLimits(), std::move(person_id), work, held.record);
  if (!IsRefusal(checked) || absl::IsUnavailable(checked)) {
    CO_RETURN_IF_ERROR(checked);
  }
  co_return Conflicts(held.record, work, limits_);
}

Task<absl::StatusOr<Calendars::Room>> Calendars::RoomFor(std::string person_id, Work work) {
  CO_ASSIGN_OR_RETURN(Held held, co_await Load(person_id, store::Read::kFresh));
  const absl::Status checked = co_await CheckAndRepair(AllLimits(), person_id, work, held.record);
  if (checked.ok()) co_return Room::kYes;
  if (!IsRefusal(checked) || absl::IsUnavailable(checked)) co_return checked;
  for (const auto& entry : Unsettled(held.record, clock_.Now())) {
    CO_ASSIGN_OR_RETURN(const bool live, co_await IsLive(person_id, entry));
    if (!live) dispatch::Release(held.record, entry.task_id(), entry.token());
  }
  co_return CheckCalendar(held.record, work, limits_).ok() ? Room::kUnclear : Room::kNo;
}

Task<absl::StatusOr<Reservation>> Calendars::Reserve(std::string person_id, Work work,
                                                     std::optional<store::RequestKey> mark) {
  return ReserveBy(AllLimits(), std::move(person_id), std::move(work), std::move(mark));
}

Task<absl::StatusOr<Reservation>> Calendars::Enter(std::string person_id, Work work) {
  return ReserveBy(&CheckOverlap, std::move(person_id), std::move(work), std::nullopt);
}

Task<absl::StatusOr<Reservation>> Calendars::ReserveBy(Rule rule, std::string person_id, Work work,
                                                       std::optional<store::RequestKey> mark) {
  store::Read read = store::Read::kRecent;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    CO_ASSIGN_OR_RETURN(Held held, co_await Load(person_id, read));
    const absl::Status checked = co_await CheckAndRepair(rule, person_id, work, held.record);
    if (!checked.ok()) {
      if (read == store::Read::kFresh || !IsRefusal(checked)) co_return checked;
      read = store::Read::kFresh;  // no refusal on what is only remembered
      continue;
    }
    const Time now = clock_.Now();
    const uint64_t token = random_() | 1;  // 0 means none
    dispatch::Reserve(held.record, work, now, token);
    store::Commit commit = PutCalendar(tasks_.keys(), person_id, held.version, held.record);
    if (mark) commit.Mark(*mark);
    CO_ASSIGN_OR_RETURN(const store::CommitOutcome outcome,
                        co_await store_.Apply(std::move(commit)));
    if (outcome.kind == store::CommitOutcome::Kind::kApplied) {
      co_return Reservation{person_id, work.task_id, token, now + kReservationLife};
    }
    if (outcome.kind == store::CommitOutcome::Kind::kReplayed) {
      const bool reused =
          std::ranges::any_of(outcome.replays, [](const auto& r) { return !r.same_payload; });
      if (reused) co_return Refuse(Reason::REQUEST_ID_REUSED);
      mark.reset();  // it stands already
    }
    read = store::Read::kFresh;
    if (attempt >= 2) co_await clock_.SleepFor(Millis(1 + random_() % 16));
  }
  co_return Refuse(Reason::CONFLICT_RETRY);
}

Task<void> Calendars::Release(std::string person_id, std::string task_id, uint64_t token) {
  std::function<Task<absl::StatusOr<store::Commit>>(store::Read)> decide =
      [&](store::Read read) -> Task<absl::StatusOr<store::Commit>> {
    CO_ASSIGN_OR_RETURN(Held held, co_await Load(person_id, read));
    if (!dispatch::Release(held.record, task_id, token)) {
      co_return store::Commit(tasks_.keys().ShardOf(person_id));
    }
    co_return PutCalendar(tasks_.keys(), person_id, held.version, held.record);
  };
  const absl::Status released = co_await store::UpdateRecent(store_, std::move(decide));
  // The reconciler finds it.
  if (!released.ok()) log::Debug("dispatch.release_left", {{"task", task_id}});
}

Task<void> Calendars::ReleaseAll(std::string task_id, std::vector<CalendarRelease> released) {
  if (released.size() == 1) {
    co_await Release(released[0].person_id, std::move(task_id), released[0].token);
    co_return;
  }
  std::function<Task<void>(size_t)> release = [&](size_t i) {
    return Release(released[i].person_id, task_id, released[i].token);
  };
  co_await ForEach(released.size(), kReleasesAtOnce, std::move(release));
}

}  // namespace baodao::dispatch
