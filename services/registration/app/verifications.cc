#include "services/registration/app/verifications.h"

#include <algorithm>
#include <utility>

#include "common/areas/covers.h"
#include "common/status/macros.h"
#include "common/units/liaisons.h"

namespace baodao::registration {

Verifier VerifierOf(const App& app, const rpc::CallContext& context) {
  const auth::Covers covers = areas::CoversIn(app.records.tree());
  Verifier verifier;
  verifier.id = record::OriginOf(context, app.clock.Now()).actor_id;
  verifier.coordinates = [caller = context.caller(), covers](std::string_view area) {
    return caller.Coordinates(area, covers);
  };
  verifier.covers = covers;
  return verifier;
}

Task<absl::StatusOr<bool>> IsLiaison(App& app, std::string person_id, std::string unit_id) {
  if (person_id.empty() || unit_id.empty()) co_return false;
  CO_ASSIGN_OR_RETURN(const auto unit, co_await app.records.Find(kUnit, std::move(unit_id)));
  co_return units::IsLiaison(unit.record.unit(), person_id);
}

Task<absl::StatusOr<v1::VerificationRecord>> Move(
    App& app, record::Transaction& transaction,
    const record::Versioned<v1::VerificationRecord>& before, VerificationEvent event,
    const VerificationEdit& edit) {
  CO_ASSIGN_OR_RETURN(const auto person,
                      co_await app.records.Load(kPerson, before.record.verification().person_id()));
  v1::VerificationRecord after = before.record;
  v1::PersonRecord person_after = person.record;
  CO_RETURN_IF_ERROR(Move(event, transaction.now(), &after, &person_after));
  if (edit) CO_RETURN_IF_ERROR(co_await edit(after.mutable_verification(), &person_after));
  transaction.Put(kVerification, before, after);
  transaction.Put(kPerson, person, person_after);
  co_return after;
}

Task<absl::Status> LapseVerification(App& app, record::Transaction& transaction,
                                     record::Versioned<v1::VerificationRecord> before) {
  const auto moved = co_await Move(app, transaction, before, VerificationEvent::kLapse);
  co_return moved.status();
}

Task<absl::Status> RemindOfCredentials(record::Transaction& transaction,
                                       record::Versioned<v1::PersonRecord> before) {
  v1::PersonRecord after = before.record;
  for (v1::Credential& credential : Remind(transaction.now(), &after)) {
    events::v1::Event event;
    event.mutable_credential_expiring()->set_person_id(after.person().person_id());
    *event.mutable_credential_expiring()->mutable_credential() = std::move(credential);
    transaction.Emit(std::move(event));
  }
  transaction.Put(kPerson, before, after);
  co_return absl::OkStatus();
}

events::v1::Event CredentialEvent(const std::string& person_id, v1::Credential credential,
                                  bool granted, const std::string& reason) {
  events::v1::Event event;
  auto& change = *event.mutable_credential_changed();
  change.set_person_id(person_id);
  *change.mutable_credential() = std::move(credential);
  change.set_granted(granted);
  change.set_reason(reason);
  return event;
}

}  // namespace baodao::registration
