// New registrations, by report or by transfer.
#include <utility>
#include <vector>

#include "common/areas/covers.h"
#include "common/clock/timestamp.h"
#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "services/registration/app/moves.h"
#include "services/registration/app/subject.h"
#include "services/registration/domain/registration_rules.h"
#include "services/registration/rpc/routes.h"

namespace baodao::registration {
namespace {

using RegistrationAnswer = Task<absl::StatusOr<v1::Registration>>;

v1::RegistrationRecord NewRegistration(const v1::Registration& wanted, int shard, Time now) {
  v1::RegistrationRecord record;
  v1::Registration& registration = *record.mutable_registration();
  registration = wanted;
  registration.set_registration_id(record::Repository::NewId(kRegistration, shard));
  registration.set_state(kRegistrationMachine.first());
  *registration.mutable_create_time() = ToTimestamp(now);
  *registration.mutable_update_time() = ToTimestamp(now);
  return record;
}

// The registration asked for, with the defaults filled in.
v1::Registration WantedOf(const v1::CreateRegistrationRequest& request,
                          const auth::Principal& caller) {
  v1::Registration wanted;
  wanted.set_subject_id(request.subject_id().empty() ? caller.person_id : request.subject_id());
  wanted.set_area_code(request.area_code());
  wanted.set_kind(request.kind() == v1::REGISTRATION_KIND_UNSPECIFIED
                      ? v1::REGISTRATION_KIND_STANDARD
                      : request.kind());
  wanted.set_through_unit_id(request.through_unit_id());
  wanted.set_note(request.note());
  if (request.has_expire_time()) *wanted.mutable_expire_time() = request.expire_time();
  return wanted;
}

// A unit has nothing private.
absl::Status CheckSubject(const App& app, const Subject& subject) {
  return subject.is_unit() ? absl::OkStatus() : CheckMayBringIn(app, subject.person());
}

// Whether the person may come through the unit to the area.
Task<absl::StatusOr<bool>> ComesThrough(App& app, const Subject& person, std::string unit_id,
                                        std::string area_code) {
  absl::StatusOr<Subject> unit = co_await Subject::Load(app.records, unit_id);
  if (!unit.ok() && !Is(unit.status(), Reason::NOT_FOUND)) co_return unit.status();
  if (!unit.ok() || !unit->is_unit()) {
    co_return RefuseField("through_unit_id", ViolationKind::UNKNOWN_REFERENCE);
  }
  CO_ASSIGN_OR_RETURN(const std::vector<v1::Registration> of_unit,
                      co_await unit->LiveRegistrations(app.records));
  co_return MayComeThrough(person.own_unit_id(), unit_id, of_unit, area_code,
                           areas::CoversIn(app.records.tree()));
}

// The new one is given as a registration without id, state and times.
RegistrationAnswer Create(App& app, record::Transaction& transaction,
                          const v1::Registration& wanted, rpc::CallContext context) {
  const auth::Principal& caller = context.caller();
  CO_ASSIGN_OR_RETURN(Subject subject, co_await Subject::Load(app.records, wanted.subject_id()));
  if (!caller.IsService() && !subject.IsSpokenForBy(caller.person_id)) {
    co_return Refuse(Reason::PERMISSION_DENIED);
  }
  CO_RETURN_IF_ERROR(CheckSubject(app, subject));
  CO_ASSIGN_OR_RETURN(const auto tree, co_await app.records.TreeWith(wanted.area_code()));
  CO_RETURN_IF_ERROR(areas::CheckOpen(*tree, wanted.area_code()));
  CO_RETURN_IF_ERROR(CheckArea(subject.id(), wanted.kind(), *tree->Find(wanted.area_code())));
  CO_ASSIGN_OR_RETURN(const std::vector<v1::Registration> live,
                      co_await subject.LiveRegistrations(app.records));
  // First: it says more than that they are registered there already.
  CO_RETURN_IF_ERROR(CheckSuspensions(live, wanted.area_code(), areas::CoversIn(tree)));
  CO_RETURN_IF_ERROR(CheckLive(live, subject.id(), wanted.area_code()));
  if (!wanted.through_unit_id().empty()) {
    CO_ASSIGN_OR_RETURN(
        const bool may,
        co_await ComesThrough(app, subject, wanted.through_unit_id(), wanted.area_code()));
    if (!may) co_return Refuse(Reason::NOT_A_MEMBER);
  }
  v1::RegistrationRecord record = NewRegistration(wanted, transaction.shard(), transaction.now());
  subject.Note(record.registration());
  transaction.Put(kRegistration, {}, record,
                  ToldTo(subject.LiaisonFor(transaction.origin().actor_id)));
  subject.Put(transaction);
  co_return std::move(*record.mutable_registration());
}

RegistrationAnswer CreateRegistration(App& app, rpc::CallContext context,
                                      v1::CreateRegistrationRequest request) {
  const v1::Registration wanted = WantedOf(request, context.caller());
  if (wanted.subject_id().empty()) co_return RefuseField("subject_id", ViolationKind::REQUIRED);
  if (!ids::IsValid(wanted.subject_id(), IsUnit(wanted.subject_id()) ? "unt" : "per")) {
    co_return RefuseField("subject_id", ViolationKind::UNKNOWN_REFERENCE);
  }
  CO_RETURN_IF_ERROR(
      CheckKind(wanted.subject_id(), wanted.kind(), !wanted.through_unit_id().empty()));
  // Inside the decision: sent again after its end has come, the request still gets its first
  // answer.
  record::Decide<v1::Registration> decide =
      [&](record::Transaction& transaction) -> RegistrationAnswer {
    CO_RETURN_IF_ERROR(CheckExpiry(request, wanted.kind(), transaction.now()));
    co_return co_await Create(app, transaction, wanted, context);
  };
  const int shard = app.records.ShardOfId(wanted.subject_id());
  co_return co_await app.records.Mutate<v1::Registration>(context, request, shard,
                                                          std::move(decide));
}

RegistrationAnswer Transfer(App& app, record::Transaction& transaction, rpc::CallContext context,
                            const v1::TransferRegistrationRequest& request) {
  CO_ASSIGN_OR_RETURN(const auto before,
                      co_await app.records.Load(context, kRegistration, request.registration_id()));
  CO_ASSIGN_OR_RETURN(v1::RegistrationRecord ended,
                      Moved(before.record, RegistrationEvent::kTransfer, transaction.now()));
  ended.mutable_registration()->set_end_reason(v1::REGISTRATION_END_REASON_TRANSFERRED);
  ended.mutable_registration()->set_change_comment(request.comment());
  const v1::Registration& old = ended.registration();
  CO_RETURN_IF_ERROR((co_await app.records.TreeWith(old.area_code())).status());
  CO_ASSIGN_OR_RETURN(const auto tree, co_await app.records.TreeWith(request.area_code()));
  CO_RETURN_IF_ERROR(areas::CheckOpen(*tree, request.area_code()));
  CO_RETURN_IF_ERROR(CheckArea(old.subject_id(), old.kind(), *tree->Find(request.area_code())));
  CO_ASSIGN_OR_RETURN(Subject subject, co_await Subject::Load(app.records, old.subject_id()));
  CO_RETURN_IF_ERROR(CheckSubject(app, subject));
  CO_ASSIGN_OR_RETURN(const std::vector<v1::Registration> live,
                      co_await subject.LiveRegistrations(app.records));
  CO_RETURN_IF_ERROR(CheckSuspensions(live, request.area_code(), areas::CoversIn(tree)));
  CO_RETURN_IF_ERROR(CheckLive(live, subject.id(), request.area_code(), old.registration_id()));
  v1::Registration wanted;
  wanted.set_subject_id(old.subject_id());
  wanted.set_area_code(request.area_code());
  wanted.set_kind(old.kind());
  wanted.set_note(old.note());
  if (old.has_expire_time()) *wanted.mutable_expire_time() = old.expire_time();
  // Somebody who came through a unit that is not at the new area comes alone.
  if (!old.through_unit_id().empty()) {
    CO_ASSIGN_OR_RETURN(const bool may, co_await ComesThrough(app, subject, old.through_unit_id(),
                                                              request.area_code()));
    if (may) wanted.set_through_unit_id(old.through_unit_id());
  }
  v1::RegistrationRecord opened = NewRegistration(wanted, transaction.shard(), transaction.now());
  subject.Note(ended.registration());
  subject.Note(opened.registration());
  transaction.Put(kRegistration, before, ended,
                  ToldTo(subject.LiaisonFor(transaction.origin().actor_id)));
  transaction.Put(kRegistration, {}, opened,
                  ToldTo(subject.LiaisonFor(transaction.origin().actor_id)));
  subject.Put(transaction);
  co_return std::move(*opened.mutable_registration());
}

RegistrationAnswer TransferRegistration(App& app, rpc::CallContext context,
                                        v1::TransferRegistrationRequest request) {
  record::Decide<v1::Registration> decide = [&](record::Transaction& transaction) {
    return Transfer(app, transaction, context, request);
  };
  const int shard = app.records.ShardOfId(request.registration_id());
  co_return co_await app.records.Mutate<v1::Registration>(context, request, shard,
                                                          std::move(decide));
}

}  // namespace

void RegisterNewRegistrations(App& app, rpc::Router& router) {
  const std::string service = "baodao.registration.v1.RegistrationService/";
  router.Unary(service + "CreateRegistration", app, &CreateRegistration);
  router.Unary(service + "TransferRegistration", app, &TransferRegistration);
}

}  // namespace baodao::registration
