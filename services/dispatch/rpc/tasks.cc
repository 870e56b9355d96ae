// Looking at a task, and ending it: cancelled, evaluated, closed.
#include <utility>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/close.h"
#include "services/dispatch/rpc/handlers.h"
#include "services/dispatch/rpc/shown.h"

namespace baodao::dispatch {

Answer<v1::Task> TaskHandlers::GetTask(rpc::CallContext context, v1::GetTaskRequest request) {
  CO_ASSIGN_OR_RETURN(v1::TaskRecord record, co_await app_.tasks.Read(request.task_id()));
  co_return co_await ShownToPeople(app_, std::move(context), std::move(*record.mutable_task()));
}

Answer<v1::Task> TaskHandlers::CancelTask(rpc::CallContext context, v1::CancelTaskRequest request) {
  TaskCall call;
  call.everybody = true;
  call.answer = AnswerTask();
  call.decide = [&request](Aggregate& aggregate, Time now) {
    return DecideCancel(aggregate, request.reason(), request.need_outcome(), now);
  };
  Mutation mutation = MutationOf(app_, context, request.task_id(), request);
  co_return Parsed<v1::Task>(
      co_await RunMutation(app_, std::move(mutation), request.task_id(), std::move(call)));
}

Answer<v1::Task> TaskHandlers::EvaluateTask(rpc::CallContext context,
                                            v1::EvaluateTaskRequest request) {
  const std::string evaluator = ActorOf(context.caller());
  TaskCall call;
  if (context.caller().IsPerson()) call.people.push_back(evaluator);
  call.answer = AnswerTask();
  call.decide = [&request, &evaluator](Aggregate& aggregate, Time now) {
    return DecideEvaluate(aggregate, request.rating(), request.comment(), evaluator, now,
                          request.by_beneficiary() ? v1::RATED_BY_BENEFICIARY_THROUGH_HELPER
                                                   : v1::RATED_BY_UNSPECIFIED);
  };
  Mutation mutation = MutationOf(app_, context, request.task_id(), request);
  co_return Parsed<v1::Task>(
      co_await RunMutation(app_, std::move(mutation), request.task_id(), std::move(call)));
}

Answer<v1::Task> TaskHandlers::CloseTask(rpc::CallContext context, v1::CloseTaskRequest request) {
  const std::string closer = ActorOf(context.caller());
  TaskCall call;
  if (context.caller().IsPerson()) call.people.push_back(closer);
  call.answer = AnswerTask();
  call.decide = [&closer](Aggregate& aggregate, Time now) {
    return DecideClose(aggregate, closer, now);
  };
  Mutation mutation = MutationOf(app_, context, request.task_id(), request);
  co_return Parsed<v1::Task>(
      co_await RunMutation(app_, std::move(mutation), request.task_id(), std::move(call)));
}

}  // namespace baodao::dispatch
