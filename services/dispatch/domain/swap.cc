#include "services/dispatch/domain/swap.h"

#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/take.h"
#include "services/dispatch/domain/times.h"

namespace baodao::dispatch {
namespace {

absl::Status CheckMayPropose(const Aggregate& aggregate, const std::string& proposer_id, Time now) {
  const v1::AssignmentRecord* const mine = aggregate.Find(proposer_id);
  if (mine == nullptr) return Refuse(Reason::NOT_ASSIGNED);
  if (mine->assignment().state() != v1::ASSIGNMENT_STATE_ACCEPTED) {
    return WrongState(record::StateName(mine->assignment().state()));
  }
  RETURN_IF_ERROR(CheckRecruiting(aggregate.task(), now));
  if (PlaceOf(mine->assignment()).leaving) return Refuse(Reason::WITHDRAWAL_REQUESTED);
  if (!mine->assignment().successor_id().empty()) return Refuse(Reason::SWAP_PROPOSED);
  const bool many = mine->proposals() >= kMaxProposalsOfOne ||
                    aggregate.record().proposals_size() >= kMaxProposals;
  return many ? Refuse(Reason::TOO_MANY_SWAPS) : absl::OkStatus();
}

// Whether the successor could take the slot now, and has not said no before.
bool MaySucceed(const Aggregate& aggregate, const SwapCommand& command) {
  if (command.successor == nullptr || !command.has_time) return false;
  const std::string& one = command.proposer_id;
  const std::string& other = command.successor_id;
  const Blocks& blocks = command.relations->blocks;
  if (one == other || blocks(one, other) || blocks(other, one)) return false;
  const v1::AssignmentRecord* const theirs = aggregate.Find(other);
  if (theirs == nullptr && aggregate.record().people_count() >= kMaxPeople) return false;
  if (!MayStartAnew(aggregate.StateOf(other))) return false;
  const bool said_no = theirs != nullptr && theirs->assignment().replaces_id() == one &&
                       theirs->assignment().state() == v1::ASSIGNMENT_STATE_DECLINED;
  return !said_no && CheckEligible(aggregate.task(), *command.successor, *command.relations).ok();
}

}  // namespace

absl::StatusOr<Effects> DecideProposeSwap(Aggregate& aggregate, const SwapCommand& command,
                                          Time now) {
  RETURN_IF_ERROR(CheckMayPropose(aggregate, command.proposer_id, now));
  if (!MaySucceed(aggregate, command)) return Refuse(Reason::CANNOT_SUCCEED);
  const Time until = JoinUntil(aggregate.task());
  Change change(aggregate, now);
  v1::Assignment& offer =
      change.ProposeSwap(command.proposer_id, command.successor_id,
                         enrollment::OfferUntil(now, kAnswerProposalWithin, until));
  offer.set_unit_id(command.successor->unit_id());
  offer.set_reason(command.reason);
  return change.Finish();
}

absl::StatusOr<Effects> DecideCancelSwap(Aggregate& aggregate, const std::string& proposer_id,
                                         Time now) {
  const v1::AssignmentRecord* const mine = aggregate.Find(proposer_id);
  if (mine == nullptr) return Refuse(Reason::NOT_ASSIGNED);
  const std::string successor = mine->assignment().successor_id();
  if (aggregate.StateOf(successor) != v1::ASSIGNMENT_STATE_OFFERED) return Refuse(Reason::NO_SWAP);
  Change change(aggregate, now);
  change.Move(successor, AssignmentEvent::kRelease);
  return change.Finish();
}

}  // namespace baodao::dispatch
