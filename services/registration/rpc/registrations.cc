// RegistrationService: reading, review, suspension and withdrawal.
#include <utility>

#include "common/status/macros.h"
#include "services/registration/app/moves.h"
#include "services/registration/app/reach.h"
#include "services/registration/rpc/routes.h"

namespace baodao::registration {
namespace {

using MovedAnswer = Task<absl::StatusOr<v1::Registration>>;

MovedAnswer GetRegistration(App& app, rpc::CallContext context,
                            v1::GetRegistrationRequest request) {
  return app.records.Get(std::move(context), kRegistration, request.registration_id());
}

Task<absl::StatusOr<v1::ListRegistrationsResponse>> ListRegistrations(
    App& app, rpc::CallContext context, v1::ListRegistrationsRequest request) {
  CO_ASSIGN_OR_RETURN(record::PageQuery query,
                      co_await app.records.AskedFor(kRegistration, request));
  query.descending = false;
  co_return co_await app.records.List(context, kRegistration, request, std::move(query),
                                      &v1::ListRegistrationsResponse::add_registrations);
}

Task<absl::StatusOr<v1::ListRegistrationsResponse>> ListSubjectRegistrations(
    App& app, rpc::CallContext context, v1::ListSubjectRegistrationsRequest request) {
  CO_ASSIGN_OR_RETURN(const Subject subject,
                      co_await Subject::Load(app.records, request.subject_id()));
  CO_RETURN_IF_ERROR(co_await CheckReach(app, context, subject));
  co_return co_await app.records.List(context, kRegistration, request,
                                      app.records.Of(kRegistration, subject.id(), request.states()),
                                      &v1::ListRegistrationsResponse::add_registrations);
}

template <class Request>
MovedAnswer MoveBy(App& app, rpc::CallContext context, const Request& request,
                   RegistrationEvent event, Edit edit) {
  record::Decide<v1::Registration> decide = [&](record::Transaction& transaction) -> MovedAnswer {
    CO_ASSIGN_OR_RETURN(
        auto before, co_await app.records.Load(context, kRegistration, request.registration_id()));
    co_return co_await Move(app, transaction, std::move(before), event, edit);
  };
  const int shard = app.records.ShardOfId(request.registration_id());
  co_return co_await app.records.Mutate<v1::Registration>(context, request, shard,
                                                          std::move(decide));
}

MovedAnswer ReviewRegistration(App& app, rpc::CallContext context,
                               v1::ReviewRegistrationRequest request) {
  const bool approved = request.verdict() == v1::REGISTRATION_VERDICT_APPROVE;
  if (!approved && request.comment().empty()) {
    co_return RefuseField("comment", ViolationKind::REQUIRED);
  }
  const Edit edit = [&](v1::Registration& registration) {
    registration.set_reviewer_id(context.caller().person_id);
    registration.set_review_comment(request.comment());
  };
  co_return co_await MoveBy(app, context, request,
                            approved ? RegistrationEvent::kApprove : RegistrationEvent::kReject,
                            edit);
}

MovedAnswer ChangeRegistration(App& app, rpc::CallContext context,
                               v1::ChangeRegistrationRequest request, RegistrationEvent event) {
  const Edit edit = [&](v1::Registration& registration) {
    // That of the change before must not be taken for it.
    registration.set_change_comment(request.comment());
    if (event == RegistrationEvent::kWithdraw) {
      registration.set_end_reason(v1::REGISTRATION_END_REASON_WITHDRAWN);
    }
  };
  co_return co_await MoveBy(app, context, request, event, edit);
}

}  // namespace

void RegisterRegistrations(App& app, rpc::Router& router) {
  const std::string service = "baodao.registration.v1.RegistrationService/";
  router.Unary(service + "GetRegistration", app, &GetRegistration);
  router.Unary(service + "ListRegistrations", app, &ListRegistrations);
  router.Unary(service + "ListSubjectRegistrations", app, &ListSubjectRegistrations);
  router.Unary(service + "ReviewRegistration", app, &ReviewRegistration);
  const std::pair<const char*, RegistrationEvent> moves[] = {
      {"SuspendRegistration", RegistrationEvent::kSuspend},
      {"ResumeRegistration", RegistrationEvent::kResume},
      {"WithdrawRegistration", RegistrationEvent::kWithdraw}};
  for (const auto& [method, event] : moves) {
    router.Unary<v1::ChangeRegistrationRequest, v1::Registration>(
        service + method,
        [&app, event = event](rpc::CallContext context, v1::ChangeRegistrationRequest request) {
          return ChangeRegistration(app, std::move(context), std::move(request), event);
        });
  }
}

}  // namespace baodao::registration
