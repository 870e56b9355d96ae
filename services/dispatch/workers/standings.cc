#include "services/dispatch/workers/standings.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "common/async/for_each.h"
#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/app/calendar_feed.h"
#include "services/dispatch/domain/standing.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {
namespace {

constexpr char kFollower[] = "dispatch";
constexpr size_t kTasksAtOnce = 8;

// Whose registration, credential or verified category the event ends; empty: nobody's.
std::string Loser(const events::v1::Event& event) {
  if (event.has_credential_changed() && !event.credential_changed().granted()) {
    return event.credential_changed().person_id();
  }
  if (event.has_category_revoked()) return event.category_revoked().person_id();
  const auto& changed = event.registration_changed();
  const bool lost = event.has_registration_changed() &&
                    changed.before() == registration::v1::REGISTRATION_STATE_ACTIVE &&
                    changed.registration().state() != registration::v1::REGISTRATION_STATE_ACTIVE &&
                    ids::IsValid(changed.registration().subject_id(), "per");
  return lost ? changed.registration().subject_id() : std::string();
}

// A tree that is behind knows of no relation to the areas it lacks.
bool KnowsAreas(const areas::AreaTree& tree, const v1::Task& task,
                const registration::v1::Profile& profile) {
  return tree.Find(task.eligible_area_code()) != nullptr &&
         std::ranges::all_of(profile.area_codes(),
                             [&](const std::string& code) { return tree.Find(code) != nullptr; });
}

}  // namespace

void Standings::Register(timers::TimerLoop& loop) {
  for (const std::string_view kind : {kStandingTimer, kProfileTimer}) {
    loop.Register(std::string(kind),
                  [this](const timers::Timer& timer) { return LookAgain(timer); });
  }
}

Task<absl::Status> Standings::OnEvent(const events::Delivery& delivery) {
  if (const std::string person = Loser(delivery.event); !person.empty()) {
    co_return co_await OnLoss(person, delivery);
  }
  if (delivery.event.has_account_deleted()) {
    const record::Origin origin{kFollower, delivery.event.trace_id(), app_.clock.Now()};
    co_return co_await CloseFeed(app_, delivery.event.account_deleted().person_id(), origin);
  }
  if (!delivery.event.has_profile_changed()) co_return absl::OkStatus();
  const registration::v1::Profile& profile = delivery.event.profile_changed().profile();
  app_.profiles.Apply(profile);
  const auto options = rpc::CallOptions::Tracing(delivery.event.trace_id());
  if (!delivery.event.profile_changed().narrowed()) {
    // A standing that was regained lifts the mark of whoever is at work.
    co_return co_await Review(profile.person_id(), Reach::kAccepted, options);
  }
  CO_RETURN_IF_ERROR(co_await Arm(kProfileTimer, profile.person_id(), delivery.id));
  co_return co_await ReviewProfile(profile.person_id(), options);
}

Task<absl::Status> Standings::Arm(std::string_view kind, std::string person_id,
                                  std::string event_id) {
  store::Commit commit(app_.keys.ShardOf(person_id));
  commit.SetTimer(timers::Member(kind, person_id, event_id), app_.clock.Now() + kReservationTrust);
  co_return (co_await app_.store.Apply(std::move(commit))).status();
}

Task<absl::Status> Standings::OnLoss(std::string person_id, const events::Delivery& delivery) {
  CO_RETURN_IF_ERROR(co_await Arm(kStandingTimer, person_id, delivery.id));
  // The profile without it comes with a later event; whoever is refused meanwhile is refused on it.
  const auto options = rpc::CallOptions::Tracing(delivery.event.trace_id());
  co_await app_.profiles.Newest(options, person_id);
  co_return co_await Review(std::move(person_id), Reach::kEverything, options);
}

Task<absl::Status> Standings::LookAgain(timers::Timer timer) {
  const rpc::CallOptions options = rpc::CallOptions::Tracing({});
  co_await app_.profiles.Newest(options, timer.id);
  if (timer.kind == kProfileTimer) {
    CO_RETURN_IF_ERROR(co_await ReviewProfile(timer.id, options));
  } else {
    CO_RETURN_IF_ERROR(co_await Review(timer.id, Reach::kEverything, options));
  }
  store::Commit commit(timer.shard);
  commit.ClearTimer(timer.member);
  co_return (co_await app_.store.Apply(std::move(commit))).status();
}

Task<absl::Status> Standings::ReviewProfile(std::string person_id, rpc::CallOptions options) {
  CO_RETURN_IF_ERROR(co_await Review(person_id, Reach::kAccepted, options));
  const auto profile = co_await app_.profiles.Get(options, std::move(person_id));
  if (absl::IsNotFound(profile.status())) co_return absl::OkStatus();
  CO_RETURN_IF_ERROR(profile.status());
  // They may be on tasks that the person asked for.
  for (const std::string& blocked : (*profile)->blocked_person_ids()) {
    CO_RETURN_IF_ERROR(co_await Review(blocked, Reach::kAccepted, options));
  }
  co_return absl::OkStatus();
}

Task<absl::Status> Standings::Review(std::string person_id, Reach reach, rpc::CallOptions options) {
  CO_ASSIGN_OR_RETURN(const v1::CalendarRecord calendar, co_await app_.calendars.Read(person_id));
  const int64_t now = app_.clock.Now().time_since_epoch().count();
  std::vector<std::string> tasks;
  for (const v1::CalendarRecord::Entry& entry : calendar.entries()) {
    // Signing in and out goes on for a while after the end.
    if (entry.end_ms() + kEndGrace.count() > now) tasks.push_back(entry.task_id());
  }
  if (reach == Reach::kEverything) {
    CO_ASSIGN_OR_RETURN(const std::vector<record::Position> asked,
                        co_await app_.tasks.ListAsked(person_id));
    for (const record::Position& one : asked) tasks.push_back(one.id);
  }
  absl::Status failed;
  std::function<Task<void>(size_t)> judge = [&](size_t i) -> Task<void> {
    failed.Update(co_await Judge(tasks[i], person_id, options));
  };
  co_await ForEach(tasks.size(), kTasksAtOnce, std::move(judge));
  co_return failed;
}

Task<absl::Status> Standings::Judge(std::string task_id, std::string person_id,
                                    rpc::CallOptions options) {
  const auto seen = co_await app_.tasks.Peek(task_id, person_id);
  if (absl::IsNotFound(seen.status())) co_return absl::OkStatus();
  CO_RETURN_IF_ERROR(seen.status());
  // A copy: the one in the cache changes while this waits.
  const v1::Task task = (*seen)->record.task();
  CO_ASSIGN_OR_RETURN(const profiles::ProfilePtr profile,
                      co_await ProfileFor(app_, std::move(options), person_id, task));
  const absl::Status eligible = CheckEligible(task, *profile, app_.relations);
  // Only who is at work can have a mark to be taken away.
  const bool under_way = StartOf(task) - kSignInBefore <= app_.clock.Now();
  if (!IsAboutProfile(eligible) && !under_way) co_return absl::OkStatus();
  if (Is(eligible, Reason::NOT_ELIGIBLE_AREA) && !KnowsAreas(*app_.tree(), task, *profile)) {
    co_return Refuse(Reason::NOT_READY);
  }
  TaskCall call;
  call.people.push_back(person_id);
  call.actor = kFollower;
  call.decide = [&](Aggregate& aggregate, Time now) -> absl::StatusOr<Effects> {
    return DecideStanding(aggregate, *profile, app_.relations, now);
  };
  co_await RunAndRelease(app_, std::move(task_id), call);
  co_return call.result.status();
}

}  // namespace baodao::dispatch
