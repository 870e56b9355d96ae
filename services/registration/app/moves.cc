#include "services/registration/app/moves.h"

#include <utility>
#include <vector>

#include "common/areas/covers.h"
#include "common/clock/timestamp.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/registration/app/subject.h"
#include "services/registration/domain/registration_rules.h"

namespace baodao::registration {
namespace {

// It may have been reported before the suspension.
Task<absl::Status> CheckNotSuspended(App& app, const Subject& subject,
                                     const v1::Registration& approved, AreaBook::Tree tree) {
  CO_ASSIGN_OR_RETURN(const std::vector<v1::Registration> live,
                      co_await subject.LiveRegistrations(app.records));
  co_return CheckSuspensions(live, approved.area_code(), areas::CoversIn(std::move(tree)));
}

}  // namespace

absl::StatusOr<v1::RegistrationRecord> Moved(const v1::RegistrationRecord& record,
                                             RegistrationEvent event, Time now) {
  const v1::Registration& registration = record.registration();
  if (registration.state() == v1::REGISTRATION_STATE_SUSPENDED &&
      event == RegistrationEvent::kWithdraw) {
    return Refuse(Reason::REGISTRATION_SUSPENDED, {{"registration", registration.registration_id()},
                                                   {"area", registration.area_code()}});
  }
  v1::RegistrationRecord after = record;
  RETURN_IF_ERROR(kRegistrationMachine.Move(after.mutable_registration(), event));
  *after.mutable_registration()->mutable_update_time() = ToTimestamp(now);
  return after;
}

Task<absl::StatusOr<v1::Registration>> Move(App& app, record::Transaction& transaction,
                                            record::Versioned<v1::RegistrationRecord> before,
                                            RegistrationEvent event, Edit edit) {
  CO_ASSIGN_OR_RETURN(Subject subject, co_await Subject::Load(
                                           app.records, before.record.registration().subject_id()));
  const bool own = subject.IsSpokenForBy(transaction.origin().actor_id);
  if (own && IsJudgement(event)) co_return Refuse(Reason::OWN_REGISTRATION);
  // A coordinator ends what is their own as anybody does.
  if (!own && event == RegistrationEvent::kWithdraw) event = RegistrationEvent::kDismiss;
  CO_ASSIGN_OR_RETURN(v1::RegistrationRecord after, Moved(before.record, event, transaction.now()));
  v1::Registration& registration = *after.mutable_registration();
  edit(registration);
  CO_ASSIGN_OR_RETURN(const AreaBook::Tree tree,
                      co_await app.records.TreeWith(registration.area_code()));
  if (event == RegistrationEvent::kApprove) {
    CO_RETURN_IF_ERROR(co_await CheckNotSuspended(app, subject, registration, tree));
  }
  subject.Note(registration);
  transaction.Put(kRegistration, before, after,
                  ToldTo(subject.LiaisonFor(transaction.origin().actor_id)));
  subject.Put(transaction);
  co_return std::move(registration);
}

Task<absl::Status> Lapse(App& app, record::Transaction& transaction,
                         record::Versioned<v1::RegistrationRecord> before) {
  const std::optional<Deadline> deadline = DeadlineOf(before.record.registration());
  Edit edit = [&](v1::Registration& ending) {
    ending.set_end_reason(deadline->reason);
    ending.clear_change_comment();
  };
  co_return (co_await Move(app, transaction, before, deadline->event, edit)).status();
}

record::Transaction::Edit ToldTo(const std::string& liaison_id) {
  return [liaison_id](events::v1::Event* event) {
    event->mutable_registration_changed()->set_liaison_id(liaison_id);
  };
}

}  // namespace baodao::registration
