#include "services/dispatch/domain/withdraw.h"

#include <utility>

#include "common/status/macros.h"
#include "services/dispatch/rpc/handlers.h"

namespace baodao::dispatch {

Answer<v1::Assignment> AssignmentHandlers::WithdrawAssignment(rpc::CallContext context,
                                                              v1::AssignmentRequest request) {
  CO_ASSIGN_OR_RETURN(const Subject subject,
                      co_await SubjectOf(app_, context, request.task_id(), request.person_id()));
  TaskCall call;
  call.people.push_back(subject.person_id);
  call.answer = AnswerAssignment(subject.person_id);
  call.decide = [&](Aggregate& aggregate, Time now) {
    return DecideWithdraw(aggregate, subject.person_id, subject.by_coordinator, now,
                          request.reason());
  };
  Mutation mutation = MutationOf(app_, context, request.task_id(), request);
  co_return Parsed<v1::Assignment>(
      co_await RunMutation(app_, std::move(mutation), request.task_id(), std::move(call)));
}

}  // namespace baodao::dispatch
