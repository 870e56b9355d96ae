#include <fmt/core.h>

#include <set>

#include "common/async/for_each.h"
#include "common/clock/timestamp.h"
#include "ops/demo/call.h"
#include "ops/demo/findings.h"
#include "ops/demo/story.h"
#include "ops/demo/task_people.h"

namespace baodao::demo {
namespace {

using dispatch::v1::Assignment;
using dispatch::v1::AssignmentState;

bool HoldsSlot(AssignmentState state) {
  return state == dispatch::v1::ASSIGNMENT_STATE_ACCEPTED ||
         state == dispatch::v1::ASSIGNMENT_STATE_SIGNED_IN ||
         state == dispatch::v1::ASSIGNMENT_STATE_SIGNED_OUT ||
         state == dispatch::v1::ASSIGNMENT_STATE_CREDITED;
}

// Without these there is nothing that could have been broken.
void CheckWasPlayed(World& world, Findings& findings) {
  std::vector<const char*> played = {
      "claims accepted",   "offers made",         "services",           "evaluations",
      "tasks closed",      "unit claims",         "announcements read", "bookings passed on",
      "need series",       "complaints answered", "certificates",       "signs sent later",
      "people rated apart"};
  // Who may change their mind, and whether anybody can come instead, is chance where there are few.
  constexpr size_t kMany = 100;
  if (world.jobs.size() >= kMany) {
    played.insert(played.end(), {"unit members named", "swaps", "withdrawals approved",
                                 "people signed by their leader", "check-ins"});
  }
  for (const char* what : played) {
    if (world.counts[what] == 0) findings.Broken(fmt::format("there were no {}", what));
  }
}

const Actor* LiaisonOf(const World& world, const std::string& unit_id) {
  for (const Unit& unit : world.units) {
    if (unit.unit_id == unit_id) return &unit.liaison;
  }
  return nullptr;
}

// 反馈: who served hears of the hours, and so does their unit (双报告).
void ExpectHours(const World& world, const Assignment& assignment, Findings& findings) {
  if (const Actor* person = PersonOf(world, assignment.person_id())) {
    findings.outcomes[person].emplace(inbox::v1::NOTIFICATION_KIND_HOURS_CREDITED,
                                      assignment.task_id());
  }
  if (const Actor* liaison = LiaisonOf(world, assignment.unit_id())) {
    findings.outcomes[liaison].emplace(inbox::v1::NOTIFICATION_KIND_UNIT_HOURS_CREDITED,
                                       assignment.task_id());
  }
}

// One slot is one person's: who came in somebody's place is on the task, or left it later, and that
// one is not.
void CheckHandovers(const std::vector<Assignment>& people, Findings& findings) {
  std::map<std::string, AssignmentState> states;
  for (const Assignment& one : people) states[one.person_id()] = one.state();
  for (const Assignment& one : people) {
    const bool came = HoldsSlot(one.state()) && !one.replaces_id().empty();
    if (came && HoldsSlot(states[one.replaces_id()])) {
      findings.Broken(one.person_id() + " and who they came for are both on " + one.task_id());
    }
  }
}

Task<void> CheckTask(World& world, const Job& job, Findings& findings) {
  const std::string& token = world.communities[job.community].coordinator.token;
  dispatch::v1::GetTaskRequest get;
  get.set_task_id(job.task_id);
  const auto task = co_await Must(world.backend.tasks, &client::Tasks::GetTask, token, get);
  int holding = 0;
  const std::vector<Assignment> people = co_await PeopleOf(world, job);
  CheckHandovers(people, findings);
  for (const Assignment& assignment : people) {
    if (!HoldsSlot(assignment.state())) continue;
    ++holding;
    findings.work[assignment.person_id()].emplace_back(
        ToTime(task.window().start()).time_since_epoch().count(),
        ToTime(task.window().end()).time_since_epoch().count());
    if (assignment.state() == dispatch::v1::ASSIGNMENT_STATE_CREDITED) {
      findings.minutes[assignment.person_id()] += assignment.credited_minutes();
      ExpectHours(world, assignment, findings);
    }
  }
  if (holding > task.slots_max()) findings.Broken(task.task_id() + " has more people than slots");
  if (holding != task.accepted_count())
    findings.Broken(task.task_id() + " counts its people wrongly");
  if (task.state() == dispatch::v1::TASK_STATE_CLOSED)
    findings.outcomes[&world.people[job.requester]].emplace(
        inbox::v1::NOTIFICATION_KIND_NEED_CLOSED, job.need_id);
}

void CheckOverlaps(Findings& findings) {
  for (auto& [person, windows] : findings.work) {
    std::sort(windows.begin(), windows.end());
    for (size_t i = 1; i < windows.size(); ++i) {
      if (windows[i].first < windows[i - 1].second)
        findings.Broken(person + " has two tasks at one time");
    }
  }
}

// Credited hours are the sum of confirmed service, entry by entry without a gap.
Task<void> CheckLedger(World& world, const Actor& person, Findings& findings) {
  dispatch::v1::ListLedgerEntriesRequest request;
  request.set_person_id(person.person_id);
  request.set_page_size(200);
  const auto entries = co_await Must(world.backend.ledger, &client::Ledger::ListLedgerEntries,
                                     person.token, request);
  int64_t sum = 0;
  uint64_t sequence = 0;
  for (const auto& entry : entries.entries()) {
    sum += entry.minutes();
    if (entry.sequence() != ++sequence)
      findings.Broken("the ledger of " + person.person_id + " has a gap");
  }
  const auto served = findings.minutes.find(person.person_id);
  const int64_t expected = served == findings.minutes.end() ? 0 : served->second;
  if (sum != expected)
    findings.Broken(fmt::format("{} has {} minutes for {}", person.person_id, sum, expected));
}

// Paging an inbox from any point gives exactly what follows: no gap, nothing twice.
Task<void> CheckInbox(World& world, const Actor& person, Findings& findings) {
  inbox::v1::ListNotificationsRequest request;
  request.set_person_id(person.person_id);
  request.set_page_size(200);
  const auto whole =
      co_await Must(world.backend.notifications, &client::Notifications::ListNotifications,
                    person.token, request);
  std::set<std::string> seen;
  request.set_page_size(3);
  do {
    const auto page =
        co_await Must(world.backend.notifications, &client::Notifications::ListNotifications,
                      person.token, request);
    for (const auto& notification : page.notifications()) {
      if (!seen.insert(notification.cursor()).second)
        findings.Broken("an inbox page repeats a notification");
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  for (const auto& notification : whole.notifications()) {
    if (!seen.contains(notification.cursor()))
      findings.Broken("an inbox page skips a notification");
  }
  if (whole.notifications().empty())
    findings.Broken("the inbox of " + person.person_id + " is empty");
  world.counts["notifications read"] += whole.notifications_size();
}

// Everybody who took part hears how it ended; events take a moment.
Task<void> CheckOutcomes(World& world, const Actor& person, std::set<Outcome> missing,
                         Findings& findings) {
  for (int attempt = 0; attempt < 300; ++attempt) {
    inbox::v1::ListNotificationsRequest request;
    request.set_person_id(person.person_id);
    request.set_page_size(200);
    do {
      const auto page =
          co_await Must(world.backend.notifications, &client::Notifications::ListNotifications,
                        person.token, request);
      for (const auto& notification : page.notifications())
        missing.erase({notification.kind(), notification.subject_id()});
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    if (missing.empty()) co_return;
    co_await SystemClock().SleepFor(Millis(100));
  }
  for (const auto& [kind, subject] : missing)
    findings.Broken(fmt::format("{} never heard {} of {}", person.person_id,
                                inbox::v1::NotificationKind_Name(kind), subject));
}

// Once a task is closed its contact is hidden again from those who served.
Task<void> CheckPrivacy(World& world, const Job& job, Findings& findings) {
  for (const Assignment& assignment : co_await PeopleOf(world, job)) {
    const Actor* person = PersonOf(world, assignment.person_id());
    if (assignment.state() != dispatch::v1::ASSIGNMENT_STATE_CREDITED || person == nullptr)
      continue;
    dispatch::v1::GetTaskContactRequest request;
    request.set_task_id(job.task_id);
    const auto contact =
        co_await Try(world.backend.tasks, &client::Tasks::GetTaskContact, person->token, request);
    if (contact.ok()) {
      findings.Broken("the contact of a closed task is still visible");
    } else if (!Is(contact.status(), Reason::PERMISSION_DENIED)) {
      findings.Broken("the contact of a closed task: " + contact.status().ToString());
    }
    co_return;
  }
}

}  // namespace

Task<int> CheckPromises(World& world) {
  co_await world.KeepSignedIn();
  Findings findings;
  CheckWasPlayed(world, findings);
  auto task = [&](size_t i) { return CheckTask(world, world.jobs[i], findings); };
  co_await ForEach(world.jobs.size(), world.options.concurrency, task);
  CheckOverlaps(findings);
  co_await CheckAround(world, findings);
  co_await CheckOnSite(world, findings);
  auto ledger = [&](size_t i) { return CheckLedger(world, world.people[i], findings); };
  co_await ForEach(world.people.size(), world.options.concurrency, ledger);
  auto notifications = [&](size_t i) { return CheckInbox(world, world.people[i], findings); };
  co_await ForEach(std::min<size_t>(world.people.size(), 300), world.options.concurrency,
                   notifications);
  const std::vector<std::pair<const Actor*, std::set<Outcome>>> outcomes(findings.outcomes.begin(),
                                                                         findings.outcomes.end());
  auto outcome = [&](size_t i) {
    return CheckOutcomes(world, *outcomes[i].first, outcomes[i].second, findings);
  };
  co_await ForEach(outcomes.size(), world.options.concurrency, outcome);
  auto privacy = [&](size_t i) { return CheckPrivacy(world, world.jobs[i], findings); };
  co_await ForEach(world.jobs.size(), world.options.concurrency, privacy);
  if (findings.broken == 0) {
    fmt::print(
        "promises kept: no task overfull, nobody in two places, every ledger adds up, inboxes "
        "whole, the outcome heard by requesters, volunteers and units, contacts hidden again; no "
        "slot held for ever or given twice, no room overbooked, certificates say what was "
        "served; who signed whom, photos and ratings are as they were given\n");
  }
  co_return findings.broken;
}

}  // namespace baodao::demo
