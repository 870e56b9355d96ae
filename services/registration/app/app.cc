#include "services/registration/app/app.h"

#include <utility>
#include <vector>

#include "common/status/macros.h"
#include "services/registration/app/account_deletion.h"
#include "services/registration/app/moves.h"
#include "services/registration/app/subject.h"
#include "services/registration/app/unit_people.h"
#include "services/registration/app/verifications.h"
#include "services/registration/domain/account_deletion.h"
#include "services/registration/domain/consent.h"

namespace baodao::registration {
namespace {

void AddLiaisons(const v1::Unit& unit, rpc::Scope* scope) {
  const auto& ids = unit.liaison_ids();
  scope->owner_ids.insert(scope->owner_ids.end(), ids.begin(), ids.end());
}

Task<absl::StatusOr<rpc::Scope>> ScopeOfRegistration(App& app, v1::RegistrationRecord record) {
  const v1::Registration& registration = record.registration();
  CO_ASSIGN_OR_RETURN(const Subject subject,
                      co_await Subject::Load(app.records, registration.subject_id()));
  rpc::Scope scope;
  scope.area_code = registration.area_code();
  scope.owner_ids = subject.speakers();
  co_return scope;
}

Task<absl::StatusOr<rpc::Scope>> ScopeOfPerson(App& app, v1::PersonRecord record) {
  CO_RETURN_IF_ERROR(CheckNotErased(record));
  const Subject subject = Subject::Of(std::move(record));
  CO_ASSIGN_OR_RETURN(const std::vector<v1::Registration> live,
                      co_await subject.LiveRegistrations(app.records));
  rpc::Scope scope;
  scope.owner_ids.push_back(subject.id());
  for (const v1::Registration& registration : live) {
    scope.more_area_codes.push_back(registration.area_code());
  }
  for (std::string& area : subject.AnsweringAreas()) {
    scope.more_area_codes.push_back(std::move(area));
  }
  co_return scope;
}

Task<absl::StatusOr<rpc::Scope>> ScopeOfVerification(App& app, v1::VerificationRecord record) {
  const v1::Verification& verification = record.verification();
  rpc::Scope scope;
  scope.area_code = verification.area_code();
  scope.owner_ids.push_back(verification.person_id());
  if (verification.unit_id().empty()) co_return scope;
  CO_ASSIGN_OR_RETURN(const auto unit, co_await app.records.Find(kUnit, verification.unit_id()));
  AddLiaisons(unit.record.unit(), &scope);
  co_return scope;
}

Task<absl::StatusOr<rpc::Scope>> ScopeOfUnit(v1::UnitRecord record) {
  rpc::Scope scope;
  scope.area_code = record.unit().area_code();
  AddLiaisons(record.unit(), &scope);
  co_return scope;
}

}  // namespace

absl::Status CheckMayBringIn(const App& app, const v1::Person& person) {
  RETURN_IF_ERROR(CheckStays(person));
  return CheckConsent(person, app.privacy_terms.version());
}

void AddRecords(App& app) {
  app.records.Add(
      kPerson,
      {.scope = [&app](v1::PersonRecord record) { return ScopeOfPerson(app, std::move(record)); },
       .lapse =
           [&app](record::Transaction& transaction, record::Versioned<v1::PersonRecord> before) {
             return LapsePerson(app, transaction, std::move(before));
           },
       .show =
           [&app](const rpc::CallContext& context, v1::PersonRecord record) {
             return app.vault.Show(record, context.caller().Is(record.person().person_id()));
           }});
  app.records.Add(kUnit, {.scope = ScopeOfUnit, .lapse = LapseLiaisons});
  app.records.Add(kRegistration, {.scope =
                                      [&app](v1::RegistrationRecord record) {
                                        return ScopeOfRegistration(app, std::move(record));
                                      },
                                  .lapse =
                                      [&app](record::Transaction& transaction,
                                             record::Versioned<v1::RegistrationRecord> before) {
                                        return Lapse(app, transaction, std::move(before));
                                      }});
  app.records.Add(kServicePoint);
  app.records.Add(
      kVerification,
      {.scope =
           [&app](v1::VerificationRecord record) {
             return ScopeOfVerification(app, std::move(record));
           },
       .lapse =
           [&app](record::Transaction& transaction,
                  record::Versioned<v1::VerificationRecord> before) {
             return LapseVerification(app, transaction, std::move(before));
           },
       .show = [&app](const rpc::CallContext&,
                      v1::VerificationRecord record) { return app.vault.Show(record); }});
  app.records.Add(kLoginCode);
  app.records.Add(kSession);
}

}  // namespace baodao::registration
