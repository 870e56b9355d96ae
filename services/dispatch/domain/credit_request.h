// Credit that a volunteer asks for after the fact: they served and did not sign in (补录), or were
// marked NO_SHOW wrongly (申诉).
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <string>

#include "services/dispatch/domain/change.h"

namespace baodao::dispatch {

struct CreditCommand {
  std::string person_id;
  // When they served, as they say.
  Time start;
  Time end;
  // The evidence for it, sealed, and how many photos are in it.
  std::string sealed_proof;
  int photo_count = 0;
};

struct CreditRejection {
  std::string person_id;
  Time request_time;
  std::string answerer_id;
  std::string reason;
};

// Whether the person has a request that waits for an answer; `record` null: never was on the task.
inline bool IsPending(const v1::AssignmentRecord* record) {
  return record != nullptr &&
         record->assignment().credit_request().state() == v1::CREDIT_REQUEST_STATE_PENDING;
}
// OK where it has. NOT_ASSIGNED, CREDIT_NOT_REQUESTED, WRONG_STATE (it has been answered or is
// over).
absl::Status CheckPending(const Aggregate& aggregate, const std::string& person_id);

// The same for an answer to the request made at that time; STALE_VERSION where another is PENDING.
absl::Status CheckAnswer(const Aggregate& aggregate, const std::string& person_id,
                         Time request_time);

// PENDING, with its timer. Refusals: NOT_ASSIGNED, CREDIT_REQUESTED, SERVICE_ON_RECORD, WRONG_STATE
// (the person was not expected, or their request was rejected), TOO_EARLY (before the end),
// TOO_LATE (kRequestCreditUntil after it), SERVED_TIME_INVALID.
absl::StatusOr<Effects> DecideRequestCredit(Aggregate& aggregate, const CreditCommand& command,
                                            Time now);
// PENDING → CANCELLED. Refusals: those of CheckPending.
absl::StatusOr<Effects> DecideCancelCredit(Aggregate& aggregate, const std::string& person_id,
                                           Time now);
// PENDING → REJECTED. Refusals: OWN_SERVICE, those of CheckAnswer. DecideConfirm approves.
absl::StatusOr<Effects> DecideRejectCredit(Aggregate& aggregate, const CreditRejection& rejection,
                                           Time now);
// The timer: coordinators are reminded once, then it is LAPSED.
Effects DecideUnanswered(Aggregate& aggregate, const std::string& person_id, Time now);

// As part of a change: by whom the pending request is approved or rejected, and why.
void AnswerRequest(Change& change, const std::string& person_id, CreditEvent event,
                   const std::string& answerer_id, const std::string& reason);

}  // namespace baodao::dispatch
