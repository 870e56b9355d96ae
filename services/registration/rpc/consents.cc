// AccountService: what people consent to.
#include "baodao/registration/v1/account.pb.h"
#include "common/status/macros.h"
#include "services/registration/domain/account_deletion.h"
#include "services/registration/domain/consent.h"
#include "services/registration/rpc/routes.h"

namespace baodao::registration {
namespace {

using Consented = Task<absl::StatusOr<v1::Person>>;

Task<absl::StatusOr<v1::PrivacyTerms>> GetPrivacyTerms(App& app, rpc::CallContext,
                                                       v1::GetPrivacyTermsRequest) {
  co_return app.privacy_terms;
}

void Tell(const std::string& person_id, const std::string& version, bool given,
          record::Transaction& transaction) {
  events::v1::Event event;
  events::v1::ConsentChanged& changed = *event.mutable_consent_changed();
  changed.set_person_id(person_id);
  changed.set_version(version);
  changed.set_given(given);
  transaction.Emit(std::move(event));
}

Consented GiveConsent(App& app, rpc::CallContext context, v1::GiveConsentRequest request) {
  const std::string& in_force = app.privacy_terms.version();
  const auto give = [&](record::Transaction& transaction,
                        v1::PersonRecord* record) -> Task<absl::Status> {
    CO_RETURN_IF_ERROR(CheckNotErased(*record));
    v1::Person& person = *record->mutable_person();
    const bool asked = NeedsConsent(person, in_force);
    CO_RETURN_IF_ERROR(Consent(request.version(), in_force, transaction.now(), &person));
    if (asked) Tell(request.person_id(), in_force, true, transaction);
    co_return absl::OkStatus();
  };
  co_return co_await app.records.Change(context, request, kPerson, request.person_id(), give);
}

Consented WithdrawConsent(App& app, rpc::CallContext context, v1::WithdrawConsentRequest request) {
  const auto withdraw = [&](record::Transaction& transaction,
                            v1::PersonRecord* record) -> Task<absl::Status> {
    v1::Person& person = *record->mutable_person();
    const v1::Person before = person;
    CO_RETURN_IF_ERROR(WithdrawConsents(transaction.now(), &person));
    for (const v1::PrivacyConsent& consent : before.privacy_consents()) {
      if (consent.has_withdraw_time()) continue;
      Tell(request.person_id(), consent.version(), false, transaction);
    }
    co_return absl::OkStatus();
  };
  co_return co_await app.records.Change(context, request, kPerson, request.person_id(), withdraw);
}

}  // namespace

void RegisterConsents(App& app, rpc::Router& router) {
  const std::string service = "baodao.registration.v1.AccountService/";
  router.Unary(service + "GetPrivacyTerms", app, &GetPrivacyTerms);
  router.Unary(service + "GiveConsent", app, &GiveConsent);
  router.Unary(service + "WithdrawConsent", app, &WithdrawConsent);
}

}  // namespace baodao::registration
