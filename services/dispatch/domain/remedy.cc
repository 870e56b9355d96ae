#include "services/dispatch/domain/remedy.h"

namespace baodao::dispatch {

v1::Remedy RemedyOf(Reason refusal) {
  switch (refusal) {
    case Reason::NOT_REGISTERED:
    case Reason::NOT_ELIGIBLE_AREA:
      return v1::REMEDY_REGISTER;
    case Reason::MISSING_SKILL:
    case Reason::MISSING_CATEGORY:
      return v1::REMEDY_UPDATE_PROFILE;
    case Reason::MISSING_CREDENTIAL:
      return v1::REMEDY_CREDENTIAL;
    case Reason::OVERLAPPING_TASK:
    case Reason::DAILY_HOURS_EXCEEDED:
    case Reason::REST_TOO_SHORT:
      return v1::REMEDY_FREE_TIME;
    case Reason::TASK_FULL:
    case Reason::WAITLIST_FULL:
    case Reason::LEFT_TOO_OFTEN:
      return v1::REMEDY_TRY_LATER;
    default:
      return v1::REMEDY_UNSPECIFIED;
  }
}

}  // namespace baodao::dispatch
