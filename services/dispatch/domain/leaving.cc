#include "services/dispatch/domain/leaving.h"

#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/departures.h"
#include "services/dispatch/domain/take.h"
#include "services/dispatch/domain/times.h"
#include "services/dispatch/domain/withdraw.h"

namespace baodao::dispatch {
namespace {

absl::Status CheckMayLeave(const Aggregate& aggregate, const std::string& person_id, Time now) {
  const v1::AssignmentRecord* const mine = aggregate.Find(person_id);
  if (mine == nullptr) return Refuse(Reason::NOT_ASSIGNED);
  if (mine->assignment().state() != v1::ASSIGNMENT_STATE_ACCEPTED) {
    return WrongState(record::StateName(mine->assignment().state()));
  }
  RETURN_IF_ERROR(CheckRecruiting(aggregate.task(), now));
  if (PlaceOf(mine->assignment()).leaving) return Refuse(Reason::WITHDRAWAL_REQUESTED);
  RETURN_IF_ERROR(CheckReturn(*mine, now));
  if (aggregate.record().leaving_size() < kMaxLeaving) return absl::OkStatus();
  return Refuse(Reason::TOO_MANY_LEAVING, {{"max", std::to_string(kMaxLeaving)}});
}

absl::Status CheckAsked(const Aggregate& aggregate, const std::string& person_id) {
  const v1::AssignmentRecord* const mine = aggregate.Find(person_id);
  if (mine == nullptr) return Refuse(Reason::NOT_ASSIGNED);
  return PlaceOf(mine->assignment()).leaving ? absl::OkStatus()
                                             : Refuse(Reason::NO_WITHDRAWAL_REQUEST);
}

}  // namespace

absl::Status CheckMayStay(const v1::Task& task, Time now) {
  const bool promised = SeatsOf(task).IsFull() && now < JoinUntil(task);
  return promised ? Refuse(Reason::PLACE_PROMISED) : absl::OkStatus();
}

absl::StatusOr<Effects> DecideRequestWithdrawal(Aggregate& aggregate, const std::string& person_id,
                                                const std::string& reason, Time now) {
  RETURN_IF_ERROR(CheckMayLeave(aggregate, person_id, now));
  Change change(aggregate, now);
  change.RequestWithdrawal(person_id, reason);
  NoteDeparture(aggregate.Change(person_id), now);
  return change.Finish();
}

absl::StatusOr<Effects> DecideCancelWithdrawal(Aggregate& aggregate, const std::string& person_id,
                                               Time now) {
  RETURN_IF_ERROR(CheckAsked(aggregate, person_id));
  RETURN_IF_ERROR(CheckMayStay(aggregate.task(), now));
  Change change(aggregate, now);
  change.EndWithdrawal(person_id, v1::WITHDRAWAL_CHANGE_CANCELLED);
  return change.Finish();
}

absl::StatusOr<Effects> DecideAnswerWithdrawal(Aggregate& aggregate, const std::string& person_id,
                                               bool approved, const std::string& reason, Time now) {
  RETURN_IF_ERROR(CheckAsked(aggregate, person_id));
  if (approved) return DecideWithdraw(aggregate, person_id, true, now, reason);
  RETURN_IF_ERROR(CheckMayStay(aggregate.task(), now));
  Change change(aggregate, now);
  change.EndWithdrawal(person_id, v1::WITHDRAWAL_CHANGE_REFUSED, reason);
  return change.Finish();
}

}  // namespace baodao::dispatch
