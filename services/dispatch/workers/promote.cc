// Free slots go to the waitlist.
#include <algorithm>
#include <utility>

#include "common/async/for_each.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/offer.h"
#include "services/dispatch/domain/standing.h"
#include "services/dispatch/workers/deadlines.h"

namespace baodao::dispatch {
namespace {

// Candidates looked at beyond the free slots: some will have taken other work meanwhile.
constexpr int kSpare = 8;
constexpr int kMax = 64;
constexpr size_t kChecksAtOnce = 16;

using Standing = Candidate::Standing;

// Whether the person may still take part, and has the time.
Task<absl::Status> Judge(App& app, const v1::Task& task, Candidate& candidate) {
  CO_ASSIGN_OR_RETURN(const profiles::ProfilePtr profile,
                      co_await ProfileFor(app, rpc::CallOptions(), candidate.person_id, task));
  const absl::Status eligible = CheckEligible(task, *profile, app.relations);
  if (!eligible.ok()) {
    candidate.standing = Standing::kUnfit;
    candidate.cause = CauseOf(eligible);
    co_return absl::OkStatus();
  }
  CO_ASSIGN_OR_RETURN(const Calendars::Room room,
                      co_await app.calendars.RoomFor(candidate.person_id, WorkOf(task)));
  candidate.standing = room == Calendars::Room::kYes  ? Standing::kFits
                       : room == Calendars::Room::kNo ? Standing::kUnfit
                                                      : Standing::kUnclear;
  co_return absl::OkStatus();
}

// The head of the waitlist.
Task<absl::StatusOr<std::vector<Candidate>>> Candidates(App& app, v1::Task task) {
  std::vector<Candidate> candidates;
  if (CheckRecruiting(task, app.clock.Now()).ok() && FreeSlots(task) > 0) {
    store::Store::Range range;
    range.limit = std::min(kMax, FreeSlots(task) + kSpare);
    CO_ASSIGN_OR_RETURN(const auto waiting,
                        co_await app.store.RangeIndex(app.keys.Waitlist(task.task_id()), range));
    for (const store::ScoredMember& member : waiting) candidates.push_back({member.member});
  }
  absl::Status failed;
  std::function<Task<void>(size_t)> check = [&](size_t i) -> Task<void> {
    // Not knowing is no reason to release somebody.
    failed.Update(co_await Judge(app, task, candidates[i]));
  };
  co_await ForEach(candidates.size(), kChecksAtOnce, std::move(check));
  if (!failed.ok()) co_return failed;
  co_return candidates;
}

}  // namespace

Task<absl::Status> Deadlines::Promote(timers::Timer timer) {
  auto record = co_await app_.tasks.Read(timer.id);
  if (absl::IsNotFound(record.status())) co_return co_await Drop(std::move(timer));
  CO_RETURN_IF_ERROR(record.status());
  CO_ASSIGN_OR_RETURN(std::vector<Candidate> candidates, co_await Candidates(app_, record->task()));
  std::vector<std::string> people;
  people.reserve(candidates.size());
  for (const Candidate& candidate : candidates) people.push_back(candidate.person_id);
  Decide decide = [candidates = std::move(candidates)](Aggregate& aggregate, Time now) {
    return DecidePromote(aggregate, candidates, now);
  };
  co_return co_await Run(std::move(timer), std::move(people), false, std::move(decide));
}

}  // namespace baodao::dispatch
