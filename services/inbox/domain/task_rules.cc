// Tasks, assignments and hours.
#include <array>

#include "baodao/events/v1/events.pb.h"
#include "services/inbox/domain/rules.h"

namespace baodao::inbox {
namespace {

using enum dispatch::v1::AssignmentState;
using enum dispatch::v1::CreditRequestState;
using enum events::v1::TaskChange;
using enum How;
using enum Party;

constexpr std::string_view kNeedTells = "the notices of the need tell it";
constexpr std::string_view kCoordinated = "a coordinator did it";
constexpr std::string_view kNotUp = "it went no further up";

constexpr Rule kTaskRules[] = {
    {kAny, TASK_CHANGE_PUBLISHED, kPlain, kRequester, "", kNeedTells},
    {kAny, TASK_CHANGE_PUBLISHED, kPlain, kArea, "", kCoordinated},
    {kAny, TASK_CHANGE_ESCALATED, kPlain, kRequester, "", "it is still being arranged"},
    {kAny, TASK_CHANGE_ESCALATED, kPlain, kArea, "task_escalated"},
    {kAny, TASK_CHANGE_ESCALATED, kPlain, kUpper, "task_escalated"},
    {kAny, TASK_CHANGE_SERVED, kPlain, kRequester, "task_served"},
    {kAny, TASK_CHANGE_SERVED, kPlain, kArea, "", "the requester rates it first"},
    {kAny, TASK_CHANGE_SERVED, kNoRequester, kArea, "task_served"},
    {kAny, TASK_CHANGE_EVALUATED, kPlain, kRequester, "task_evaluated"},
    {kAny, TASK_CHANGE_EVALUATED, kOwnDoing, kRequester, "feedback_received"},
    {kAny, TASK_CHANGE_EVALUATED, kPlain, kArea, "", "a good rating needs nothing done"},
    {kAny, TASK_CHANGE_EVALUATED, kLowRating, kArea, "low_rating"},
    {kAny, TASK_CHANGE_CLOSED, kPlain, kRequester, "", kNeedTells},
    {kAny, TASK_CHANGE_CLOSED, kPlain, kArea, "", "the loop is closed"},
    {kAny, TASK_CHANGE_CANCELLED, kPlain, kRequester, "request_cancelled"},
    {kAny, TASK_CHANGE_CANCELLED, kNeedCancelled, kRequester, "", kNeedTells},
    {kAny, TASK_CHANGE_CANCELLED, kPlain, kArea, "", kCoordinated},
    {kAny, TASK_CHANGE_EXPIRED, kPlain, kRequester, "service_missed"},
    {kAny, TASK_CHANGE_EXPIRED, kPlain, kArea, "task_unserved"},
    {kAny, TASK_CHANGE_BEGUN, kPlain, kRequester, "", kNeedTells},
    {kAny, TASK_CHANGE_BEGUN, kPlain, kArea, "", "all is as arranged"},
    {kAny, kAny, kPlain, kUpper, "", kNotUp},
};
constexpr std::array kTaskParties = {kRequester, kArea, kUpper};

constexpr std::string_view kOnlyAsked = "nobody counted on them yet";
constexpr std::string_view kAsArranged = "all is as arranged";
constexpr std::string_view kTaskTells = "the notices of the task tell it";
constexpr std::string_view kHoursTell = "the hours tell it";
constexpr std::string_view kAskedFor = "they asked for it";
constexpr std::string_view kOtherTells = "the notice of whoever comes instead tells it";

constexpr Rule kAssignmentRules[] = {
    {kAny, ASSIGNMENT_STATE_OFFERED, kPlain, kPerson, "offer_received"},
    {kAny, ASSIGNMENT_STATE_OFFERED, kHeldSlot, kPerson, "waitlist_promoted"},
    {kAny, ASSIGNMENT_STATE_OFFERED, kInstead, kPerson, "swap_proposed"},
    {kAny, ASSIGNMENT_STATE_OFFERED, kPlain, kRequester, "", kOnlyAsked},
    {kAny, ASSIGNMENT_STATE_OFFERED, kPlain, kArea, "", kOnlyAsked},
    {kAny, ASSIGNMENT_STATE_ACCEPTED, kPlain, kPerson, "task_assigned"},
    {kAny, ASSIGNMENT_STATE_ACCEPTED, kOwnDoing, kPerson, "task_accepted"},
    {kAny, ASSIGNMENT_STATE_ACCEPTED, kNamed, kPerson, "task_named"},
    {kAny, ASSIGNMENT_STATE_ACCEPTED, kPlain, kRequester, "task_claimed"},
    {kAny, ASSIGNMENT_STATE_ACCEPTED, kInstead, kRequester, "helper_replaced"},
    {kAny, ASSIGNMENT_STATE_ACCEPTED, kPlain, kArea, "", "they hear when it is staffed"},
    {kAny, ASSIGNMENT_STATE_ACCEPTED, kStaffed, kArea, "task_staffed"},
    {kAny, ASSIGNMENT_STATE_ACCEPTED, kLeaving, kPerson, "", kAskedFor},
    {kAny, ASSIGNMENT_STATE_ACCEPTED, kLeaving, kRequester, "helper_may_leave"},
    {kAny, ASSIGNMENT_STATE_ACCEPTED, kLeaving, kArea, "withdrawal_requested"},
    {kAny, ASSIGNMENT_STATE_ACCEPTED, kStays, kPerson, "", kAskedFor},
    {kAny, ASSIGNMENT_STATE_ACCEPTED, kStays, kRequester, "helper_stays"},
    {kAny, ASSIGNMENT_STATE_ACCEPTED, kStays, kArea, "withdrawal_settled"},
    {kAny, ASSIGNMENT_STATE_ACCEPTED, kRefused, kPerson, "withdrawal_refused"},
    {kAny, ASSIGNMENT_STATE_ACCEPTED, kRefused, kRequester, "helper_stays"},
    {kAny, ASSIGNMENT_STATE_ACCEPTED, kRefused, kArea, "", kCoordinated},
    {kAny, ASSIGNMENT_STATE_ACCEPTED, kNobodyElse, kPerson, "withdrawal_lapsed"},
    {kAny, ASSIGNMENT_STATE_ACCEPTED, kNobodyElse, kRequester, "",
     "who comes is seen when they sign in"},
    {kAny, ASSIGNMENT_STATE_ACCEPTED, kNobodyElse, kArea, "withdrawal_settled"},
    {kAny, ASSIGNMENT_STATE_SIGNED_IN, kPlain, kPerson, "signed_in_for_you"},
    {kAny, ASSIGNMENT_STATE_SIGNED_IN, kByLeader, kPerson, "signed_in_by_leader"},
    {kAny, ASSIGNMENT_STATE_SIGNED_IN, kPlain, kRequester, "helper_arrived"},
    {kAny, ASSIGNMENT_STATE_SIGNED_IN, kBegun, kRequester, "", kNeedTells},
    {kAny, ASSIGNMENT_STATE_SIGNED_IN, kAfterEnd, kRequester, "", kTaskTells},
    {kAny, ASSIGNMENT_STATE_SIGNED_IN, kPlain, kArea, "", kAsArranged},
    {ASSIGNMENT_STATE_NO_SHOW, ASSIGNMENT_STATE_SIGNED_IN, kPlain, kArea, "no_show_came"},
    {kAny, ASSIGNMENT_STATE_SIGNED_IN, kDoubtful, kArea, "sign_doubtful"},
    {kAny, ASSIGNMENT_STATE_SIGNED_IN, kStandingLost, kPerson, "standing_in_question"},
    {kAny, ASSIGNMENT_STATE_SIGNED_IN, kStandingLost, kRequester, "",
     "a coordinator decides first whether anything changes"},
    {kAny, ASSIGNMENT_STATE_SIGNED_IN, kStandingLost, kArea, "standing_lost_on_duty"},
    {kAny, ASSIGNMENT_STATE_SIGNED_OUT, kPlain, kPerson, "signed_out_for_you"},
    {kAny, ASSIGNMENT_STATE_SIGNED_OUT, kByLeader, kPerson, "signed_out_by_leader"},
    {kAny, ASSIGNMENT_STATE_SIGNED_OUT, kByTime, kPerson, "signed_out_by_timer"},
    {kAny, ASSIGNMENT_STATE_SIGNED_OUT, kConfirmed, kPerson, "", kHoursTell},
    {kAny, ASSIGNMENT_STATE_SIGNED_OUT, kPlain, kRequester, "", kTaskTells},
    {kAny, ASSIGNMENT_STATE_SIGNED_OUT, kPlain, kArea, "", kAsArranged},
    {kAny, ASSIGNMENT_STATE_SIGNED_OUT, kDoubtful, kArea, "sign_doubtful"},
    {kAny, ASSIGNMENT_STATE_SIGNED_OUT, kConfirmed, kRequester, "service_confirmed"},
    {kAny, ASSIGNMENT_STATE_SIGNED_OUT, kConfirmed, kArea, "", kCoordinated},
    {kAny, ASSIGNMENT_STATE_SIGNED_OUT, kByRequester, kArea, "service_claimed"},
    {kAny, ASSIGNMENT_STATE_CREDITED, kPlain, kPerson, "", kHoursTell},
    {kAny, ASSIGNMENT_STATE_CREDITED, kPlain, kRequester, "", kTaskTells},
    {kAny, ASSIGNMENT_STATE_CREDITED, kPlain, kArea, "", kTaskTells},
    {kAny, ASSIGNMENT_STATE_DECLINED, kPlain, kPerson, "offer_withdrawn"},
    {kAny, ASSIGNMENT_STATE_DECLINED, kPlain, kRequester, "", kOnlyAsked},
    {kAny, ASSIGNMENT_STATE_DECLINED, kPlain, kArea, "", kCoordinated},
    {kAny, ASSIGNMENT_STATE_DECLINED, kOwnDoing, kArea, "offer_declined"},
    {kAny, ASSIGNMENT_STATE_DECLINED, kInstead, kArea, "", "whoever proposed them comes"},
    {kAny, ASSIGNMENT_STATE_LAPSED, kPlain, kPerson, "offer_lapsed"},
    {kAny, ASSIGNMENT_STATE_LAPSED, kPlain, kRequester, "", kOnlyAsked},
    {kAny, ASSIGNMENT_STATE_LAPSED, kPlain, kArea, "", "others are asked; too few escalate"},
    {kAny, ASSIGNMENT_STATE_WAITLISTED, kPlain, kPerson, "task_waitlisted"},
    {kAny, ASSIGNMENT_STATE_WAITLISTED, kPlain, kRequester, "", kOnlyAsked},
    {kAny, ASSIGNMENT_STATE_WAITLISTED, kPlain, kArea, "", kOnlyAsked},
    {kAny, ASSIGNMENT_STATE_WITHDRAWN, kPlain, kPerson, "task_withdrawn"},
    {kAny, ASSIGNMENT_STATE_WITHDRAWN, kLetGo, kPerson, "withdrawal_approved"},
    {kAny, ASSIGNMENT_STATE_WITHDRAWN, kReplaced, kPerson, "place_taken_over"},
    {kAny, ASSIGNMENT_STATE_WITHDRAWN, kReplaced, kRequester, "", kOtherTells},
    {kAny, ASSIGNMENT_STATE_WITHDRAWN, kReplaced, kArea, "", kOtherTells},
    {kAny, ASSIGNMENT_STATE_WITHDRAWN, kPlain, kRequester, "", kOnlyAsked},  // they waited
    {kAny, ASSIGNMENT_STATE_WITHDRAWN, kSomeLeft, kRequester, "helper_dropped_out"},
    {kAny, ASSIGNMENT_STATE_WITHDRAWN, kNobodyLeft, kRequester, "nobody_coming"},
    {kAny, ASSIGNMENT_STATE_WITHDRAWN, kPlain, kArea, "",
     "a coordinator did it, or they only waited"},
    {kAny, ASSIGNMENT_STATE_WITHDRAWN, kSomeLeft, kArea, "task_dropout"},
    {kAny, ASSIGNMENT_STATE_WITHDRAWN, kShort, kArea, "task_short"},
    {kAny, ASSIGNMENT_STATE_RELEASED, kPlain, kPerson, "task_released"},
    {ASSIGNMENT_STATE_OFFERED, ASSIGNMENT_STATE_RELEASED, kPlain, kPerson, "offer_withdrawn"},
    {ASSIGNMENT_STATE_OFFERED, ASSIGNMENT_STATE_RELEASED, kEnough, kPerson, "task_filled"},
    {kAny, ASSIGNMENT_STATE_RELEASED, kCancelled, kPerson, "task_cancelled"},
    {kAny, ASSIGNMENT_STATE_RELEASED, kExpired, kPerson, "task_expired"},
    {kAny, ASSIGNMENT_STATE_RELEASED, kStandingLost, kPerson, "standing_lost"},
    {kAny, ASSIGNMENT_STATE_RELEASED, kPlain, kRequester, "", kTaskTells},
    {kAny, ASSIGNMENT_STATE_RELEASED, kSomeLeft, kRequester, "helper_dropped_out"},
    {kAny, ASSIGNMENT_STATE_RELEASED, kNobodyLeft, kRequester, "nobody_coming"},
    {kAny, ASSIGNMENT_STATE_RELEASED, kPlain, kArea, "", kTaskTells},
    {kAny, ASSIGNMENT_STATE_RELEASED, kSomeLeft, kArea, "task_dropout"},
    {kAny, ASSIGNMENT_STATE_RELEASED, kShort, kArea, "task_short"},
    {kAny, ASSIGNMENT_STATE_NO_SHOW, kPlain, kPerson, "no_show"},
    {kAny, ASSIGNMENT_STATE_NO_SHOW, kPlain, kRequester, "helper_missing"},
    {kAny, ASSIGNMENT_STATE_NO_SHOW, kPlain, kArea, "no_show_reported"},
    {kAny, kAny, kPlain, kLiaison, "", "the unit hears the result: the hours"},
    {kAny, kAny, kPlain, kProposer, "", "their own part in the task tells it"},
    {ASSIGNMENT_STATE_OFFERED, ASSIGNMENT_STATE_DECLINED, kPlain, kProposer, "swap_failed"},
    {ASSIGNMENT_STATE_OFFERED, ASSIGNMENT_STATE_LAPSED, kPlain, kProposer, "swap_failed"},
    {ASSIGNMENT_STATE_OFFERED, ASSIGNMENT_STATE_RELEASED, kStandingLost, kProposer, "swap_failed"},
};
constexpr std::array kAssignmentParties = {kPerson, kRequester, kArea, kLiaison, kProposer};

constexpr Rule kCreditRequestRules[] = {
    {kAny, CREDIT_REQUEST_STATE_PENDING, kPlain, kArea, "credit_requested"},
    {CREDIT_REQUEST_STATE_PENDING, CREDIT_REQUEST_STATE_PENDING, kPlain, kArea,
     "credit_unanswered"},
    {kAny, CREDIT_REQUEST_STATE_PENDING, kPlain, kPerson, "", kAskedFor},
    {kAny, CREDIT_REQUEST_STATE_APPROVED, kPlain, kPerson, "", kHoursTell},
    {kAny, CREDIT_REQUEST_STATE_REJECTED, kPlain, kPerson, "credit_rejected"},
    {kAny, CREDIT_REQUEST_STATE_CANCELLED, kPlain, kPerson, "", kAskedFor},
    {kAny, CREDIT_REQUEST_STATE_LAPSED, kPlain, kPerson, "credit_lapsed"},
    {kAny, kAny, kPlain, kArea, "", "it waits for an answer no more, and they were reminded"},
    {kAny, kAny, kPlain, kRequester, "", "they hear of service that is confirmed"},
};
constexpr std::array kCreditRequestParties = {kPerson, kArea, kRequester};

constexpr Rule kHoursRules[] = {
    {kAny, 0, kPlain, kPerson, "hours_credited"},
    {kAny, 0, kPlain, kLiaison, "unit_hours_credited"},
    {kAny, 0, kConfirmed, kPerson, "hours_confirmed"},
    {kAny, 0, kReversed, kPerson, "hours_reversed"},
    {kAny, 0, kReversed, kLiaison, "unit_hours_reversed"},
    {kAny, 0, kPlain, kRequester, "", "whose hours they are is between the person and the unit"},
    {kAny, 0, kPlain, kArea, "", kCoordinated},
};
constexpr std::array kHoursParties = {kPerson, kLiaison, kRequester, kArea};

}  // namespace

const RuleBook& TaskRules() {
  static constexpr RuleBook kBook{kTaskRules, kTaskParties};
  return kBook;
}
const RuleBook& AssignmentRules() {
  static constexpr RuleBook kBook{kAssignmentRules, kAssignmentParties};
  return kBook;
}
const RuleBook& CreditRequestRules() {
  static constexpr RuleBook kBook{kCreditRequestRules, kCreditRequestParties};
  return kBook;
}
const RuleBook& HoursRules() {
  static constexpr RuleBook kBook{kHoursRules, kHoursParties};
  return kBook;
}

}  // namespace baodao::inbox
