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
RegistrationHandlers::Answer RegistrationHandlers::MoveBy(rpc::CallContext context,
                                                          const Request& request,
                                                          RegistrationEvent event, Edit edit) {
  record::Decide<v1::Registration> decide = [&](record::Transaction& transaction) -> Answer {
    CO_ASSIGN_OR_RETURN(
        auto before, co_await app_.records.Load(context, kRegistration, request.registration_id()));
    co_return co_await Move(app_, transaction, std::move(before), event, edit);
  };
  const int shard = app_.store().keys().ShardOfId(request.registration_id());
  co_return co_await app_.records.Mutate<v1::Registration>(context, request, shard,
                                                           std::move(decide));
}

RegistrationHandlers::Answer RegistrationHandlers::ReviewRegistration(
    rpc::CallContext context, v1::ReviewRegistrationRequest request) {
  const bool approved = request.verdict() == v1::REGISTRATION_VERDICT_APPROVE;
  if (!approved && request.comment().empty()) {
    co_return RefuseField("comment", ViolationKind::REQUIRED);
  }
  const RegistrationEvent event =
      approved ? RegistrationEvent::kApprove : RegistrationEvent::kReject;
  const Edit edit = [&](v1::Registration& registration) {
    registration.set_reviewer_id(context.caller().person_id);
    registration.set_review_comment(request.comment());
  };
  co_return co_await MoveBy(context, request, event, edit);
}

RegistrationHandlers::Answer RegistrationHandlers::SuspendRegistration(
    rpc::CallContext context, v1::ChangeRegistrationRequest request) {
  co_return co_await MoveBy(context, request, RegistrationEvent::kSuspend, CommentedBy(request));
}

RegistrationHandlers::Answer RegistrationHandlers::ResumeRegistration(
    rpc::CallContext context, v1::ChangeRegistrationRequest request) {
  co_return co_await MoveBy(context, request, RegistrationEvent::kResume, CommentedBy(request));
}

RegistrationHandlers::Answer RegistrationHandlers::WithdrawRegistration(
    rpc::CallContext context, v1::ChangeRegistrationRequest request) {
  const Edit edit = [&](v1::Registration& registration) {
    registration.set_end_reason(v1::REGISTRATION_END_REASON_WITHDRAWN);
    registration.set_change_comment(request.comment());
  };
  co_return co_await MoveBy(context, request, RegistrationEvent::kWithdraw, edit);
}

}  // namespace baodao::registration
