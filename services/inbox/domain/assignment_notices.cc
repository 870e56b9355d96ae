#include <algorithm>

#include "common/clock/timestamp.h"
#include "services/inbox/domain/collector.h"
#include "services/inbox/domain/kinds.h"

namespace baodao::inbox {
namespace {

using dispatch::v1::AssignmentState;
using enum dispatch::v1::AssignmentState;

// Ended because what the person was accepted for has ended.
bool LostStanding(const dispatch::v1::Assignment& assignment) {
  return assignment.end_cause() >= dispatch::v1::END_CAUSE_NOT_REGISTERED &&
         assignment.end_cause() <= dispatch::v1::END_CAUSE_KEPT_APART;
}

// Whether somebody counted on the person.
bool CountedOn(AssignmentState state) {
  return state == ASSIGNMENT_STATE_ACCEPTED || state == ASSIGNMENT_STATE_SIGNED_IN ||
         state == ASSIGNMENT_STATE_SIGNED_OUT;
}

bool IsConfirmed(const dispatch::v1::Assignment& assignment) {
  return assignment.sign_out_method() == dispatch::v1::SIGN_METHOD_CONFIRMED;
}

bool IsByLeader(dispatch::v1::SignMethod method) {
  return method == dispatch::v1::SIGN_METHOD_LEADER;
}

// Whether a coordinator should look at it: a clock that is off decides nothing.
bool IsDoubtful(const dispatch::v1::SignDetail& detail) {
  return std::ranges::any_of(detail.doubts(),
                             [](int doubt) { return doubt != dispatch::v1::SIGN_DOUBT_CLOCK_OFF; });
}

// The way of a change with which a request to be let go was made or is over; plain where there is
// none, or the state says it.
How WayOfWithdrawal(dispatch::v1::WithdrawalChange change) {
  switch (change) {
    case dispatch::v1::WITHDRAWAL_CHANGE_REQUESTED:
      return How::kLeaving;
    case dispatch::v1::WITHDRAWAL_CHANGE_CANCELLED:
      return How::kStays;
    case dispatch::v1::WITHDRAWAL_CHANGE_REFUSED:
      return How::kRefused;
    case dispatch::v1::WITHDRAWAL_CHANGE_APPROVED:
      return How::kLetGo;
    case dispatch::v1::WITHDRAWAL_CHANGE_LAPSED:
      return How::kNobodyElse;
    default:
      return How::kPlain;
  }
}

// Whether it is about somebody who has accepted and stays: only their request has changed.
bool IsOfRequest(const events::v1::AssignmentChanged& changed) {
  return changed.withdrawal() != dispatch::v1::WITHDRAWAL_CHANGE_UNSPECIFIED &&
         changed.before() == changed.assignment().state();
}

bool IsReplaced(const dispatch::v1::Assignment& assignment) {
  return assignment.end_cause() == dispatch::v1::END_CAUSE_REPLACED;
}

How WayForPerson(const events::v1::AssignmentChanged& changed, bool own_doing, bool somebody_did) {
  const dispatch::v1::Assignment& assignment = changed.assignment();
  switch (assignment.state()) {
    case ASSIGNMENT_STATE_OFFERED:
      if (!assignment.replaces_id().empty()) return How::kInstead;
      return assignment.holds_slot() ? How::kHeldSlot : How::kPlain;
    case ASSIGNMENT_STATE_WITHDRAWN:
      return IsReplaced(assignment) ? How::kReplaced : WayOfWithdrawal(changed.withdrawal());
    case ASSIGNMENT_STATE_ACCEPTED:
      if (IsOfRequest(changed)) return WayOfWithdrawal(changed.withdrawal());
      if (!own_doing && !assignment.claim_unit_id().empty()) return How::kNamed;
      return own_doing ? How::kOwnDoing : How::kPlain;
    case ASSIGNMENT_STATE_SIGNED_IN:
      if (LostStanding(assignment)) return How::kStandingLost;
      return IsByLeader(assignment.sign_in_method()) ? How::kByLeader : How::kPlain;
    case ASSIGNMENT_STATE_SIGNED_OUT:
      if (IsConfirmed(assignment)) return How::kConfirmed;
      if (IsByLeader(assignment.sign_out_method())) return How::kByLeader;
      return somebody_did ? How::kPlain : How::kByTime;
    case ASSIGNMENT_STATE_RELEASED:
      if (LostStanding(assignment)) return How::kStandingLost;
      if (changed.task().state() == dispatch::v1::TASK_STATE_CANCELLED) return How::kCancelled;
      if (changed.task().state() == dispatch::v1::TASK_STATE_EXPIRED) return How::kExpired;
      return assignment.end_cause() == dispatch::v1::END_CAUSE_ENOUGH_PEOPLE ? How::kEnough
                                                                             : How::kPlain;
    default:
      return How::kPlain;
  }
}

// The way in which others hear of one who is off, or on, or has served.
How WayForOthers(const events::v1::AssignmentChanged& changed, const Collector& tell, Party party) {
  const dispatch::v1::Assignment& assignment = changed.assignment();
  const events::v1::TaskBrief& task = changed.task();
  const bool own_doing = tell.Did(assignment.person_id());
  const bool standing = LostStanding(assignment);
  const bool to_area = party == Party::kArea;
  switch (assignment.state()) {
    case ASSIGNMENT_STATE_ACCEPTED:
      if (IsOfRequest(changed)) return WayOfWithdrawal(changed.withdrawal());
      if (!to_area && !assignment.replaces_id().empty()) return How::kInstead;
      return task.before() == dispatch::v1::TASK_STATE_OPEN &&
                     task.state() == dispatch::v1::TASK_STATE_STAFFED
                 ? How::kStaffed
                 : How::kPlain;
    case ASSIGNMENT_STATE_SIGNED_IN:
      if (standing) return How::kStandingLost;
      if (to_area && IsDoubtful(assignment.sign_in_detail())) return How::kDoubtful;
      // A sign without network may come in hours later.
      if (!to_area && tell.time() >= ToTime(task.end_time())) return How::kAfterEnd;
      return task.before() != dispatch::v1::TASK_STATE_IN_SERVICE &&
                     task.state() == dispatch::v1::TASK_STATE_IN_SERVICE
                 ? How::kBegun
                 : How::kPlain;
    case ASSIGNMENT_STATE_SIGNED_OUT:
      if (to_area && IsDoubtful(assignment.sign_out_detail())) return How::kDoubtful;
      if (!IsConfirmed(assignment)) return How::kPlain;
      return to_area && tell.Did(task.requester_id()) ? How::kByRequester : How::kConfirmed;
    case ASSIGNMENT_STATE_DECLINED:
      if (!assignment.replaces_id().empty()) return How::kInstead;
      return own_doing ? How::kOwnDoing : How::kPlain;
    case ASSIGNMENT_STATE_RELEASED:
    case ASSIGNMENT_STATE_WITHDRAWN: {
      const bool withdrawn = assignment.state() == ASSIGNMENT_STATE_WITHDRAWN;
      if (withdrawn && IsReplaced(assignment)) return How::kReplaced;
      if (!CountedOn(changed.before()) || (!withdrawn && !standing)) return How::kPlain;
      // Open: below the minimum, whether by this one or before.
      if (to_area && task.state() == dispatch::v1::TASK_STATE_OPEN) return How::kShort;
      if (to_area) return own_doing || standing ? How::kSomeLeft : How::kPlain;
      return task.accepted_count() > 0 ? How::kSomeLeft : How::kNobodyLeft;
    }
    default:
      return How::kPlain;
  }
}

// Whether the person need not think of the task any more.
bool IsOff(AssignmentState state) {
  return state == ASSIGNMENT_STATE_WITHDRAWN || state == ASSIGNMENT_STATE_RELEASED ||
         state == ASSIGNMENT_STATE_NO_SHOW;
}

Collector::Params ParamsOf(const events::v1::AssignmentChanged& changed) {
  const auto ms = [](const google::protobuf::Timestamp& time) {
    return std::to_string(ToTime(time).time_since_epoch().count());
  };
  const dispatch::v1::Assignment& assignment = changed.assignment();
  const events::v1::TaskBrief& task = changed.task();
  const bool offered = assignment.state() == ASSIGNMENT_STATE_OFFERED;
  const bool waits = assignment.state() == ASSIGNMENT_STATE_WAITLISTED;
  const bool standing = LostStanding(assignment);
  return {{"task", task.title()},
          {"area", task.area_code()},
          {"start", ms(task.start_time())},
          {"expire", offered ? ms(assignment.offer_expire_time()) : ""},
          {"number", waits ? std::to_string(assignment.waitlist_number()) : ""},
          {"accepted", std::to_string(task.accepted_count())},
          {"slots", std::to_string(task.slots_max())},
          {"cause", standing ? dispatch::v1::EndCause_Name(assignment.end_cause()) : ""},
          {"reason", assignment.reason()}};
}

void TellThePerson(const events::v1::AssignmentChanged& changed, Collector* tell) {
  const dispatch::v1::Assignment& assignment = changed.assignment();
  const std::string& person = assignment.person_id();
  const How way = WayForPerson(changed, tell->Did(person), tell->SomebodyDid());
  const bool off = IsOff(assignment.state());
  const bool said_no = assignment.state() == ASSIGNMENT_STATE_DECLINED;
  Notice* notice = tell->Tell(AssignmentRules(), changed.before(), assignment.state(), way,
                              Party::kPerson, person);
  if (notice == nullptr && (off || said_no) && !person.empty()) {
    notice = &tell->Silent(Party::kPerson, person);
  }
  if (notice == nullptr) return;
  notice->forget_reminder = off;
  // "You are on the task", or on its waitlist, is not true any more.
  if (FamilyOf(notice->record.kind()) != kOwnFamily) notice->ends = {kOwnFamily};
  const Time remind_at = ToTime(changed.task().start_time()) - kReminderBefore;
  if (assignment.state() == ASSIGNMENT_STATE_ACCEPTED && remind_at > tell->time()) {
    notice->remind_at = remind_at;
  }
}

}  // namespace

void TellOfAssignment(const events::v1::AssignmentChanged& changed, Collector* tell) {
  const dispatch::v1::Assignment& assignment = changed.assignment();
  const events::v1::TaskBrief& task = changed.task();
  // An event without a new state is news only of a request to be let go, or for one in service
  // whose standing has ended.
  const bool same = assignment.state() == changed.before();
  if (same && !IsOfRequest(changed) && !LostStanding(assignment)) return;
  tell->About(assignment.task_id(), ParamsOf(changed));
  TellThePerson(changed, tell);
  const auto to = [&](Party party, const std::string& id) {
    tell->Tell(AssignmentRules(), changed.before(), assignment.state(),
               WayForOthers(changed, *tell, party), party, id);
  };
  to(Party::kRequester, task.requester_id());
  to(Party::kArea, task.area_code());
  to(Party::kLiaison, assignment.unit_id());
  if (changed.before() != ASSIGNMENT_STATE_OFFERED || assignment.replaces_id().empty()) return;
  const How way = LostStanding(assignment) ? How::kStandingLost : How::kPlain;
  tell->Tell(AssignmentRules(), changed.before(), assignment.state(), way, Party::kProposer,
             assignment.replaces_id());
}

}  // namespace baodao::inbox
