#include "services/registration/app/account_deletion.h"

#include <functional>
#include <utility>
#include <vector>

#include "common/clock/timestamp.h"
#include "common/record/erase.h"
#include "common/status/macros.h"
#include "services/registration/app/moves.h"
#include "services/registration/app/obligations.h"
#include "services/registration/app/phone_change.h"
#include "services/registration/app/sessions.h"
#include "services/registration/app/unit_people.h"
#include "services/registration/app/verifications.h"
#include "services/registration/domain/account_deletion.h"
#include "services/registration/domain/liaison_rules.h"

namespace baodao::registration {
namespace {

Task<absl::Status> EndRegistrations(App& app, record::Transaction& transaction,
                                    const v1::PersonRecord& person) {
  const auto& ids = person.registration_ids();
  CO_ASSIGN_OR_RETURN(const auto found, co_await app.records.LoadMany(
                                            kRegistration, std::vector(ids.begin(), ids.end())));
  for (const record::Versioned<v1::RegistrationRecord>& before : found) {
    if (!IsLive(before.record.registration().state())) continue;
    CO_ASSIGN_OR_RETURN(v1::RegistrationRecord ended,
                        Moved(before.record, RegistrationEvent::kDismiss, transaction.now()));
    ended.mutable_registration()->set_end_reason(v1::REGISTRATION_END_REASON_WITHDRAWN);
    ended.mutable_registration()->clear_change_comment();
    ended.mutable_registration()->clear_note();
    transaction.Put(kRegistration, before, ended, ToldTo(""));
  }
  co_return absl::OkStatus();
}

Task<absl::Status> WithdrawVerifications(App& app, record::Transaction& transaction,
                                         v1::PersonRecord* person) {
  const auto open = person->open_verifications();
  for (const v1::OpenVerification& waits : open) {
    CO_ASSIGN_OR_RETURN(const auto before,
                        co_await app.records.Load(kVerification, waits.verification_id()));
    v1::VerificationRecord after = before.record;
    CO_RETURN_IF_ERROR(Move(VerificationEvent::kWithdraw, transaction.now(), &after, person));
    transaction.Put(kVerification, before, after);
  }
  co_return absl::OkStatus();
}

// A change of liaisons that was decided at the same moment did not see the deletion, nor that one
// the change: the unit lies elsewhere.
Task<absl::Status> LeaveUnits(App& app, record::Origin origin, std::string id) {
  record::PageQuery query = app.records.Of(kUnit, id);
  do {
    CO_ASSIGN_OR_RETURN(const auto page, co_await app.records.ReadPage(kUnit, query));
    for (const record::Versioned<v1::UnitRecord>& found : page.records) {
      const std::string unit_id = found.record.unit().unit_id();
      const std::function<Task<absl::Status>(record::Transaction&)> leave =
          [&](record::Transaction& transaction) -> Task<absl::Status> {
        CO_ASSIGN_OR_RETURN(const auto before, co_await app.records.Load(kUnit, unit_id));
        v1::UnitRecord after = before.record;
        DropLiaison(id, transaction.now(), after.mutable_unit());
        TellOfLiaisons(before.record.unit(), after.unit(), "", transaction);
        transaction.Put(kUnit, before, after);
        co_return absl::OkStatus();
      };
      CO_RETURN_IF_ERROR(
          co_await app.records.Update(app.records.ShardOfId(unit_id), origin, leave));
    }
    query.after = page.next;
  } while (!query.after.empty());
  co_return absl::OkStatus();
}

void EraseNote(v1::RegistrationRecord* record) { record->mutable_registration()->clear_note(); }

void EraseProof(v1::VerificationRecord* record) {
  record->clear_sealed_proof();
  record->mutable_verification()->clear_issuer();
  record->mutable_verification()->clear_comment();
}

// The person, what they have reported and applied for, and that they are gone.
Task<absl::Status> Delete(App& app, record::Transaction& transaction,
                          const record::Versioned<v1::PersonRecord>& before) {
  const std::string id = before.record.person().person_id();
  // Those who are told that a registration ends are told that the person has ended it.
  transaction.set_actor(id);
  v1::PersonRecord after = before.record;
  CO_RETURN_IF_ERROR(co_await EndRegistrations(app, transaction, before.record));
  CO_RETURN_IF_ERROR(co_await WithdrawVerifications(app, transaction, &after));
  Erase(transaction.now(), &after);
  transaction.Put(kPerson, before, after);
  events::v1::Event event;
  event.mutable_account_deleted()->set_person_id(id);
  transaction.Emit(std::move(event));
  co_return absl::OkStatus();
}

// Erases what lies in other commits: begun again, it goes on with what is left.
Task<absl::Status> EraseRemains(App& app, record::Transaction& transaction,
                                const record::Versioned<v1::PersonRecord>& before) {
  const std::string id = before.record.person().person_id();
  const record::Origin origin = transaction.origin();
  CO_RETURN_IF_ERROR(co_await EndOtherSessions(app, origin, before.record, before.record));
  CO_RETURN_IF_ERROR(co_await LeaveUnits(app, origin, id));
  const record::PageQuery reports = app.records.Of(kRegistration, id);
  const std::function<void(v1::RegistrationRecord*)> note = EraseNote;
  CO_RETURN_IF_ERROR(co_await record::Erase(app.records, kRegistration, reports, origin, note));
  const record::PageQuery applications = app.records.Of(kVerification, id);
  const std::function<void(v1::VerificationRecord*)> proof = EraseProof;
  CO_RETURN_IF_ERROR(
      co_await record::Erase(app.records, kVerification, applications, origin, proof));
  for (const std::string& hash : before.record.remains().phone_hashes()) {
    CO_RETURN_IF_ERROR(co_await FreePhone(app, origin, id, hash));
  }
  v1::PersonRecord after = before.record;
  after.clear_remains();
  transaction.Put(kPerson, before, after);
  co_return absl::OkStatus();
}

}  // namespace

void TellOfDeletion(const v1::PersonRecord& record, record::Transaction& transaction) {
  const v1::Person& person = record.person();
  events::v1::Event event;
  events::v1::AccountDeletionChanged& changed = *event.mutable_account_deletion_changed();
  changed.set_person_id(person.person_id());
  if (person.has_delete_time()) *changed.mutable_delete_time() = person.delete_time();
  *changed.mutable_obligations() = record.put_off_for();
  transaction.Emit(std::move(event));
}

Task<absl::Status> LapsePerson(App& app, record::Transaction& transaction,
                               record::Versioned<v1::PersonRecord> before) {
  if (before.record.has_remains()) co_return co_await EraseRemains(app, transaction, before);
  const std::optional<Time> due = DeletionDue(before.record);
  if (!due || *due > transaction.now()) {
    co_return co_await RemindOfCredentials(transaction, std::move(before));
  }
  const auto options = rpc::CallOptions::Tracing(transaction.origin().trace_id);
  CO_ASSIGN_OR_RETURN(const std::vector<std::string> open,
                      co_await ObligationsOf(app, options, before.record));
  if (open.empty()) co_return co_await Delete(app, transaction, before);
  v1::PersonRecord after = before.record;
  if (PutOff(transaction.now(), open, &after)) TellOfDeletion(after, transaction);
  transaction.Put(kPerson, before, after);
  co_return absl::OkStatus();
}

}  // namespace baodao::registration
