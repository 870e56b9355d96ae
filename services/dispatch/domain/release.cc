#include "services/dispatch/domain/release.h"

#include <algorithm>

#include "common/record/machine.h"
#include "common/status/status.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {
namespace {

// As long as the task is not over.
Detail WhileOpen(Viewer viewer, const v1::Assignment& assignment) {
  const bool coordinates = viewer == Viewer::kCoordinator;
  if (IsOnTheWork(assignment)) return coordinates ? Detail::kEmergencyContact : Detail::kPhone;
  if (TakesSlot(assignment.state())) return Detail::kName;
  switch (assignment.state()) {
    case v1::ASSIGNMENT_STATE_NO_SHOW:
      return coordinates ? Detail::kPhone : Detail::kName;
    case v1::ASSIGNMENT_STATE_WAITLISTED:
      return coordinates ? Detail::kName : Detail::kNothing;
    default:
      return Detail::kNothing;
  }
}

}  // namespace

bool IsOnTheWork(const v1::Assignment& assignment) {
  return TakesSlot(assignment.state()) && assignment.sign_in_method() != v1::SIGN_METHOD_CONFIRMED;
}

bool MayAskCoordinator(const v1::Assignment& assignment) {
  return IsOnTheWork(assignment) || assignment.state() == v1::ASSIGNMENT_STATE_NO_SHOW;
}

absl::Status CheckNotOver(const v1::Task& task) {
  if (!IsFinal(task.state())) return absl::OkStatus();
  return WrongState(record::StateName(task.state()));
}

absl::Status CheckPeopleShown(const v1::Task& task, Time now) {
  const bool confirmable =
      task.state() == v1::TASK_STATE_EXPIRED && now <= EndOf(task) + kConfirmUntil;
  return confirmable ? absl::OkStatus() : CheckNotOver(task);
}

Detail DetailFor(Viewer viewer, const v1::Task& task, const v1::Assignment& assignment) {
  const Detail detail = WhileOpen(viewer, assignment);
  return IsFinal(task.state()) ? std::min(detail, Detail::kName) : detail;
}

bool KeepApart(std::string_view one, std::string_view other, const Blocks& blocks) {
  return blocks(one, other) || blocks(other, one);
}

bool AreTeammates(std::string_view person_id, const v1::Assignment& other, const Blocks& blocks) {
  return IsOnTheWork(other) && other.person_id() != person_id &&
         !KeepApart(person_id, other.person_id(), blocks);
}

bool IsOnRoster(std::string_view leader_id, const v1::Assignment& other) {
  if (other.person_id() == leader_id) return false;
  return IsOnTheWork(other) || other.state() == v1::ASSIGNMENT_STATE_NO_SHOW;
}

bool IsOnRoster(std::string_view leader_id, const v1::Assignment& other, const Blocks& blocks) {
  return IsOnRoster(leader_id, other) && !KeepApart(leader_id, other.person_id(), blocks);
}

}  // namespace baodao::dispatch
