// RatingCodeService: the word of people who have no account.
#include <utility>

#include "common/crypto/random.h"
#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/app/presence.h"
#include "services/dispatch/domain/close.h"
#include "services/dispatch/domain/times.h"
#include "services/dispatch/rpc/handlers.h"

namespace baodao::dispatch {
namespace {

constexpr int kRatingTries = 5;  // of one code

// The `number`-th code of the task. It is kept nowhere.
std::string RatingCodeOf(const crypto::KeyRing& ring, const std::string& task_id, int number) {
  return SixDigits(ring, "rating-code|" + task_id + "|" + std::to_string(number));
}

// The task whose last code that is; refusals: see EvaluateByCode.
Answer<v1::TaskRecord> CheckRatingCode(App& app, rpc::CallContext context,
                                       v1::EvaluateByCodeRequest request) {
  const std::string& task_id = request.task_id();
  CO_ASSIGN_OR_RETURN(const v1::AssignmentRecord rater,
                      co_await app.tasks.ReadAssignment(task_id, context.caller().person_id));
  const v1::AssignmentState state = rater.assignment().state();
  if (state != v1::ASSIGNMENT_STATE_SIGNED_OUT && state != v1::ASSIGNMENT_STATE_CREDITED) {
    co_return WrongState(record::StateName(state));
  }
  CO_ASSIGN_OR_RETURN(v1::TaskRecord task, co_await app.tasks.Read(task_id));
  const int number = task.rating_codes();
  if (number == 0) co_return Refuse(Reason::RATING_CODE_WRONG);
  // Counted before it is looked at: many tries at once are as many as many in a row.
  CO_ASSIGN_OR_RETURN(
      const store::Counted tries,
      co_await app.store.Increment(app.keys.RatingTries(task_id, number), kAutoClose));
  if (tries.value > kRatingTries) co_return Refuse(Reason::TOO_MANY_ATTEMPTS);
  const std::string code = RatingCodeOf(app.ring, task_id, number);
  if (!crypto::SecureEquals(request.code(), code)) co_return Refuse(Reason::RATING_CODE_WRONG);
  co_return task;
}

}  // namespace

Answer<v1::RatingCode> TaskHandlers::IssueRatingCode(rpc::CallContext context,
                                                     v1::IssueRatingCodeRequest request) {
  const std::string issuer = ActorOf(context.caller());
  TaskCall call;
  if (context.caller().IsPerson()) call.people.push_back(issuer);
  call.decide = [&issuer](Aggregate& aggregate, Time now) {
    return DecideRatingCode(aggregate, issuer, now);
  };
  // The answer that is kept says only which code it was.
  call.answer = [](const Aggregate& aggregate) {
    return std::to_string(aggregate.record().rating_codes());
  };
  Mutation mutation = MutationOf(app_, context, request.task_id(), request);
  CO_ASSIGN_OR_RETURN(
      const std::string number,
      co_await RunMutation(app_, std::move(mutation), request.task_id(), std::move(call)));
  v1::RatingCode code;
  code.set_code(RatingCodeOf(app_.ring, request.task_id(), std::stoi(number)));
  co_return code;
}

Answer<v1::Task> TaskHandlers::EvaluateByCode(rpc::CallContext context,
                                              v1::EvaluateByCodeRequest request) {
  Mutation mutation = MutationOf(app_, context, request.task_id(), request);
  const absl::StatusOr<v1::TaskRecord> task = co_await CheckRatingCode(app_, context, request);
  if (!task.ok()) {
    // Sent again: by now the tries may be used up.
    if (!IsRefusal(task.status())) co_return task.status();
    CO_ASSIGN_OR_RETURN(std::string earlier,
                        co_await KnownAnswer(app_, mutation, request.task_id()));
    if (earlier.empty()) co_return task.status();
    co_return Parsed<v1::Task>(std::move(earlier));
  }
  const std::string& issuer = task->rating_code_issuer();
  TaskCall call;
  if (ids::IsValid(issuer, "per")) call.people.push_back(issuer);
  call.answer = AnswerTask();
  call.decide = [&](Aggregate& aggregate, Time now) -> absl::StatusOr<Effects> {
    if (aggregate.record().rating_codes() != task->rating_codes()) {
      return Refuse(Reason::RATING_CODE_WRONG);
    }
    return DecideEvaluate(aggregate, request.rating(), request.comment(), issuer, now,
                          v1::RATED_BY_BENEFICIARY_BY_CODE);
  };
  co_return Parsed<v1::Task>(
      co_await RunMutation(app_, std::move(mutation), request.task_id(), std::move(call)));
}

}  // namespace baodao::dispatch
