// Asking to be let go, and proposing a colleague.
#include <utility>

#include "baodao/dispatch/v1/change.pb.h"
#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/leaving.h"
#include "services/dispatch/domain/swap.h"
#include "services/dispatch/rpc/handlers.h"

namespace baodao::dispatch {
namespace {

// The decision on one person's part in the task of the request, answered with their assignment.
template <class Request>
Task<absl::StatusOr<v1::Assignment>> RunFor(App& app, rpc::CallContext context, Request request,
                                            std::string person_id, TaskCall call) {
  call.people.push_back(person_id);
  call.answer = AnswerAssignment(std::move(person_id));
  Mutation mutation = MutationOf(app, context, request.task_id(), request);
  co_return Parsed<v1::Assignment>(
      co_await RunMutation(app, std::move(mutation), request.task_id(), std::move(call)));
}

struct Successor {
  profiles::ProfilePtr profile;  // null where there is nobody of the id
  bool has_time = false;
};

// Reads what else a decision on their proposal must know of them.
Task<absl::StatusOr<Successor>> ReadSuccessor(App& app, rpc::CallOptions peers, std::string task_id,
                                              std::string person_id) {
  Successor successor;
  if (!ids::IsValid(person_id, "per")) co_return successor;
  CO_ASSIGN_OR_RETURN(const auto seen, co_await app.tasks.Peek(std::move(task_id), person_id));
  const v1::Task task = seen->record.task();
  absl::StatusOr<profiles::ProfilePtr> profile =
      co_await ProfileFor(app, std::move(peers), person_id, task);
  if (absl::IsNotFound(profile.status())) co_return successor;
  CO_RETURN_IF_ERROR(profile.status());
  successor.profile = *std::move(profile);
  const absl::Status free = co_await app.calendars.Check(std::move(person_id), WorkOf(task));
  if (!free.ok() && !absl::IsFailedPrecondition(free)) co_return free;
  successor.has_time = free.ok();
  co_return successor;
}

}  // namespace

Answer<v1::Assignment> ChangeHandlers::RequestWithdrawal(rpc::CallContext context,
                                                         v1::RequestWithdrawalRequest request) {
  if (!context.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  const std::string person = context.caller().person_id;
  TaskCall call;
  call.decide = [&](Aggregate& aggregate, Time now) {
    return DecideRequestWithdrawal(aggregate, person, request.reason(), now);
  };
  co_return co_await RunFor(app_, std::move(context), request, person, std::move(call));
}

Answer<v1::Assignment> ChangeHandlers::CancelWithdrawal(rpc::CallContext context,
                                                        v1::CancelWithdrawalRequest request) {
  if (!context.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  const std::string person = context.caller().person_id;
  TaskCall call;
  call.decide = [&](Aggregate& aggregate, Time now) {
    return DecideCancelWithdrawal(aggregate, person, now);
  };
  co_return co_await RunFor(app_, std::move(context), request, person, std::move(call));
}

Answer<v1::Assignment> ChangeHandlers::AnswerWithdrawal(rpc::CallContext context,
                                                        v1::AnswerWithdrawalRequest request) {
  const bool approved = request.verdict() == v1::WITHDRAWAL_VERDICT_APPROVE;
  if (!approved && request.reason().empty()) {
    co_return RefuseField("reason", ViolationKind::REQUIRED);
  }
  TaskCall call;
  call.decide = [&](Aggregate& aggregate, Time now) {
    return DecideAnswerWithdrawal(aggregate, request.person_id(), approved, request.reason(), now);
  };
  co_return co_await RunFor(app_, std::move(context), request, request.person_id(),
                            std::move(call));
}

Answer<v1::Assignment> ChangeHandlers::ProposeSwap(rpc::CallContext context,
                                                   v1::ProposeSwapRequest request) {
  if (!context.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  SwapCommand command;
  command.proposer_id = context.caller().person_id;
  command.successor_id = request.successor_id();
  command.reason = request.reason();
  command.relations = &app_.relations;
  // Before anything is asked about somebody else.
  CO_ASSIGN_OR_RETURN(const v1::AssignmentRecord mine,
                      co_await app_.tasks.ReadAssignment(request.task_id(), command.proposer_id));
  CO_ASSIGN_OR_RETURN(const Successor successor,
                      co_await ReadSuccessor(app_, rpc::CallOptions::From(context),
                                             request.task_id(), command.successor_id));
  command.successor = successor.profile.get();
  command.has_time = successor.has_time;
  TaskCall call;
  call.people.push_back(command.successor_id);
  call.decide = [&](Aggregate& aggregate, Time now) {
    return DecideProposeSwap(aggregate, command, now);
  };
  co_return co_await RunFor(app_, std::move(context), request, command.proposer_id,
                            std::move(call));
}

Answer<v1::Assignment> ChangeHandlers::CancelSwap(rpc::CallContext context,
                                                  v1::CancelSwapRequest request) {
  if (!context.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  const std::string person = context.caller().person_id;
  TaskCall call;
  call.decide = [&](Aggregate& aggregate, Time now) {
    return DecideCancelSwap(aggregate, person, now);
  };
  co_return co_await RunFor(app_, std::move(context), request, person, std::move(call));
}

}  // namespace baodao::dispatch
