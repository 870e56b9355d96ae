// The wishes of people who have accepted a task: to be let go, or that a colleague comes instead.
#include <algorithm>

#include "services/dispatch/domain/change.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {

void Change::RequestWithdrawal(const std::string& person_id, const std::string& reason) {
  // One slot cannot be promised twice: to a colleague, and to whoever is first.
  EndProposal(aggregate_.Find(person_id)->assignment().successor_id());
  v1::Assignment& assignment = Touch(person_id);
  const enrollment::Place before = PlaceOf(assignment);
  *assignment.mutable_withdrawal_request_time() = ToTimestamp(now_);
  assignment.set_reason(reason);
  Count(before, assignment);
  aggregate_.record().add_leaving(person_id);
  SetWithdrawal(v1::WITHDRAWAL_CHANGE_REQUESTED);
  const v1::Task& task = aggregate_.task();
  Arm(TimerName(kBeginTimer, task.task_id()), JoinUntil(task));
}

void Change::EndWithdrawal(const std::string& person_id, v1::WithdrawalChange how,
                           const std::string& reason) {
  v1::Assignment& assignment = Touch(person_id);
  const enrollment::Place before = PlaceOf(assignment);
  DropRequest(assignment);
  assignment.set_reason(reason);
  Count(before, assignment);
  SetWithdrawal(how);
}

v1::Assignment& Change::Admit(const std::string& person_id, AssignmentEvent event,
                              const std::string& leaver, bool handed_on) {
  v1::Assignment& assignment = Move(person_id, event);
  // Task and people may have been read a commit apart: then this commit will conflict.
  if (aggregate_.StateOf(leaver) != v1::ASSIGNMENT_STATE_ACCEPTED) return assignment;
  assignment.set_replaces_id(leaver);
  handed_on_ = handed_on;
  Move(leaver, AssignmentEvent::kWithdraw).set_end_cause(v1::END_CAUSE_REPLACED);
  handed_on_ = false;
  return assignment;
}

v1::Assignment& Change::ProposeSwap(const std::string& proposer_id, const std::string& successor_id,
                                    Time expires) {
  v1::Assignment& offer = Move(successor_id, AssignmentEvent::kOffer);
  offer.set_replaces_id(proposer_id);
  *offer.mutable_offer_expire_time() = ToTimestamp(expires);
  Arm(TimerName(kOfferTimer, aggregate_.task().task_id(), successor_id), expires);
  v1::AssignmentRecord& proposer = aggregate_.Change(proposer_id);
  proposer.set_proposals(proposer.proposals() + 1);
  proposer.mutable_assignment()->set_successor_id(successor_id);
  v1::TaskRecord::Proposal& proposal = *aggregate_.record().add_proposals();
  proposal.set_proposer_id(proposer_id);
  proposal.set_successor_id(successor_id);
  return offer;
}

void Change::DropRequest(v1::Assignment& assignment) {
  auto& leaving = *aggregate_.record().mutable_leaving();
  leaving.erase(std::remove(leaving.begin(), leaving.end(), assignment.person_id()), leaving.end());
  if (!assignment.has_withdrawal_request_time()) return;
  assignment.clear_withdrawal_request_time();
  assignment.clear_reason();
}

void Change::EndProposal(std::string successor_id) {
  if (aggregate_.StateOf(successor_id) != v1::ASSIGNMENT_STATE_OFFERED) return;
  Move(successor_id, AssignmentEvent::kRelease);
}

void Change::EndAsked(v1::Assignment& assignment) {
  if (assignment.state() == v1::ASSIGNMENT_STATE_ACCEPTED) {
    DropRequest(assignment);
    // The slot that the colleague was offered is not the person's to give any more.
    EndProposal(assignment.successor_id());
  }
  const bool proposed =
      assignment.state() == v1::ASSIGNMENT_STATE_OFFERED && !assignment.replaces_id().empty();
  if (!proposed) return;
  auto& proposals = *aggregate_.record().mutable_proposals();
  const auto mine =
      std::ranges::find(proposals, assignment.person_id(), &v1::TaskRecord::Proposal::successor_id);
  if (mine != proposals.end()) proposals.erase(mine);
  aggregate_.Change(assignment.replaces_id()).mutable_assignment()->clear_successor_id();
}

}  // namespace baodao::dispatch
