// TaskMessageService.
#include "services/dispatch/store/messages.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/paging/asked_page.h"
#include "common/status/macros.h"
#include "services/dispatch/app/mutation.h"
#include "services/dispatch/app/releases.h"
#include "services/dispatch/domain/message.h"
#include "services/dispatch/rpc/routes.h"

namespace baodao::dispatch {
namespace {

Task<absl::StatusOr<v1::TaskMessage>> SendTaskMessage(App& app, rpc::CallContext context,
                                                      v1::SendTaskMessageRequest request) {
  CO_ASSIGN_OR_RETURN(const MessageCommand command, MessageOf(request, ActorOf(context.caller())));
  v1::TaskMessage message;
  TaskCall call;
  call.everybody = true;
  call.decide = [&](Aggregate& aggregate, Time now) {
    return DecideMessage(aggregate, command, &message, now);
  };
  call.answer = [&message](const Aggregate&) { return message.SerializeAsString(); };
  call.extra = [&](store::Commit& commit) { PutMessage(app.keys, message, &commit); };
  Mutation mutation = MutationOf(app, context, request.task_id(), request);
  co_return Parsed<v1::TaskMessage>(
      co_await RunMutation(app, std::move(mutation), request.task_id(), std::move(call)));
}

Task<absl::StatusOr<v1::ListTaskMessagesResponse>> ListTaskMessages(
    App& app, rpc::CallContext context, v1::ListTaskMessagesRequest request) {
  CO_ASSIGN_OR_RETURN(const paging::AskedPage asked,
                      paging::PageAskedFor(app.ring, context, request, app.clock.Now(), 20, 50));
  CO_ASSIGN_OR_RETURN(v1::TaskRecord record, co_await app.tasks.Read(request.task_id()));
  CO_RETURN_IF_ERROR(co_await CheckMaySeeContact(app, context, std::move(*record.mutable_task())));
  CO_ASSIGN_OR_RETURN(std::vector<v1::TaskMessage> messages,
                      co_await ReadMessages(app.store, app.keys, request.task_id()));
  const auto first = std::ranges::find_if(messages, [&](const v1::TaskMessage& message) {
    return asked.after.empty() || std::to_string(message.number()) == asked.after;
  });
  messages.erase(messages.begin(), first);
  const auto size = static_cast<size_t>(asked.size);
  v1::ListTaskMessagesResponse response;
  for (size_t i = 0; i < std::min(size, messages.size()); ++i) {
    *response.add_messages() = std::move(messages[i]);
  }
  if (messages.size() > size) {
    response.set_next_page_token(asked.TokenFor(std::to_string(messages[size].number())));
  }
  co_return response;
}

}  // namespace

void RegisterMessages(App& app, rpc::Router& router) {
  const std::string service = "baodao.dispatch.v1.TaskMessageService/";
  router.Unary(service + "SendTaskMessage", app, &SendTaskMessage);
  router.Unary(service + "ListTaskMessages", app, &ListTaskMessages);
}

}  // namespace baodao::dispatch
