// VerificationService: applications and their answers.
#include "services/registration/app/verifications.h"

#include <utility>
#include <vector>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/registration/rpc/routes.h"

namespace baodao::registration {
namespace {

using Answered = Task<absl::StatusOr<v1::Verification>>;
using Listed = Task<absl::StatusOr<v1::ListVerificationsResponse>>;
using DecideVerification = record::Decide<v1::VerificationRecord>;

// Who applies: the person themself (a service on their behalf), or the liaison of the unit that
// they came to the area through. It tells strangers nothing about the person.
Task<absl::StatusOr<std::string>> ApplicantOf(App& app, rpc::CallContext context,
                                              const v1::ApplyForVerificationRequest& request,
                                              const v1::PersonRecord& person) {
  const std::string caller = context.caller().person_id;
  if (context.caller().IsService() || caller == request.person_id()) co_return request.person_id();
  const absl::StatusOr<std::string> area = AnsweringArea(request.area_code(), person);
  std::string unit_id = area.ok() ? UnitThrough(person, *area) : "";
  CO_ASSIGN_OR_RETURN(const bool liaison, co_await IsLiaison(app, caller, std::move(unit_id)));
  if (!liaison) co_return Refuse(Reason::PERMISSION_DENIED);
  co_return caller;
}

Answered ApplyForVerification(App& app, rpc::CallContext context,
                              v1::ApplyForVerificationRequest request) {
  CO_RETURN_IF_ERROR(CheckApplication(request, app.clock.Now()));
  DecideVerification decide =
      [&](record::Transaction& transaction) -> Task<absl::StatusOr<v1::VerificationRecord>> {
    CO_ASSIGN_OR_RETURN(const auto person, co_await app.records.Load(kPerson, request.person_id()));
    CO_ASSIGN_OR_RETURN(const std::string applicant,
                        co_await ApplicantOf(app, context, request, person.record));
    CO_RETURN_IF_ERROR(CheckMayBringIn(app, person.record.person()));
    const std::string id = record::Repository::NewId(kVerification, transaction.shard());
    v1::PersonRecord after = person.record;
    v1::VerificationRecord record;
    CO_ASSIGN_OR_RETURN(*record.mutable_verification(),
                        Apply(request, id, applicant, transaction.now(), &after));
    app.vault.SealProof(request, &record);
    transaction.Put(kVerification, {}, record);
    transaction.Put(kPerson, person, after);
    co_return record;
  };
  const int shard = app.records.ShardOfId(request.person_id());
  CO_ASSIGN_OR_RETURN(v1::VerificationRecord applied,
                      co_await app.records.Mutate<v1::VerificationRecord>(context, request, shard,
                                                                          std::move(decide)));
  co_return app.records.Show(context, kVerification, std::move(applied));
}

Answered GetVerification(App& app, rpc::CallContext context, v1::GetVerificationRequest request) {
  return app.records.Get(std::move(context), kVerification, request.verification_id());
}

Listed ListVerifications(App& app, rpc::CallContext context, v1::ListVerificationsRequest request) {
  CO_ASSIGN_OR_RETURN(record::PageQuery query,
                      co_await app.records.AskedFor(kVerification, request));
  query.descending = false;
  co_return co_await app.records.List(context, kVerification, request, std::move(query),
                                      &v1::ListVerificationsResponse::add_verifications);
}

Listed ListUnitVerifications(App& app, rpc::CallContext context,
                             v1::ListUnitVerificationsRequest request) {
  record::PageQuery query =
      VerificationsOfUnit(app.store().keys(), request.unit_id(), request.states());
  co_return co_await app.records.List(context, kVerification, request, std::move(query),
                                      &v1::ListVerificationsResponse::add_verifications);
}

Listed ListPersonVerifications(App& app, rpc::CallContext context,
                               v1::ListPersonVerificationsRequest request) {
  record::PageQuery query = app.records.Of(kVerification, request.person_id(), request.states());
  co_return co_await app.records.List(context, kVerification, request, std::move(query),
                                      &v1::ListVerificationsResponse::add_verifications);
}

template <class Request>
Answered MoveBy(App& app, rpc::CallContext context, const Request& request,
                DecideVerification decide) {
  const int shard = app.records.ShardOfId(request.verification_id());
  CO_ASSIGN_OR_RETURN(v1::VerificationRecord moved,
                      co_await app.records.Mutate<v1::VerificationRecord>(context, request, shard,
                                                                          std::move(decide)));
  co_return app.records.Show(context, kVerification, std::move(moved));
}

// The caller as who may answer this application: a coordinator of its area, or the liaison of the
// unit that the person came there through, who answers for the area alone.
Task<absl::StatusOr<Verifier>> AnswererOf(App& app, rpc::CallContext context,
                                          const v1::Verification& verification,
                                          const v1::PersonRecord& person) {
  Verifier verifier = VerifierOf(app, context);
  if (verifier.id == verification.person_id() || verifier.id == verification.applicant_id()) {
    co_return Refuse(Reason::OWN_VERIFICATION);
  }
  std::string area = verification.area_code();
  if (verifier.coordinates(area)) co_return verifier;
  std::string unit_id = UnitThrough(person, area);
  CO_ASSIGN_OR_RETURN(const bool liaison, co_await IsLiaison(app, verifier.id, std::move(unit_id)));
  if (!liaison) co_return Refuse(Reason::PERMISSION_DENIED);
  verifier.coordinates = [area = std::move(area)](std::string_view asked) { return asked == area; };
  co_return verifier;
}

Answered AnswerVerification(App& app, rpc::CallContext context,
                            v1::AnswerVerificationRequest request) {
  const bool approved = request.verdict() == v1::VERIFICATION_VERDICT_APPROVE;
  if (!approved && request.comment().empty()) {
    co_return RefuseField("comment", ViolationKind::REQUIRED);
  }
  DecideVerification decide =
      [&](record::Transaction& transaction) -> Task<absl::StatusOr<v1::VerificationRecord>> {
    const VerificationEdit edit = [&](v1::Verification* verification,
                                      v1::PersonRecord* person) -> Task<absl::Status> {
      CO_ASSIGN_OR_RETURN(const Verifier verifier,
                          co_await AnswererOf(app, context, *verification, *person));
      verification->set_verifier_id(verifier.id);
      verification->set_comment(request.comment());
      if (!approved) co_return absl::OkStatus();
      CO_RETURN_IF_ERROR(Accept(*verification, verifier, transaction.now(), person));
      const auto granted = std::ranges::find(
          person->person().credentials(), verification->credential_kind(), &v1::Credential::kind);
      if (granted != person->person().credentials().end()) {
        transaction.Emit(CredentialEvent(verification->person_id(), *granted, true, ""));
      }
      co_return absl::OkStatus();
    };
    CO_ASSIGN_OR_RETURN(const auto before, co_await app.records.Load(context, kVerification,
                                                                     request.verification_id()));
    const auto event = approved ? VerificationEvent::kApprove : VerificationEvent::kReject;
    co_return co_await Move(app, transaction, before, event, edit);
  };
  co_return co_await MoveBy(app, context, request, std::move(decide));
}

Answered WithdrawVerification(App& app, rpc::CallContext context,
                              v1::WithdrawVerificationRequest request) {
  DecideVerification decide =
      [&](record::Transaction& transaction) -> Task<absl::StatusOr<v1::VerificationRecord>> {
    CO_ASSIGN_OR_RETURN(const auto before, co_await app.records.Load(context, kVerification,
                                                                     request.verification_id()));
    const v1::Verification& verification = before.record.verification();
    const auth::Principal& caller = context.caller();
    const bool may = caller.IsService() || caller.Is(verification.person_id()) ||
                     caller.Is(verification.applicant_id());
    if (!may) co_return Refuse(Reason::PERMISSION_DENIED);
    co_return co_await Move(app, transaction, before, VerificationEvent::kWithdraw);
  };
  co_return co_await MoveBy(app, context, request, std::move(decide));
}

}  // namespace

void RegisterVerifications(App& app, rpc::Router& router) {
  const std::string service = "baodao.registration.v1.VerificationService/";
  router.Unary(service + "ApplyForVerification", app, &ApplyForVerification);
  router.Unary(service + "GetVerification", app, &GetVerification);
  router.Unary(service + "ListVerifications", app, &ListVerifications);
  router.Unary(service + "ListUnitVerifications", app, &ListUnitVerifications);
  router.Unary(service + "ListPersonVerifications", app, &ListPersonVerifications);
  router.Unary(service + "AnswerVerification", app, &AnswerVerification);
  router.Unary(service + "WithdrawVerification", app, &WithdrawVerification);
}

}  // namespace baodao::registration
