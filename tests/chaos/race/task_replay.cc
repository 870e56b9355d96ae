#include "tests/chaos/race/task_replay.h"

#include <fmt/format.h>

#include "common/clock/timestamp.h"
#include "common/record/machine.h"

namespace baodao::testing {
namespace {

using dispatch::v1::Assignment;
using dispatch::v1::ASSIGNMENT_STATE_ACCEPTED;
using dispatch::v1::ASSIGNMENT_STATE_OFFERED;
using dispatch::v1::ASSIGNMENT_STATE_WITHDRAWN;
using dispatch::v1::UNIT_CLAIM_STATE_OPEN;

std::string LineOf(const events::v1::AssignmentChanged& changed) {
  const Assignment& now = changed.assignment();
  std::string line =
      fmt::format("v{} {} {} -> {}", changed.task().version(), now.person_id(),
                  record::StateName(changed.before()), record::StateName(now.state()));
  if (now.holds_slot()) line += ", a slot is held";
  if (now.has_withdrawal_request_time()) line += ", asks to be let go";
  if (!now.replaces_id().empty()) line += ", in place of " + now.replaces_id();
  if (!now.claim_unit_id().empty()) line += ", named by " + now.claim_unit_id();
  return line + fmt::format(" [accepted {}, held {}, leaving {}]", changed.task().accepted_count(),
                            changed.task().held_count(), changed.task().leaving_count());
}

std::string LineOf(const events::v1::UnitClaimChanged& changed) {
  const dispatch::v1::UnitClaim& now = changed.claim();
  return fmt::format("v{} {} {} -> {}, open {}, named {}, returned {} [accepted {}, held {}]",
                     changed.task().version(), now.unit_id(), record::StateName(changed.before()),
                     record::StateName(now.state()), now.open_slots(), now.named(), now.returned(),
                     changed.task().accepted_count(), changed.task().held_count());
}

// Slots held for people of the waitlist who are asked.
int HeldForPeople(const TaskReplay::Task& task) {
  int held = 0;
  for (const auto& [id, part] : task.people) {
    held += part.state() == ASSIGNMENT_STATE_OFFERED && part.holds_slot();
  }
  return held;
}
int HeldForUnits(const TaskReplay::Task& task) {
  return task.brief.held_count() - HeldForPeople(task);
}

}  // namespace

TaskReplay::TaskReplay(const std::vector<std::string>& tasks,
                       const std::vector<events::v1::Event>& events) {
  for (const std::string& task : tasks) tasks_[task];
  std::pair<std::string, uint64_t> reading;
  // Decides when the first event of the next decision comes; answers whether it is of our tasks.
  const auto read = [&](const std::string& task_id, const events::v1::TaskBrief& brief) {
    const std::pair<std::string, uint64_t> next(task_id, brief.version());
    if (next != reading) Decide();
    reading = next;
    current_ = task_id;
    if (!tasks_.contains(task_id)) return false;
    Task& task = tasks_[task_id];
    if (brief.version() < task.brief.version()) Broken("an earlier decision comes after a later");
    return true;
  };
  for (const events::v1::Event& event : events) {
    if (event.has_assignment_changed()) {
      const auto& changed = event.assignment_changed();
      if (!read(changed.assignment().task_id(), changed.task())) continue;
      tasks_[current_].told.push_back(LineOf(changed));
      decision_.people.push_back(&changed);
    } else if (event.has_unit_claim_changed()) {
      const auto& changed = event.unit_claim_changed();
      if (!read(changed.claim().task_id(), changed.task())) continue;
      tasks_[current_].told.push_back(LineOf(changed));
      decision_.claims.push_back(&changed);
    }
  }
  Decide();
}

void TaskReplay::Decide() {
  if (decision_.people.empty() && decision_.claims.empty()) return;
  Task& task = tasks_[current_];
  const int open_before = HeldForUnits(task);
  task.brief = decision_.people.empty() ? decision_.claims[0]->task() : decision_.people[0]->task();
  ApplyPeople(task);
  ApplyClaims(task, open_before);
  CheckHandover(task);
  CheckCounts(task);
  decision_ = {};
}

void TaskReplay::ApplyPeople(Task& task) {
  std::set<std::string> moved;  // twice in a decision: both say what came of it
  for (const auto* changed : decision_.people) {
    const Assignment& now = changed->assignment();
    const auto before = task.people[now.person_id()].state();
    if (moved.insert(now.person_id()).second && changed->before() != before) {
      Broken(now.person_id() + " was " + record::StateName(before) + ", not " +
             record::StateName(changed->before()));
    }
  }
  for (const auto* changed : decision_.people) {
    const Assignment& now = changed->assignment();
    task.people[now.person_id()] = now;
    if (now.state() == ASSIGNMENT_STATE_ACCEPTED) CheckElsewhere(task, now.person_id());
  }
}

// A claim that ends gives back what nobody was named for, at that moment and never again.
void TaskReplay::ApplyClaims(Task& task, int open_before) {
  int given_back = 0;
  bool ended = false;
  for (const auto* changed : decision_.claims) {
    const dispatch::v1::UnitClaim& now = changed->claim();
    dispatch::v1::UnitClaim& claim = task.claims[now.unit_id()];
    if (changed->before() != claim.state()) Broken(now.unit_id() + " had another state");
    const bool was_open = claim.state() == UNIT_CLAIM_STATE_OPEN;
    if (was_open && now.state() != UNIT_CLAIM_STATE_OPEN) {
      ended = true;
      ++settled_;
      given_back += now.returned() - claim.returned();
    }
    if (now.state() != UNIT_CLAIM_STATE_OPEN && now.open_slots() != 0) {
      Broken(now.unit_id() + " holds slots for ever");
    }
    claim = now;
  }
  if (ended && open_before - HeldForUnits(task) != given_back) {
    Broken(fmt::format("{} slots were given back, and {} are held no more", given_back,
                       open_before - HeldForUnits(task)));
  }
}

// Who comes in somebody's place comes with the decision that lets that one go, and nobody else
// does.
void TaskReplay::CheckHandover(const Task& task) {
  std::map<std::string, int> came, left;
  for (const auto* changed : decision_.people) {
    const Assignment& now = task.people.at(changed->assignment().person_id());
    const bool in = now.state() == ASSIGNMENT_STATE_ACCEPTED;
    if (in && changed->before() != now.state() && !now.replaces_id().empty()) {
      ++came[now.replaces_id()];
    }
    if (now.state() == ASSIGNMENT_STATE_WITHDRAWN && changed->before() != now.state() &&
        now.end_cause() == dispatch::v1::END_CAUSE_REPLACED) {
      ++left[now.person_id()];
    }
  }
  if (came != left) Broken("who was let go is not who somebody came for");
  handovers_ += static_cast<int>(left.size());
}

void TaskReplay::CheckCounts(const Task& task) {
  int accepted = 0, leaving = 0;
  std::map<std::string, int> named;
  for (const auto& [id, part] : task.people) {
    if (part.state() != ASSIGNMENT_STATE_ACCEPTED) continue;
    ++accepted;
    leaving += part.has_withdrawal_request_time();
    if (!part.claim_unit_id().empty()) ++named[part.claim_unit_id()];
  }
  const events::v1::TaskBrief& brief = task.brief;
  if (accepted > brief.slots_max()) Broken("more people than slots");
  if (accepted + brief.held_count() - leaving > brief.slots_max()) Broken("a slot is held twice");
  if (accepted != brief.accepted_count()) Broken(fmt::format("{} have accepted", accepted));
  if (leaving != brief.leaving_count()) Broken(fmt::format("{} ask to be let go", leaving));
  int open = 0;
  for (const auto* changed : decision_.claims) {
    const dispatch::v1::UnitClaim& claim = changed->claim();
    if (named[claim.unit_id()] != claim.named()) Broken(claim.unit_id() + " has named others");
  }
  for (const auto& [unit, claim] : task.claims) open += claim.state() == UNIT_CLAIM_STATE_OPEN;
  const int held = HeldForUnits(task);
  if (held < 0) Broken("less than no slot is held");
  if (held > 0 && open == 0) Broken("slots are held for no unit");
}

void TaskReplay::CheckElsewhere(const Task& task, const std::string& person_id) {
  for (const auto& [id, other] : tasks_) {
    if (&other == &task) continue;
    const auto part = other.people.find(person_id);
    if (part == other.people.end() || part->second.state() != ASSIGNMENT_STATE_ACCEPTED) continue;
    const bool overlaps = ToTime(task.brief.start_time()) < ToTime(other.brief.end_time()) &&
                          ToTime(other.brief.start_time()) < ToTime(task.brief.end_time());
    if (overlaps) Broken(person_id + " is on " + id + " at the same time");
  }
}

}  // namespace baodao::testing
