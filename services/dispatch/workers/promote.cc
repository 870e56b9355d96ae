// Free slots go to the waitlist.
#include <algorithm>
#include <utility>

#include "common/async/for_each.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/offer.h"
#include "services/dispatch/workers/deadlines.h"

namespace baodao::dispatch {
namespace {

// Candidates looked at beyond the free slots: some will have taken other work meanwhile.
constexpr int kSpare = 8;
constexpr int kMost = 64;
constexpr size_t kChecksAtOnce = 16;

using Standing = Candidate::Standing;

// Whether the person may still take part, and has the time.
Task<absl::StatusOr<Standing>> StandingOf(App& app, std::string person_id, const v1::Task& task) {
  CO_ASSIGN_OR_RETURN(const profiles::ProfilePtr profile,
                      co_await ProfileFor(app, rpc::CallOptions(), person_id, task));
  if (!CheckEligible(task, *profile, app.relations).ok()) co_return Standing::kUnfit;
  CO_ASSIGN_OR_RETURN(const Calendars::Room room,
                      co_await app.calendars.RoomFor(std::move(person_id), WorkOf(task)));
  switch (room) {
    case Calendars::Room::kYes:
      co_return Standing::kFits;
    case Calendars::Room::kNo:
      co_return Standing::kUnfit;
    case Calendars::Room::kUnclear:
      break;
  }
  co_return Standing::kUnclear;
}

// The head of the waitlist.
Task<absl::StatusOr<std::vector<Candidate>>> Candidates(App& app, v1::Task task) {
  std::vector<Candidate> candidates;
  if (CheckRecruiting(task, app.clock.Now()).ok() && FreeSlots(task) > 0) {
    store::Store::Range range;
    range.limit = std::min(kMost, FreeSlots(task) + kSpare);
    CO_ASSIGN_OR_RETURN(const auto waiting,
                        co_await app.store.RangeIndex(app.keys.Waitlist(task.task_id()), range));
    for (const store::ScoredMember& member : waiting) candidates.push_back({member.member});
  }
  absl::Status failed;
  std::function<Task<void>(size_t)> check = [&](size_t i) -> Task<void> {
    const auto standing = co_await StandingOf(app, candidates[i].person_id, task);
    if (standing.ok()) {
      candidates[i].standing = *standing;
    } else {
      failed = standing.status();  // not knowing is no reason to release somebody
    }
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
