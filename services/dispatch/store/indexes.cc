#include "services/dispatch/store/indexes.h"

#include "common/containers/stable_hash.h"
#include "services/dispatch/domain/aggregate.h"
#include "services/dispatch/domain/claimed_slots.h"
#include "services/dispatch/domain/states.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {

namespace {

// 41 bits of milliseconds and 12 bits of spread: exact in a double until 2039.
double ScoreAt(Time time, const std::string& task_id) {
  const auto ms = static_cast<double>(time.time_since_epoch().count());
  return ms + static_cast<double>(StableHash(task_id) & 0xfff) / 4096;
}

}  // namespace

bool IsClaimable(const v1::Task& task) { return work::TakesPeople(task) && FreeSlots(task) > 0; }

std::string_view ListOf(v1::TaskState state) {
  switch (state) {
    case v1::TASK_STATE_OPEN:
    case v1::TASK_STATE_STAFFED:
    case v1::TASK_STATE_IN_SERVICE:
      return kLiveList;
    case v1::TASK_STATE_SERVED:
    case v1::TASK_STATE_EVALUATED:
      return kDoneList;
    case v1::TASK_STATE_CLOSED:
    case v1::TASK_STATE_CANCELLED:
    case v1::TASK_STATE_EXPIRED:
      return kEndedList;
    default:
      return {};
  }
}

std::string MemberOf(const v1::Task& task) { return task.task_id() + '|' + task.category(); }

double TaskScore(const v1::Task& task) { return ScoreAt(StartOf(task), task.task_id()); }

void UpdateIndexes(const DispatchKeys& keys, const v1::TaskRecord& before,
                   const v1::TaskRecord& after, store::Commit& commit) {
  const v1::Task& task = after.task();
  const bool was_open = IsClaimable(before.task());
  const bool is_open = IsClaimable(task);
  const std::string_view old_list = ListOf(before.task().state());
  const std::string_view new_list = ListOf(task.state());
  const bool moved = was_open && is_open && JoinUntil(before.task()) != JoinUntil(task);
  if (was_open == is_open && old_list == new_list && !moved) return;

  const double open_until = ScoreAt(JoinUntil(task), task.task_id());
  const double score = TaskScore(task);
  const std::string member = MemberOf(task);
  for (const std::string& area : after.listed_under()) {
    if (was_open && !is_open) {
      commit.IndexRemove(keys.List(commit.shard(), kOpenList, area), member);
    } else if (is_open && (!was_open || moved)) {
      commit.IndexAdd(keys.List(commit.shard(), kOpenList, area), open_until, member);
    }
    if (old_list == new_list) continue;
    if (!old_list.empty()) commit.IndexRemove(keys.List(commit.shard(), old_list, area), member);
    commit.IndexAdd(keys.List(commit.shard(), new_list, area), score, member);
  }
}

void UpdateCreditList(const DispatchKeys& keys, const v1::TaskRecord& record,
                      const v1::Assignment& before, const v1::Assignment& after,
                      store::Commit& commit) {
  const auto pending = [](const v1::Assignment& assignment) {
    return assignment.credit_request().state() == v1::CREDIT_REQUEST_STATE_PENDING;
  };
  if (pending(before) == pending(after)) return;
  const std::string member = record.task().task_id() + ':' + after.person_id();
  const Time since = ToTime(after.credit_request().request_time());
  for (const std::string& area : record.listed_under()) {
    const std::string list = keys.List(commit.shard(), kCreditList, area);
    if (pending(after)) {
      commit.IndexAdd(list, static_cast<double>(since.time_since_epoch().count()), member);
    } else {
      commit.IndexRemove(list, member);
    }
  }
}

void UpdateUnitClaims(const DispatchKeys& keys, const v1::TaskRecord& before,
                      const v1::TaskRecord& after, store::Commit& commit) {
  const std::string member = MemberOf(after.task());
  for (const v1::UnitClaim& claim : after.unit_claims()) {
    if (FindClaim(before, claim.unit_id()) != nullptr) continue;
    commit.IndexAdd(keys.UnitClaims(commit.shard(), claim.unit_id()), TaskScore(after.task()),
                    member);
  }
  for (const v1::UnitClaim& claim : before.unit_claims()) {
    if (FindClaim(after, claim.unit_id()) != nullptr) continue;
    commit.IndexRemove(keys.UnitClaims(commit.shard(), claim.unit_id()), member);
  }
}

void RemoveFromIndexes(const DispatchKeys& keys, const v1::TaskRecord& record,
                       store::Commit& commit) {
  const std::string_view list = ListOf(record.task().state());
  for (const std::string& area : record.listed_under()) {
    commit.IndexRemove(keys.List(commit.shard(), list, area), MemberOf(record.task()));
  }
  for (const v1::UnitClaim& claim : record.unit_claims()) {
    commit.IndexRemove(keys.UnitClaims(commit.shard(), claim.unit_id()), MemberOf(record.task()));
  }
}

}  // namespace baodao::dispatch
