#include "services/dispatch/domain/leader.h"

#include "common/clock/time_text.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/release.h"
#include "services/dispatch/domain/sign.h"
#include "services/dispatch/domain/standing.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {
namespace {

absl::Status CheckSigner(const Aggregate& aggregate, const SignPeopleCommand& command) {
  if (command.by_coordinator) return absl::OkStatus();
  const v1::AssignmentRecord* const mine = aggregate.Find(command.signer_id);
  if (mine == nullptr || !Leads(aggregate.task(), mine->assignment())) {
    return Refuse(Reason::NOT_LEADER);
  }
  // Who is not there cannot say who is.
  const bool there = mine->assignment().state() == v1::ASSIGNMENT_STATE_SIGNED_IN;
  return there ? absl::OkStatus() : Refuse(Reason::LEADER_NOT_SIGNED_IN);
}

absl::Status CheckSigned(const Aggregate& aggregate, const SignPeopleCommand& command,
                         const std::string& person_id, Time now) {
  if (person_id == command.signer_id) return Refuse(Reason::OWN_SERVICE);
  const v1::AssignmentRecord* const theirs = aggregate.Find(person_id);
  const bool known =
      theirs != nullptr &&
      (command.by_coordinator || IsOnRoster(aggregate.task().leader_id(), theirs->assignment()));
  if (!known) return Refuse(Reason::NOT_ASSIGNED);
  return command.action == v1::SIGN_ACTION_SIGN_IN ? CheckSignIn(aggregate, person_id, now, now)
                                                   : CheckSignOut(aggregate, person_id);
}

}  // namespace

absl::Status About(const std::string& person_id, const absl::Status& refusal) {
  const std::optional<Reason> reason = ReasonOf(refusal);
  if (!reason) return refusal;
  Metadata metadata = MetadataOf(refusal);
  metadata["person"] = person_id;
  return Refuse(*reason, std::move(metadata));
}

bool Leads(const v1::Task& task, const v1::Assignment& assignment) {
  return !task.leader_id().empty() && task.leader_id() == assignment.person_id() &&
         MayLead(assignment.state()) && !IsOfStanding(assignment.end_cause());
}

absl::StatusOr<Effects> DecideNameLeader(Aggregate& aggregate, const std::string& person_id,
                                         Time now) {
  RETURN_IF_ERROR(CheckNotOver(aggregate.task()));
  if (aggregate.Find(person_id) == nullptr) return Refuse(Reason::NOT_ASSIGNED);
  const v1::AssignmentState state = aggregate.StateOf(person_id);
  if (!MayLead(state)) return WrongState(record::StateName(state));
  if (aggregate.task().leader_id() == person_id) return Refuse(Reason::ALREADY_LEADER);
  Change change(aggregate, now);
  change.NameLeader(person_id);
  return change.Finish();
}

absl::StatusOr<Effects> DecideRemoveLeader(Aggregate& aggregate, const std::string& actor_id,
                                           bool by_coordinator, Time now) {
  RETURN_IF_ERROR(CheckNotOver(aggregate.task()));
  const std::string& leader = aggregate.task().leader_id();
  if (leader != actor_id && !by_coordinator) return Refuse(Reason::NOT_LEADER);
  if (leader.empty()) return Refuse(Reason::NO_LEADER);
  const bool own = leader == actor_id;
  Change change(aggregate, now);
  change.EndLeading(own ? events::v1::LEADER_STEP_LEFT : events::v1::LEADER_STEP_REMOVED);
  if (!own) change.ChangeCodeKey();
  return change.Finish();
}

bool ShowsPhones(const v1::Task& task, Time now) {
  return LocalMidnight(StartOf(task)) <= now && now < EndOf(task) + kEndGrace;
}

absl::StatusOr<Effects> DecideSignPeople(Aggregate& aggregate, const SignPeopleCommand& command,
                                         Time now) {
  RETURN_IF_ERROR(CheckSigner(aggregate, command));
  for (const std::string& person : command.person_ids) {
    const absl::Status refusal = CheckSigned(aggregate, command, person, now);
    if (!refusal.ok()) return About(person, refusal);
  }
  Proof proof =
      ProofBy(command.by_coordinator ? v1::SIGN_METHOD_COORDINATOR : v1::SIGN_METHOD_LEADER);
  proof.detail.set_signer_id(command.signer_id);
  Change change(aggregate, now);
  for (const std::string& person : command.person_ids) {
    if (command.action == v1::SIGN_ACTION_SIGN_IN) {
      SignInAt(change, aggregate, person, AssignmentEvent::kSignIn, proof, now);
    } else {
      SignOutAt(change, aggregate, person, proof, now);
    }
  }
  return change.Finish();
}

v1::Assignment SeenByOthers(const v1::Assignment& assignment) {
  v1::Assignment seen;
  seen.set_task_id(assignment.task_id());
  seen.set_person_id(assignment.person_id());
  seen.set_state(assignment.state());
  seen.set_sign_in_method(assignment.sign_in_method());
  seen.set_sign_out_method(assignment.sign_out_method());
  if (assignment.has_sign_in_time()) *seen.mutable_sign_in_time() = assignment.sign_in_time();
  if (assignment.has_sign_out_time()) *seen.mutable_sign_out_time() = assignment.sign_out_time();
  seen.set_check_in_state(assignment.check_in_state());
  if (assignment.has_check_in_due_time()) {
    *seen.mutable_check_in_due_time() = assignment.check_in_due_time();
  }
  return seen;
}

}  // namespace baodao::dispatch
