#include "services/dispatch/domain/confirm.h"

#include <utility>

#include "common/clock/timestamp.h"
#include "common/status/macros.h"
#include "services/dispatch/app/confirmation.h"
#include "services/dispatch/rpc/handlers.h"

namespace baodao::dispatch {
namespace {

ConfirmCommand CommandOf(const App& app, const rpc::CallContext& context,
                         const v1::ConfirmServiceRequest& request, const v1::Task& task) {
  ConfirmCommand command;
  command.confirmer_id = ActorOf(context.caller());
  // Also where they coordinate the area: nobody credits whomever they like on their own need.
  command.by_requester = command.confirmer_id == task.requester_id() ||
                         !context.caller().Coordinates(task.area_code(), app.relations.covers);
  command.reason = request.reason();
  for (const v1::ConfirmedService& service : request.services()) {
    ServedBy& served = command.services.emplace_back();
    served.person_id = service.person_id();
    served.start = ToTime(service.served().start());
    served.end = ToTime(service.served().end());
  }
  return command;
}

}  // namespace

Answer<v1::Task> AssignmentHandlers::ConfirmService(rpc::CallContext context,
                                                    v1::ConfirmServiceRequest request) {
  Mutation mutation = MutationOf(app_, context, request.task_id(), request);
  CO_ASSIGN_OR_RETURN(const auto loaded, co_await app_.tasks.ReadWithPeople(request.task_id()));
  Confirmed confirmed;
  confirmed.command = CommandOf(app_, context, request, loaded->record.task());
  confirmed.answer = AnswerTask();
  absl::StatusOr<std::string> answer = co_await Confirm(
      app_, rpc::CallOptions::From(context), std::move(mutation), loaded, std::move(confirmed));
  co_return Parsed<v1::Task>(std::move(answer));
}

}  // namespace baodao::dispatch
