#include "common/clock/timestamp.h"
#include "services/inbox/domain/collector.h"

namespace baodao::inbox {
namespace {

// Ratings up to this ask the coordinators to follow up.
constexpr int kLowRating = 2;

std::string MsOf(const google::protobuf::Timestamp& time) {
  return std::to_string(ToTime(time).time_since_epoch().count());
}

void TellOfEvaluation(const dispatch::v1::Task& task, Collector* tell) {
  const int rating = task.evaluation().rating();
  const std::string stars = std::to_string(rating);
  // Who rated it knows; where a coordinator did it for them, the requester hears.
  if (task.requester_id() != tell->actor()) {
    tell->Person(task.requester_id(), "task_evaluated", task.task_id(),
                 {{"task", task.title()}, {"rating", stars}});
  } else {
    tell->Person(task.requester_id(), "feedback_received", task.task_id(),
                 {{"task", task.title()}});
  }
  if (rating <= kLowRating) {
    tell->Area(
        task.area_code(), "low_rating", task.task_id(),
        {{"task", task.title()}, {"rating", stars}, {"comment", task.evaluation().comment()}});
  }
}

// Why somebody's standing has ended, as texts take it; empty: it has not.
std::string_view LossOf(const dispatch::v1::Assignment& assignment) {
  switch (assignment.end_cause()) {
    case dispatch::v1::END_CAUSE_NOT_REGISTERED:
      return "not_registered";
    case dispatch::v1::END_CAUSE_NOT_ELIGIBLE_AREA:
      return "not_eligible_area";
    case dispatch::v1::END_CAUSE_MISSING_SKILL:
      return "missing_skill";
    case dispatch::v1::END_CAUSE_MISSING_CREDENTIAL:
      return "missing_credential";
    case dispatch::v1::END_CAUSE_MISSING_CATEGORY:
      return "missing_category";
    case dispatch::v1::END_CAUSE_KEPT_APART:
      return "kept_apart";
    default:
      return "";
  }
}

// What the person themself hears.
std::string_view KindOf(const events::v1::AssignmentChanged& changed, bool own_doing) {
  switch (changed.assignment().state()) {
    case dispatch::v1::ASSIGNMENT_STATE_OFFERED:
      return changed.assignment().holds_slot() ? "waitlist_promoted" : "offer_received";
    case dispatch::v1::ASSIGNMENT_STATE_ACCEPTED:
      return own_doing ? "task_accepted" : "task_assigned";
    case dispatch::v1::ASSIGNMENT_STATE_WAITLISTED:
      return "task_waitlisted";
    case dispatch::v1::ASSIGNMENT_STATE_LAPSED:
      return "offer_lapsed";
    case dispatch::v1::ASSIGNMENT_STATE_WITHDRAWN:
      return own_doing ? "" : "task_withdrawn";
    case dispatch::v1::ASSIGNMENT_STATE_RELEASED:
      if (changed.task().state() == dispatch::v1::TASK_STATE_CANCELLED) return "task_cancelled";
      if (changed.task().state() == dispatch::v1::TASK_STATE_EXPIRED) return "task_expired";
      return LossOf(changed.assignment()).empty() ? "task_released" : "task_standing_lost";
    case dispatch::v1::ASSIGNMENT_STATE_NO_SHOW:
      return "no_show";
    case dispatch::v1::ASSIGNMENT_STATE_SIGNED_OUT:
      return changed.assignment().sign_out_method() == dispatch::v1::SIGN_METHOD_TIMER
                 ? "signed_out_by_timer"
                 : "";
    default:
      return "";
  }
}

// Whether the person need not think of the task any more.
bool IsOff(dispatch::v1::AssignmentState state) {
  return state == dispatch::v1::ASSIGNMENT_STATE_WITHDRAWN ||
         state == dispatch::v1::ASSIGNMENT_STATE_RELEASED ||
         state == dispatch::v1::ASSIGNMENT_STATE_NO_SHOW;
}

// The person's own notice is told with the others of theirs.
void TellOfLoss(const events::v1::AssignmentChanged& changed, Collector* tell) {
  const dispatch::v1::Assignment& assignment = changed.assignment();
  const events::v1::TaskBrief& task = changed.task();
  const std::string cause(LossOf(assignment));
  if (cause.empty()) return;
  // Whoever only waited or was asked is missed by nobody.
  if (assignment.state() == dispatch::v1::ASSIGNMENT_STATE_RELEASED &&
      changed.before() == dispatch::v1::ASSIGNMENT_STATE_ACCEPTED) {
    tell->Person(task.requester_id(), "helper_released", assignment.task_id(),
                 {{"task", task.title()}, {"start", MsOf(task.start_time())}, {"cause", cause}});
    tell->Area(task.area_code(), "volunteer_released", assignment.task_id(),
               {{"task", task.title()},
                {"start", MsOf(task.start_time())},
                {"cause", cause},
                {"accepted", std::to_string(task.accepted_count())},
                {"slots", std::to_string(task.slots_max())}});
  }
  if (assignment.state() == dispatch::v1::ASSIGNMENT_STATE_SIGNED_IN &&
      changed.before() == assignment.state()) {
    tell->Area(task.area_code(), "standing_lost_at_work", assignment.task_id(),
               {{"task", task.title()}, {"cause", cause}});
  }
}

void TellThePerson(const events::v1::AssignmentChanged& changed, Collector* tell) {
  const dispatch::v1::Assignment& assignment = changed.assignment();
  const std::string_view kind = KindOf(changed, assignment.person_id() == tell->actor());
  const bool off = IsOff(assignment.state());
  if ((kind.empty() && !off) || assignment.person_id().empty()) return;
  const bool offered = assignment.state() == dispatch::v1::ASSIGNMENT_STATE_OFFERED;
  const bool waits = assignment.state() == dispatch::v1::ASSIGNMENT_STATE_WAITLISTED;
  tell->Person(assignment.person_id(), kind, assignment.task_id(),
               {{"task", changed.task().title()},
                {"area", changed.task().area_code()},
                {"start", MsOf(changed.task().start_time())},
                {"cause", std::string(LossOf(assignment))},
                {"expire", offered ? MsOf(assignment.offer_expire_time()) : ""},
                {"number", waits ? std::to_string(assignment.waitlist_number()) : ""}});
  tell->last().forget_reminder = off;
  const Time remind_at = ToTime(changed.task().start_time()) - kReminderBefore;
  if (assignment.state() == dispatch::v1::ASSIGNMENT_STATE_ACCEPTED && remind_at > tell->time()) {
    tell->last().remind_at = remind_at;
  }
}

}  // namespace

void TellOfTask(const events::v1::TaskChanged& changed, Collector* tell) {
  const dispatch::v1::Task& task = changed.task();
  const std::string& id = task.task_id();
  switch (changed.kind()) {
    case events::v1::TASK_CHANGE_ESCALATED:
      tell->Area(changed.escalated_to_area_code(), "task_escalated", id,
                 {{"task", task.title()},
                  {"area", task.area_code()},
                  {"start", MsOf(task.window().start())},
                  {"accepted", std::to_string(task.accepted_count())},
                  {"wanted", std::to_string(task.slots_min())}});
      break;
    case events::v1::TASK_CHANGE_SERVED:
      if (task.requester_id().empty()) {
        tell->Area(task.area_code(), "task_served", id, {{"task", task.title()}});
      }
      tell->Person(task.requester_id(), "task_served", id, {{"task", task.title()}});
      break;
    case events::v1::TASK_CHANGE_EVALUATED:
      TellOfEvaluation(task, tell);
      break;
    case events::v1::TASK_CHANGE_CANCELLED:
      tell->Person(task.requester_id(), "request_cancelled", id,
                   {{"task", task.title()}, {"reason", task.cancel_reason()}});
      break;
    case events::v1::TASK_CHANGE_EXPIRED:
      tell->Area(task.area_code(), "task_unserved", id,
                 {{"task", task.title()}, {"start", MsOf(task.window().start())}});
      break;
    default:
      break;
  }
}

void TellOfAssignment(const events::v1::AssignmentChanged& changed, Collector* tell) {
  const dispatch::v1::Assignment& assignment = changed.assignment();
  const events::v1::TaskBrief& task = changed.task();
  TellThePerson(changed, tell);
  TellOfLoss(changed, tell);
  switch (assignment.state()) {
    case dispatch::v1::ASSIGNMENT_STATE_ACCEPTED:
      tell->Person(task.requester_id(), "task_claimed", assignment.task_id(),
                   {{"task", task.title()},
                    {"accepted", std::to_string(task.accepted_count())},
                    {"slots", std::to_string(task.slots_max())}});
      if (task.before() == dispatch::v1::TASK_STATE_OPEN &&
          task.state() == dispatch::v1::TASK_STATE_STAFFED) {
        tell->Area(task.area_code(), "task_staffed", assignment.task_id(),
                   {{"task", task.title()}});
      }
      break;
    case dispatch::v1::ASSIGNMENT_STATE_WITHDRAWN:
      if (task.before() == dispatch::v1::TASK_STATE_STAFFED &&
          task.state() == dispatch::v1::TASK_STATE_OPEN) {
        tell->Area(task.area_code(), "task_short", assignment.task_id(),
                   {{"task", task.title()}, {"start", MsOf(task.start_time())}});
      }
      break;
    case dispatch::v1::ASSIGNMENT_STATE_NO_SHOW:
      tell->Area(task.area_code(), "no_show_reported", assignment.task_id(),
                 {{"task", task.title()}});
      break;
    default:
      break;
  }
}

void TellOfHours(const events::v1::HoursCredited& credited, Collector* tell) {
  const dispatch::v1::LedgerEntry& entry = credited.entry();
  const bool reversal = entry.minutes() < 0;
  const std::string minutes = std::to_string(reversal ? -entry.minutes() : entry.minutes());
  const std::string rating = credited.rating() > 0 ? std::to_string(credited.rating()) : "";
  const Collector::Params params = {{"task", credited.task_title()},
                                    {"minutes", minutes},
                                    {"rating", rating},
                                    {"reason", entry.reason()}};
  tell->Person(entry.person_id(), reversal ? "hours_reversed" : "hours_credited", entry.task_id(),
               params);
  tell->Liaison(credited.unit_id(), reversal ? "unit_hours_reversed" : "unit_hours_credited",
                entry.task_id(), params);
}

}  // namespace baodao::inbox
