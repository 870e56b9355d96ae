#include "common/clock/timestamp.h"
#include "services/inbox/domain/collector.h"
#include "services/inbox/domain/kinds.h"

namespace baodao::inbox {
namespace {

std::string MsOf(const google::protobuf::Timestamp& time) {
  return std::to_string(ToTime(time).time_since_epoch().count());
}

How WayOf(const events::v1::TaskChanged& changed, bool own_doing, Party party) {
  const dispatch::v1::Task& task = changed.task();
  const bool to_area = party == Party::kArea;
  switch (changed.kind()) {
    case events::v1::TASK_CHANGE_SERVED:
      return to_area && task.requester_id().empty() ? How::kNoRequester : How::kPlain;
    case events::v1::TASK_CHANGE_EVALUATED:
      if (to_area) return task.evaluation().rating() < kLowestGood ? How::kLowRating : How::kPlain;
      return own_doing ? How::kOwnDoing : How::kPlain;
    case events::v1::TASK_CHANGE_CANCELLED:
      return task.need_outcome() == dispatch::v1::NEED_OUTCOME_CANCEL ? How::kNeedCancelled
                                                                      : How::kPlain;
    default:
      return How::kPlain;
  }
}

// Whether nobody is awaited any more.
bool IsOver(events::v1::TaskChange kind) {
  return kind == events::v1::TASK_CHANGE_CANCELLED || kind == events::v1::TASK_CHANGE_EXPIRED ||
         kind == events::v1::TASK_CHANGE_SERVED || kind == events::v1::TASK_CHANGE_CLOSED;
}

Collector::Params ParamsOf(const dispatch::v1::Task& task) {
  return {{"task", task.title()},
          {"area", task.area_code()},
          {"start", MsOf(task.window().start())},
          {"accepted", std::to_string(task.accepted_count())},
          {"wanted", std::to_string(task.slots_min())},
          {"rating", std::to_string(task.evaluation().rating())},
          {"comment", task.evaluation().comment()},
          {"reason", task.cancel_reason()}};
}

}  // namespace

void TellOfTask(const events::v1::TaskChanged& changed, Collector* tell) {
  const dispatch::v1::Task& task = changed.task();
  const bool own = tell->Did(task.requester_id());
  tell->About(task.task_id(), ParamsOf(task));
  const auto to = [&](Party party, const std::string& id) {
    Notice* notice =
        tell->Tell(TaskRules(), kAny, changed.kind(), WayOf(changed, own, party), party, id);
    if (!IsOver(changed.kind()) || id.empty()) return;
    if (notice == nullptr) notice = &tell->Silent(party, id);
    if (party == Party::kRequester) notice->ends = {kComingFamily};
    if (party == Party::kArea) notice->ends = {kStaffingFamily, kDeclinedFamily};
  };
  to(Party::kRequester, task.requester_id());
  to(Party::kArea, task.area_code());
  if (changed.escalated_to_area_code() != task.area_code()) {
    to(Party::kUpper, changed.escalated_to_area_code());
  }
}

void TellOfCreditRequest(const events::v1::CreditRequestChanged& changed, Collector* tell) {
  const dispatch::v1::Assignment& assignment = changed.assignment();
  const dispatch::v1::CreditRequest& request = assignment.credit_request();
  const events::v1::TaskBrief& task = changed.task();
  // One who asks and cancels in a loop is one; another who asks for the same task is not.
  tell->About(assignment.task_id(),
              {{"task", task.title()},
               {"start", MsOf(task.start_time())},
               {"expire", MsOf(request.expire_time())},
               {"reason", request.reason()}},
              assignment.task_id() + ":" + assignment.person_id());
  tell->Tell(CreditRequestRules(), changed.before(), request.state(), How::kPlain, Party::kPerson,
             assignment.person_id());
  tell->TellOn(kCreditFamily, CreditRequestRules(), changed.before(), request.state(), How::kPlain,
               Party::kArea, task.area_code());
}

void TellOfHours(const events::v1::HoursCredited& credited, Collector* tell) {
  const dispatch::v1::LedgerEntry& entry = credited.entry();
  const bool reversal = entry.minutes() < 0;
  tell->About(entry.task_id(),
              {{"task", credited.task_title()},
               {"minutes", std::to_string(reversal ? -entry.minutes() : entry.minutes())},
               {"rating", credited.rating() > 0 ? std::to_string(credited.rating()) : ""},
               {"reason", entry.reason()}});
  const bool manual = entry.confirmation() == dispatch::v1::CONFIRMATION_MANUAL ||
                      entry.confirmation() == dispatch::v1::CONFIRMATION_MANUAL_ON_STATEMENT ||
                      entry.confirmation() == dispatch::v1::CONFIRMATION_MANUAL_ON_PHOTOS;
  const How way = reversal ? How::kReversed : manual ? How::kConfirmed : How::kPlain;
  tell->Tell(HoursRules(), kAny, 0, way, Party::kPerson, entry.person_id());
  tell->Tell(HoursRules(), kAny, 0, way, Party::kLiaison, credited.unit_id());
}

}  // namespace baodao::inbox
