#include "services/matching/domain/index.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "common/clock/timestamp.h"

namespace baodao::matching {
namespace {

using dispatch::v1::AssignmentState;

bool IsWork(AssignmentState state) {
  switch (state) {
    case dispatch::v1::ASSIGNMENT_STATE_ACCEPTED:
    case dispatch::v1::ASSIGNMENT_STATE_SIGNED_IN:
    case dispatch::v1::ASSIGNMENT_STATE_SIGNED_OUT:
    case dispatch::v1::ASSIGNMENT_STATE_CREDITED:
      return true;
    default:
      return false;
  }
}

bool IsServed(AssignmentState state) {
  return state == dispatch::v1::ASSIGNMENT_STATE_SIGNED_OUT ||
         state == dispatch::v1::ASSIGNMENT_STATE_CREDITED;
}

// Its person is still to come, or to answer.
bool IsAhead(AssignmentState state) {
  return state == dispatch::v1::ASSIGNMENT_STATE_OFFERED ||
         state == dispatch::v1::ASSIGNMENT_STATE_ACCEPTED ||
         state == dispatch::v1::ASSIGNMENT_STATE_WAITLISTED ||
         state == dispatch::v1::ASSIGNMENT_STATE_SIGNED_IN;
}

bool IsOver(TaskState state) {
  switch (state) {
    case dispatch::v1::TASK_STATE_OPEN:
    case dispatch::v1::TASK_STATE_STAFFED:
    case dispatch::v1::TASK_STATE_IN_SERVICE:
      return false;
    default:
      return true;
  }
}

int32_t Offer(AssignmentState state) {
  return state == dispatch::v1::ASSIGNMENT_STATE_OFFERED ? 1 : 0;
}

int32_t Wait(AssignmentState state) {
  return state == dispatch::v1::ASSIGNMENT_STATE_WAITLISTED ? 1 : 0;
}

// Reads of tasks end within this time, however slowly they are answered.
constexpr std::chrono::minutes kLongestRead{10};

int64_t MillisOf(const google::protobuf::Timestamp& time) {
  return ToTime(time).time_since_epoch().count();
}

}  // namespace

CandidateIndex::CandidateIndex() : tree_(areas::AreaTree::Empty()) {}

void CandidateIndex::SetTree(std::shared_ptr<const areas::AreaTree> tree) {
  tree_ = std::move(tree);
  registrations_.assign(tree_->size(), 0);
  for (Person& person : people_) {
    person.areas.clear();
    Place(&person);
  }
  for (auto& [id, task] : tasks_) Place(task.get());
}

CandidateIndex::Applied CandidateIndex::Apply(const Profile& profile) {
  const PersonSlot slot = Intern(profile.person_id());
  Person& person = people_[slot];
  if (profile.version() <= person.version) return Applied::kOld;
  CountSkills(person, -1);
  person.version = profile.version();
  tags_.Replace(&person.skills, profile.skills());
  tags_.Replace(&person.categories, profile.categories());
  tags_.Replace(&person.willing, profile.willing());
  person.hours = WeeklyHours(profile.availability());
  person.absences.clear();
  for (const auto& absence : profile.absences()) person.absences.push_back(FromProto(absence));
  person.home = PlaceOf(profile.home());
  person.radius_m = profile.radius_m();
  person.area_codes.assign(profile.area_codes().begin(), profile.area_codes().end());
  HoldCredentials(&person, profile);
  KeepApart(slot, profile);
  CountSkills(person, 1);
  Place(&person);
  return Applied::kDone;
}

void CandidateIndex::HoldCredentials(Person* person, const Profile& profile) {
  const std::vector<HeldCredential> before = std::exchange(person->credentials, {});
  for (const registration::v1::Credential& credential : profile.credentials()) {
    const TagId kind = tags_.Intern(credential.kind());
    person->credentials.push_back({kind, ToTime(credential.expire_time())});
  }
  for (const HeldCredential& credential : before) tags_.Release(credential.kind);
}

void CandidateIndex::KeepApart(PersonSlot slot, const Profile& profile) {
  if (profile.blocked_person_ids().empty() && !apart_.contains(slot)) return;
  Apart& own = apart_[slot];
  for (const PersonSlot other : own.blocks) std::erase(apart_[other].blocked_by, slot);
  own.blocks.clear();
  for (const std::string& id : profile.blocked_person_ids()) {
    own.blocks.push_back(Intern(id));
    apart_[own.blocks.back()].blocked_by.push_back(slot);
  }
}

CandidateIndex::Applied CandidateIndex::Apply(const DispatchTask& task, Time now) {
  if (IsOver(task.state())) {
    const OpenTask* known = FindTask(task.task_id());
    if (known != nullptr && task.version() < known->task.version()) return Applied::kOld;
    // History is read from lists of what was over long ago.
    const Time at = ToTime(task.update_time());
    if (at > now - kLongestRead) End(task.task_id(), task.version(), at);
    Drop(task.task_id());
    return known == nullptr ? Applied::kOld : Applied::kDone;
  }
  if (HasEnded(task.task_id(), task.version())) return Applied::kOld;
  std::shared_ptr<OpenTask>& entry = tasks_[task.task_id()];
  const bool fresh = entry == nullptr;
  if (fresh) {
    entry = std::make_shared<OpenTask>();
    entry->lacking_since = now;
  } else if (task.version() <= entry->task.version()) {
    return Applied::kOld;
  }
  const int32_t free_before = entry->FreeSlots();
  entry->task = task;
  entry->task.clear_description();  // long, and nothing here reads it
  entry->window = FromProto(task.window());
  entry->place = PlaceOf(task.place());
  tags_.Replace(&entry->skills, task.skills());
  tags_.Replace(&entry->categories, task.categories());
  tags_.Replace(&entry->credentials, task.credentials());
  entry->requester = RequesterOf(task.requester_id());
  entry->apart = entry->requester < 0 ? nullptr : &apart_[entry->requester];
  const TagId category = tags_.Intern(task.category());
  if (!fresh) tags_.Release(entry->category);
  entry->category = category;
  Place(entry.get());
  NoteShortage(entry.get(), free_before, now);
  return Applied::kDone;
}

CandidateIndex::Applied CandidateIndex::Apply(const events::v1::AssignmentChanged& change,
                                              Time now) {
  const events::v1::TaskBrief& brief = change.task();
  const auto it = tasks_.find(change.assignment().task_id());
  OpenTask* task = it == tasks_.end() ? nullptr : it->second.get();
  const Job job{{ToTime(brief.start_time()), ToTime(brief.end_time())},
                brief.area_code(),
                brief.requester_id()};
  const int32_t free_before = task == nullptr ? 0 : task->FreeSlots();
  Settle(Intern(change.assignment().person_id()), task, change.assignment(), job);
  return Apply(change.assignment().task_id(), task, brief, free_before, now);
}

CandidateIndex::Applied CandidateIndex::Apply(const events::v1::UnitClaimChanged& change,
                                              Time now) {
  const auto it = tasks_.find(change.claim().task_id());
  OpenTask* task = it == tasks_.end() ? nullptr : it->second.get();
  return Apply(change.claim().task_id(), task, change.task(),
               task == nullptr ? 0 : task->FreeSlots(), now);
}

CandidateIndex::Applied CandidateIndex::Apply(const std::string& task_id, OpenTask* task,
                                              const events::v1::TaskBrief& brief,
                                              int32_t free_before, Time now) {
  if (task != nullptr && brief.version() < task->task.version()) return Applied::kOld;
  if (IsOver(brief.state())) {
    End(task_id, brief.version(), now);
    Drop(task_id);
    return Applied::kDone;
  }
  if (task == nullptr) {
    return HasEnded(task_id, brief.version()) ? Applied::kOld : Applied::kUnknownTask;
  }
  task->task.set_state(brief.state());
  task->task.set_slots_max(brief.slots_max());
  task->task.set_accepted_count(brief.accepted_count());
  task->task.set_held_count(brief.held_count());
  task->task.set_leaving_count(brief.leaving_count());
  if (brief.has_repair_until()) *task->task.mutable_repair_until() = brief.repair_until();
  task->task.set_version(brief.version());
  NoteShortage(task, free_before, now);
  return Applied::kDone;
}

CandidateIndex::Applied CandidateIndex::Apply(const Assignment& assignment,
                                              const DispatchTask& task) {
  const auto it = tasks_.find(task.task_id());
  OpenTask* known = it == tasks_.end() ? nullptr : it->second.get();
  // Nobody is still to come to a task that is over: the list is older than the event that says so,
  // which may have been heard of already.
  if (known == nullptr && IsAhead(assignment.state())) return Applied::kOld;
  const Job job{FromProto(task.window()), task.area_code(), task.requester_id()};
  Settle(Intern(assignment.person_id()), known, assignment, job);
  return Applied::kDone;
}

// A slot that became free starts the wait anew: people who claim by themselves come first.
void CandidateIndex::NoteShortage(OpenTask* task, int32_t free_before, Time now) {
  if (task->FreeSlots() > free_before) task->lacking_since = now;
}

void CandidateIndex::Settle(PersonSlot slot, OpenTask* task, const Assignment& assignment,
                            const Job& job) {
  Person& person = people_[slot];
  const int64_t update_ms = MillisOf(assignment.update_time());
  if (task != nullptr) {
    Standing& standing = task->people[slot];
    if (update_ms < standing.update_ms) return;
    const bool asks = Offer(assignment.state()) == 1 && !assignment.holds_slot() &&
                      assignment.replaces_id().empty();
    person.open_offers += Offer(assignment.state()) - Offer(standing.state);
    task->open_offers += (asks ? 1 : 0) - (standing.asks ? 1 : 0);
    task->waiting += Wait(assignment.state()) - Wait(standing.state);
    standing = {assignment.state(), update_ms, asks};
  }
  if (IsWork(assignment.state())) {
    person.calendar.Put(assignment.task_id(), job.window);
  } else {
    person.calendar.Remove(assignment.task_id());
  }
  Remember(&person, assignment, job);
}

void CandidateIndex::Remember(Person* person, const Assignment& assignment, const Job& job) {
  const bool missed = assignment.state() == dispatch::v1::ASSIGNMENT_STATE_NO_SHOW;
  if (!missed && !IsServed(assignment.state())) {
    // A NO_SHOW who came after all.
    if (person->history != nullptr) person->history->Remove(assignment.task_id());
    return;
  }
  if (person->history == nullptr) person->history = std::make_unique<History>();
  person->history->Put(
      {assignment.task_id(), job.window.end, job.area_code, RequesterOf(job.requester_id), missed});
}

PersonSlot CandidateIndex::RequesterOf(const std::string& person_id) {
  return person_id.empty() ? -1 : Intern(person_id);
}

void CandidateIndex::Drop(std::string_view task_id) {
  const auto it = tasks_.find(task_id);
  if (it == tasks_.end()) return;
  for (const auto& [slot, standing] : it->second->people) {
    people_[slot].open_offers -= Offer(standing.state);
  }
  // A run under way may still look at the task: it then proposes for one that dispatch has ended.
  tags_.Release(it->second->skills);
  tags_.Release(it->second->categories);
  tags_.Release(it->second->credentials);
  tags_.Release(it->second->category);
  tasks_.erase(it);
}

void CandidateIndex::End(const std::string& task_id, uint64_t version, Time at) {
  Ended& ended = ended_[task_id];
  ended.version = std::max(ended.version, version);
  ended.at = std::max(ended.at, at);
}

bool CandidateIndex::HasEnded(std::string_view task_id, uint64_t version) const {
  const auto it = ended_.find(task_id);
  return it != ended_.end() && version <= it->second.version;
}

void CandidateIndex::Shun(std::string_view task_id, std::string_view person_id, Time until) {
  const auto it = tasks_.find(task_id);
  const PersonSlot slot = SlotOf(person_id);
  if (it != tasks_.end() && slot >= 0) it->second->shunned[slot] = until;
}

void CandidateIndex::ForgetEnded(Time now) {
  std::erase_if(ended_, [&](const auto& entry) { return entry.second.at + kLongestRead < now; });
}

void CandidateIndex::Forget(Time work_before, Time history_before) {
  for (Person& person : people_) {
    if (!person.calendar.empty()) person.calendar.DropBefore(work_before);
    if (person.history == nullptr) continue;
    person.history->DropBefore(history_before);
    if (person.history->empty()) person.history.reset();
  }
}

}  // namespace baodao::matching
