#include "services/dispatch/domain/standing.h"

#include <string>

#include "common/status/status.h"

namespace baodao::dispatch {

v1::EndCause CauseOf(const absl::Status& refusal) {
  const std::optional<Reason> reason = ReasonOf(refusal);
  if (!reason) return v1::END_CAUSE_UNSPECIFIED;
  switch (*reason) {
    case Reason::NOT_REGISTERED:
      return v1::END_CAUSE_NOT_REGISTERED;
    case Reason::NOT_ELIGIBLE_AREA:
      return v1::END_CAUSE_NOT_ELIGIBLE_AREA;
    case Reason::MISSING_SKILL:
      return v1::END_CAUSE_MISSING_SKILL;
    case Reason::MISSING_CREDENTIAL:
      return v1::END_CAUSE_MISSING_CREDENTIAL;
    case Reason::MISSING_CATEGORY:
      return v1::END_CAUSE_MISSING_CATEGORY;
    case Reason::KEPT_APART:
      return v1::END_CAUSE_KEPT_APART;
    default:
      return v1::END_CAUSE_UNSPECIFIED;
  }
}

Effects DecideStanding(Aggregate& aggregate, const registration::v1::Profile& profile,
                       const Relations& relations, Time now) {
  const std::string& person = profile.person_id();
  const v1::AssignmentState state = aggregate.StateOf(person);
  const bool granted = state == v1::ASSIGNMENT_STATE_OFFERED ||
                       state == v1::ASSIGNMENT_STATE_WAITLISTED ||
                       state == v1::ASSIGNMENT_STATE_ACCEPTED;
  const bool under_way = state == v1::ASSIGNMENT_STATE_SIGNED_IN;
  // A task that has ended has let everybody go anyway.
  if ((!granted && !under_way) || IsFinal(aggregate.task().state())) return {};
  const v1::EndCause cause = CauseOf(CheckEligible(aggregate.task(), profile, relations));
  if (granted) {
    if (cause == v1::END_CAUSE_UNSPECIFIED) return {};
    Change change(aggregate, now);
    change.Move(person, AssignmentEvent::kRelease).set_end_cause(cause);
    return change.Finish();
  }
  if (aggregate.Find(person)->assignment().end_cause() == cause) return {};
  Change change(aggregate, now);
  change.Touch(person).set_end_cause(cause);
  if (cause != v1::END_CAUSE_UNSPECIFIED && aggregate.task().leader_id() == person) {
    change.EndLeading(events::v1::LEADER_STEP_LEFT);
    change.ChangeCodeKey();
  }
  return change.Finish();
}

}  // namespace baodao::dispatch
