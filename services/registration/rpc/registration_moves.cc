// Review, suspension and withdrawal.
#include <utility>

#include "common/status/macros.h"
#include "services/registration/rpc/registration_handlers.h"

namespace baodao::registration {
namespace {

// That of the change before must not be taken for it.
Edit CommentedBy(const v1::ChangeRegistrationRequest& request) {
  return [&request](v1::Registration& registration) {
    registration.set_change_comment(request.comment());
  };
}

}  // namespace

template <class Request>
RegistrationHandlers::Answer RegistrationHandlers::Move(rpc::CallContext context,
                                                        const Request& request,
                                                        RegistrationEvent event, Edit edit) {
  const std::string& id = request.registration_id();
  const std::optional<int> shard = env_.keys.ShardOf(id, "reg");
  if (!shard.has_value()) co_return NotFound("registration", id);
  Decide<v1::Registration> decide = [&] {
    return DecideMove(env_.store, env_.keys, env_.areas, id, &event, edit, StampOf(env_, context));
  };
  bool replayed = false;
  CO_ASSIGN_OR_RETURN(v1::Registration moved,
                      co_await Mutate<v1::Registration>(env_, context, request, *shard,
                                                        std::move(decide), &replayed));
  if (!replayed) env_.metrics.Transition(event);
  co_return moved;
}

RegistrationHandlers::Answer RegistrationHandlers::ReviewRegistration(
    rpc::CallContext context, v1::ReviewRegistrationRequest request) {
  if (!request.approve() && request.comment().empty()) {
    co_return RefuseField("comment", ViolationKind::REQUIRED);
  }
  const RegistrationEvent event =
      request.approve() ? RegistrationEvent::kApprove : RegistrationEvent::kReject;
  const Edit edit = [&](v1::Registration& registration) {
    registration.set_reviewer_id(context.caller().person_id);
    registration.set_review_comment(request.comment());
  };
  co_return co_await Move(context, request, event, edit);
}

RegistrationHandlers::Answer RegistrationHandlers::SuspendRegistration(
    rpc::CallContext context, v1::ChangeRegistrationRequest request) {
  co_return co_await Move(context, request, RegistrationEvent::kSuspend, CommentedBy(request));
}

RegistrationHandlers::Answer RegistrationHandlers::ResumeRegistration(
    rpc::CallContext context, v1::ChangeRegistrationRequest request) {
  co_return co_await Move(context, request, RegistrationEvent::kResume, CommentedBy(request));
}

RegistrationHandlers::Answer RegistrationHandlers::WithdrawRegistration(
    rpc::CallContext context, v1::ChangeRegistrationRequest request) {
  const Edit edit = [&](v1::Registration& registration) {
    registration.set_end_reason(v1::REGISTRATION_END_REASON_WITHDRAWN);
    registration.set_change_comment(request.comment());
  };
  co_return co_await Move(context, request, RegistrationEvent::kWithdraw, edit);
}

}  // namespace baodao::registration
