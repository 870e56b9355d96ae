// Claiming, accepting and being assigned: three doors to the same slot.
#include <utility>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/rpc/handlers.h"

namespace baodao::dispatch {

Answer<v1::Assignment> AssignmentHandlers::ClaimTask(rpc::CallContext context,
                                                     v1::ClaimTaskRequest request) {
  if (!context.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  TakeOrder order;
  order.kind = TakeKind::kClaim;
  order.mutation = MutationOf(app_, context, request.task_id(), request);
  order.peers = rpc::CallOptions::From(context);
  order.task_id = std::move(*request.mutable_task_id());
  order.person_id = context.caller().person_id;
  order.no_waitlist = request.no_waitlist();
  co_return co_await taker_.Take(std::move(order));
}

Answer<v1::Assignment> AssignmentHandlers::AcceptOffer(rpc::CallContext context,
                                                       v1::AssignmentRequest request) {
  CO_ASSIGN_OR_RETURN(Subject subject,
                      co_await SubjectOf(app_, context, request.task_id(), request.person_id()));
  TakeOrder order;
  order.kind = TakeKind::kAccept;
  order.mutation = MutationOf(app_, context, request.task_id(), request);
  order.peers = rpc::CallOptions::From(context);
  order.task_id = std::move(*request.mutable_task_id());
  order.person_id = std::move(subject.person_id);
  co_return co_await taker_.Take(std::move(order));
}

Answer<v1::Assignment> AssignmentHandlers::AssignTask(rpc::CallContext context,
                                                      v1::AssignTaskRequest request) {
  TakeOrder order;
  order.kind = TakeKind::kAssign;
  order.mutation = MutationOf(app_, context, request.task_id(), request);
  order.peers = rpc::CallOptions::From(context);
  order.task_id = std::move(*request.mutable_task_id());
  order.person_id = std::move(*request.mutable_person_id());
  co_return co_await taker_.Take(std::move(order));
}

}  // namespace baodao::dispatch
