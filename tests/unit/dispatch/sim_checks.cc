#include "tests/unit/dispatch/sim_checks.h"

#include <map>
#include <set>

#include "common/clock/timestamp.h"
#include "common/ledger/chain.h"
#include "services/dispatch/domain/calendar.h"
#include "services/dispatch/domain/change.h"
#include "services/dispatch/domain/states.h"
#include "services/dispatch/domain/take.h"
#include "services/dispatch/domain/times.h"
#include "services/dispatch/store/indexes.h"
#include "services/dispatch/store/ledgers.h"

namespace baodao::dispatch {
namespace {

// Units hold slots only while they may name people, and count whom they named.
std::string CheckClaims(const v1::TaskRecord& record,
                        const std::map<std::string, v1::AssignmentRecord>& people) {
  for (const v1::UnitClaim& claim : record.unit_claims()) {
    int named = 0;
    for (const auto& [person, r] : people) {
      named +=
          r.assignment().claim_unit_id() == claim.unit_id() && TakesSlot(r.assignment().state());
    }
    if (named != claim.named()) return claim.unit_id() + " named others";
    if (claim.open_slots() < 0) return claim.unit_id() + " holds less than nothing";
    const bool open = claim.state() == v1::UNIT_CLAIM_STATE_OPEN;
    if (!open && claim.open_slots() != 0) return claim.unit_id() + " holds slots for ever";
  }
  return {};
}

std::string CheckCounters(const v1::TaskRecord& record,
                          const std::map<std::string, v1::AssignmentRecord>& people, Time now) {
  const v1::Task& task = record.task();
  int accepted = 0, held = 0, waiting = 0, in = 0, out = 0, leaving = 0;
  for (const auto& [person, r] : people) {
    const v1::AssignmentState state = r.assignment().state();
    accepted += TakesSlot(state);
    held += state == v1::ASSIGNMENT_STATE_OFFERED && r.assignment().holds_slot();
    leaving += r.assignment().has_withdrawal_request_time();
    waiting += state == v1::ASSIGNMENT_STATE_WAITLISTED;
    in += state == v1::ASSIGNMENT_STATE_SIGNED_IN;
    out += state == v1::ASSIGNMENT_STATE_SIGNED_OUT || state == v1::ASSIGNMENT_STATE_CREDITED;
    if (TakesSlot(state) != (r.reservation() != 0)) return person + ": reservation without slot";
  }
  for (const v1::UnitClaim& claim : record.unit_claims()) held += claim.open_slots();
  if (accepted > task.slots_max()) return "promise 1: more people than slots";
  if (now < JoinUntil(task) && accepted + held - leaving > task.slots_max()) {
    return "more slots held than there are";
  }
  if (waiting > task.waitlist_max()) return "waitlist too long";
  if (accepted != task.accepted_count()) return "accepted_count is wrong";
  if (held != task.held_count()) return "held_count is wrong";
  if (waiting != task.waitlist_count()) return "waitlist_count is wrong";
  if (in != task.signed_in_count()) return "signed_in_count is wrong";
  if (out != task.signed_out_count()) return "signed_out_count is wrong";
  if (leaving != task.leaving_count()) return "leaving_count is wrong";
  if (static_cast<int>(people.size()) != record.people_count()) return "people_count is wrong";
  const bool enough = accepted - leaving >= task.slots_min();
  if (task.state() == v1::TASK_STATE_OPEN && enough) return "not STAFFED";
  if (task.state() == v1::TASK_STATE_STAFFED && !enough) return "not OPEN";
  return {};
}

// Who leads comes or is there, and whoever is at work is heard from where it asks so, and nobody
// else.
std::string CheckOnSite(World& world, const v1::Task& task,
                        const std::map<std::string, v1::AssignmentRecord>& people) {
  const auto leader = people.find(task.leader_id());
  if (!task.leader_id().empty() &&
      (leader == people.end() || !MayLead(leader->second.assignment().state()))) {
    return "somebody leads who is not there";
  }
  const auto* timers =
      world.data.FindIndex(world.keys.base().Timers(world.keys.ShardOf(task.task_id())));
  for (const auto& [person, r] : people) {
    const bool asked =
        r.assignment().state() == v1::ASSIGNMENT_STATE_SIGNED_IN && task.check_in_minutes() > 0;
    if ((r.assignment().check_in_state() != v1::CHECK_IN_STATE_UNSPECIFIED) != asked) {
      return "whether somebody is to be heard from is wrong";
    }
    const std::string timer = TimerName(kCheckInTimer, task.task_id(), person);
    const bool armed = timers != nullptr && timers->scores.contains(timer);
    if (asked != armed) return "whether somebody waits to hear from " + person + " is wrong";
  }
  return {};
}

// Everything asked of a task is asked by somebody on it.
std::string CheckAsked(const v1::TaskRecord& record,
                       const std::map<std::string, v1::AssignmentRecord>& people) {
  std::set<std::string> leaving;
  std::map<std::string, std::string> proposed, offered;
  int open_offers = 0;
  for (const auto& [person, r] : people) {
    const v1::Assignment& assignment = r.assignment();
    const bool accepted = assignment.state() == v1::ASSIGNMENT_STATE_ACCEPTED;
    if (assignment.has_withdrawal_request_time()) leaving.insert(person);
    if (!assignment.successor_id().empty()) proposed[person] = assignment.successor_id();
    if (!accepted && (leaving.contains(person) || proposed.contains(person))) {
      return person + " asks without a slot";
    }
    if (assignment.state() != v1::ASSIGNMENT_STATE_OFFERED) continue;
    open_offers += !assignment.holds_slot();
    if (!assignment.replaces_id().empty()) offered[assignment.replaces_id()] = person;
  }
  std::map<std::string, std::string> listed;
  for (const auto& proposal : record.proposals()) {
    listed[proposal.proposer_id()] = proposal.successor_id();
  }
  if (leaving != std::set<std::string>(record.leaving().begin(), record.leaving().end())) {
    return "those who ask to be let go are others";
  }
  if (listed != proposed || listed != offered) return "the proposals are others";
  return open_offers == record.open_offers() ? "" : "open_offers is wrong";
}

std::string CheckIndexes(World& world, const v1::TaskRecord& record,
                         const std::map<std::string, v1::AssignmentRecord>& people) {
  const v1::Task& task = record.task();
  const int shard = world.keys.ShardOf(task.task_id());
  for (const std::string_view list : {kOpenList, kLiveList, kDoneList, kEndedList}) {
    const bool wanted = list == kOpenList ? IsClaimable(task) : ListOf(task.state()) == list;
    for (const std::string& area : record.listed_under()) {
      const auto* index = world.data.FindIndex(world.keys.List(shard, list, area));
      const bool there = index != nullptr && index->scores.contains(MemberOf(task));
      if (there != wanted) return "index " + std::string(list) + " is wrong";
    }
  }
  std::map<std::string, double> waiting;
  for (const auto& [person, r] : people) {
    if (r.assignment().state() == v1::ASSIGNMENT_STATE_WAITLISTED) {
      waiting[person] = static_cast<double>(r.assignment().waitlist_number());
    }
  }
  const auto* waitlist = world.data.FindIndex(world.keys.Waitlist(task.task_id()));
  const std::map<std::string, double> stored =
      waitlist == nullptr ? std::map<std::string, double>() : waitlist->scores;
  return stored == waiting ? "" : "waitlist index is wrong";
}

// Somebody who waits while a slot is free is about to be promoted.
std::string CheckPromotion(World& world, const v1::Task& task) {
  const bool due = CheckRecruiting(task, world.clock.Now()).ok() && FreeSlots(task) > 0 &&
                   task.waitlist_count() > 0;
  if (!due) return {};
  const int shard = world.keys.ShardOf(task.task_id());
  const auto* timers = world.data.FindIndex(world.keys.base().Timers(shard));
  const std::string member = TimerName(kPromoteTimer, task.task_id());
  const bool armed = timers != nullptr && timers->scores.contains(member);
  return armed ? "" : "somebody waits for a free slot and no timer is armed";
}

// Work of one person: taken on, and confirmed after the fact.
struct Held {
  std::vector<Work> accepted;
  std::vector<Work> confirmed;
};

Work WorkOf(const v1::Task& task, const v1::Assignment& assignment) {
  if (assignment.sign_in_method() != v1::SIGN_METHOD_CONFIRMED) return dispatch::WorkOf(task);
  return {task.task_id(), ToTime(assignment.sign_in_time()), ToTime(assignment.sign_out_time())};
}

// Work that people hold, checked one after the other against the limits; what has happened only
// against other places at the same time.
std::string CheckPeople(const std::map<std::string, Held>& held) {
  for (const auto& [person, works] : held) {
    v1::CalendarRecord others;
    for (const Work& work : works.accepted) {
      const absl::Status fits = CheckCalendar(others, work, work::Limits());
      if (!fits.ok()) return "promise 2: " + person + ": " + fits.ToString();
      Reserve(others, work, work.start, 1);
    }
    for (const Work& work : works.confirmed) {
      const absl::Status fits = CheckOverlap(others, work);
      if (!fits.ok()) return "promise 2: " + person + ": " + fits.ToString();
      Reserve(others, work, work.start, 1);
    }
  }
  return {};
}

using Story = std::map<std::pair<std::string, std::string>, v1::AssignmentState>;

// Every event continues where the one before left off: none is missing, none is there twice.
std::string CheckStory(World& world, Story* story, std::set<std::string>* escalated) {
  for (int shard = 0; shard < World::kShards; ++shard) {
    const auto* stream = world.data.FindStream(world.keys.base().Events(shard));
    if (stream == nullptr) continue;
    for (const store::StreamEntry& entry : stream->entries) {
      events::v1::Event event;
      if (!event.ParseFromString(entry.bytes)) return "an event cannot be parsed";
      if (event.task_changed().kind() == events::v1::TASK_CHANGE_ESCALATED) {
        escalated->insert(event.task_changed().task().task_id());
      }
      if (!event.has_assignment_changed()) continue;
      const auto& changed = event.assignment_changed();
      const auto key =
          std::make_pair(changed.assignment().task_id(), changed.assignment().person_id());
      if ((*story)[key] != changed.before()) return "events do not connect";
      (*story)[key] = changed.assignment().state();
    }
  }
  return {};
}

std::string CheckLedgers(World& world,
                         const std::map<std::string, std::map<std::string, int64_t>>& served) {
  for (const std::string& person : world.people) {
    v1::LedgerRecord head;
    head.ParseFromString(world.data.ReadRecord(world.keys.Hours(person), world.clock.Now()).bytes);
    const auto* hash = world.data.FindHash(world.keys.Ledger(person));
    const auto mine = served.find(person);
    const std::map<std::string, int64_t> expected =
        mine == served.end() ? std::map<std::string, int64_t>() : mine->second;
    std::map<std::string, int64_t> credited;
    int64_t minutes = 0;
    ledger::ChainCheck chain(BalanceOf(person, head));
    for (uint64_t sequence = 1; sequence <= head.last_sequence(); ++sequence) {
      char field[24];
      std::snprintf(field, sizeof field, "%020llu", static_cast<unsigned long long>(sequence));
      if (hash == nullptr || !hash->contains(field)) return "promise 6: the ledger has a gap";
      v1::LedgerEntry entry;
      entry.ParseFromString(hash->at(field));
      chain.Add(entry);
      if (credited.contains(entry.task_id())) return "promise 6: credited twice";
      credited[entry.task_id()] = entry.minutes();
      minutes += entry.minutes();
    }
    if (credited != expected) return "promise 6: credited is not what was served";
    if (minutes != head.minutes()) return "promise 6: the balance is not the sum";
    if (const auto fault = chain.End()) return "the ledger's " + ledger::TextOf(*fault);
  }
  return {};
}

}  // namespace

std::string CheckAlways(World& world, const std::vector<std::string>& tasks) {
  std::map<std::string, Held> held;
  for (const std::string& id : tasks) {
    const v1::TaskRecord record = world.TaskOf(id);
    const auto people = world.PeopleOn(id);
    std::string wrong = CheckCounters(record, people, world.clock.Now());
    if (wrong.empty()) wrong = CheckAsked(record, people);
    if (wrong.empty()) wrong = CheckOnSite(world, record.task(), people);
    if (wrong.empty()) wrong = CheckClaims(record, people);
    if (wrong.empty()) wrong = CheckIndexes(world, record, people);
    if (wrong.empty()) wrong = CheckPromotion(world, record.task());
    if (!wrong.empty()) return id + ": " + wrong + "\n" + record.task().ShortDebugString();
    for (const auto& [person, r] : people) {
      if (!BlocksCalendar(r.assignment().state())) continue;
      // Also of a NO_SHOW who came in later.
      const bool came_back =
          r.missed_ms() != 0 && r.assignment().sign_in_detail().has_receive_time();
      const bool told = came_back || r.assignment().sign_in_method() == v1::SIGN_METHOD_CONFIRMED;
      std::vector<Work>& works = told ? held[person].confirmed : held[person].accepted;
      works.push_back(WorkOf(record.task(), r.assignment()));
    }
  }
  return CheckPeople(held);
}

std::string CheckAtEnd(World& world, const std::vector<std::string>& tasks) {
  if (std::string wrong = CheckAlways(world, tasks); !wrong.empty()) return wrong;
  Story story;
  std::set<std::string> escalated;
  if (std::string wrong = CheckStory(world, &story, &escalated); !wrong.empty()) return wrong;
  std::map<std::string, std::map<std::string, int64_t>> served;
  for (const std::string& id : tasks) {
    const v1::Task task = world.TaskOf(id).task();
    if (!IsFinal(task.state()))
      return "promise 5: " + id + " is " + record::StateName(task.state());
    // Nobody ever came, so it was short of people at its SLA unless they all dropped out later.
    const bool ever_accepted = [&] {
      for (const auto& [person, r] : world.PeopleOn(id)) {
        if (r.assignment().has_accept_time()) return true;
      }
      return false;
    }();
    if (task.state() == v1::TASK_STATE_EXPIRED && !ever_accepted && !escalated.contains(id)) {
      return "promise 5: " + id + " expired without being escalated";
    }
    for (const auto& [person, r] : world.PeopleOn(id)) {
      const v1::Assignment& assignment = r.assignment();
      if (story[std::make_pair(id, person)] != assignment.state()) return "events end elsewhere";
      if (assignment.state() == v1::ASSIGNMENT_STATE_SIGNED_OUT) return "promise 6: not credited";
      if (assignment.state() == v1::ASSIGNMENT_STATE_CREDITED) {
        served[person][id] = assignment.credited_minutes();
      }
    }
  }
  if (std::string wrong = CheckLedgers(world, served); !wrong.empty()) return wrong;
  const std::vector<std::string> timers = world.Timers();
  return timers.empty() ? "" : "a timer is left: " + timers.front();
}

}  // namespace baodao::dispatch
