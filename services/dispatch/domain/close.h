// How tasks end: evaluated, closed, cancelled; and the credit of the hours that follows.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "services/dispatch/domain/change.h"

namespace baodao::dispatch {

// SERVED → EVALUATED; confirms the service, so that its hours are credited. `word`: of the one
// helped, by their code or passed on; UNSPECIFIED: of the requester or a coordinator. Refusals:
// ALREADY_EVALUATED, NOTHING_TO_EVALUATE (cancelled or expired), WRONG_STATE, OWN_SERVICE,
// NOT_ON_BEHALF.
absl::StatusOr<Effects> DecideEvaluate(Aggregate& aggregate, int rating, const std::string& comment,
                                       const std::string& evaluator_id, Time now,
                                       v1::RatedBy word = v1::RATED_BY_UNSPECIFIED);

// Codes by which the one helped may rate a task that was asked for on their behalf.
inline constexpr int kMaxRatingCodes = 5;
// Counts one more, which takes the place of those before. Refusals: NOT_ON_BEHALF, WRONG_STATE,
// OWN_SERVICE, TOO_MANY_RATING_CODES.
absl::StatusOr<Effects> DecideRatingCode(Aggregate& aggregate, const std::string& issuer_id,
                                         Time now);

// SERVED or EVALUATED → CLOSED. `closer` (a person id, a service's name, or empty: the timer)
// confirms the service if nobody has yet. Refusals: OWN_SERVICE, WRONG_STATE.
absl::StatusOr<Effects> DecideClose(Aggregate& aggregate, const std::string& closer, Time now);

// OPEN or STAFFED → CANCELLED; everybody on it is released, those beyond kPeoplePerCommit by a
// timer at once. Everybody must be loaded. `need_outcome` goes with a task that was made of a need,
// and only with one. Refusals: WRONG_STATE, TASK_OVER (after the end, for somebody may have
// served), INVALID_ARGUMENT_FIELDS (need_outcome).
absl::StatusOr<Effects> DecideCancel(Aggregate& aggregate, const std::string& reason,
                                     v1::NeedOutcome need_outcome, Time now);
// That timer: releases as many again; of a task whose last slot is taken, those who hold an offer
// of one. Everybody must be loaded.
Effects DecideRelease(Aggregate& aggregate, Time now);

// SIGNED_OUT → CREDITED for those of `people` that are; the timer is cleared once nobody is due to
// be credited, and fires again at `next` otherwise. Everybody must be loaded.
Effects DecideCredited(Aggregate& aggregate, const std::vector<std::string>& people, Time next,
                       Time now);

// Whether the service of all of the task's people is confirmed.
inline bool IsConfirmed(const v1::TaskRecord& record) {
  return record.confirmation() != v1::CONFIRMATION_UNSPECIFIED;
}
// Whether the person's hours are due to be credited: served, and confirmed with the task or by
// themself.
inline bool IsDue(const v1::TaskRecord& record, const v1::AssignmentRecord& person) {
  return person.assignment().state() == v1::ASSIGNMENT_STATE_SIGNED_OUT &&
         (IsConfirmed(record) || !person.confirmer_id().empty());
}

}  // namespace baodao::dispatch
