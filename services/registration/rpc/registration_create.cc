// New registrations, by report or by transfer.
#include <utility>
#include <vector>

#include "common/clock/timestamp.h"
#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "services/registration/domain/registration_rules.h"
#include "services/registration/rpc/registration_handlers.h"

namespace baodao::registration {
namespace {

v1::RegistrationRecord NewRegistration(const v1::Registration& wanted, int shard, Time now) {
  v1::RegistrationRecord record;
  v1::Registration& registration = *record.mutable_registration();
  registration = wanted;
  registration.set_registration_id(ids::New("reg", shard));
  registration.set_state(v1::REGISTRATION_STATE_PENDING);
  *registration.mutable_create_time() = ToTimestamp(now);
  *registration.mutable_update_time() = ToTimestamp(now);
  return record;
}

// What is asked for, with the defaults filled in.
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

}  // namespace

Task<absl::StatusOr<bool>> RegistrationHandlers::ComesThrough(const Subject& person,
                                                              std::string unit_id,
                                                              std::string area_code,
                                                              AreaBook::Tree tree) {
  absl::StatusOr<Subject> unit = co_await Subject::Load(env_.store, env_.keys, unit_id);
  if (!unit.ok() && !Is(unit.status(), Reason::NOT_FOUND)) co_return unit.status();
  if (!unit.ok() || !unit->is_unit()) {
    co_return RefuseField("through_unit_id", ViolationKind::UNKNOWN_REFERENCE);
  }
  CO_ASSIGN_OR_RETURN(const std::vector<v1::Registration> of_unit,
                      co_await unit->LiveRegistrations(env_.store, env_.keys));
  co_return MayComeThrough(person.own_unit_id(), unit_id, of_unit, area_code,
                           CoversIn(std::move(tree)));
}

Task<absl::StatusOr<RegistrationHandlers::Decision>> RegistrationHandlers::DecideCreate(
    const v1::Registration& wanted, rpc::CallContext context) {
  const auth::Principal& caller = context.caller();
  CO_ASSIGN_OR_RETURN(Subject subject,
                      co_await Subject::Load(env_.store, env_.keys, wanted.subject_id()));
  if (!caller.IsService() && subject.speaker() != caller.person_id) {
    co_return Refuse(Reason::PERMISSION_DENIED);
  }
  CO_ASSIGN_OR_RETURN(const AreaBook::Tree tree, co_await env_.areas.TreeWith(wanted.area_code()));
  CO_RETURN_IF_ERROR(CheckArea(subject.id(), wanted.kind(), *tree->Find(wanted.area_code())));
  CO_ASSIGN_OR_RETURN(const std::vector<v1::Registration> live,
                      co_await subject.LiveRegistrations(env_.store, env_.keys));
  // First: it says more than that they are registered there already.
  CO_RETURN_IF_ERROR(CheckSuspensions(live, wanted.area_code(), CoversIn(tree)));
  CO_RETURN_IF_ERROR(CheckLive(live, subject.id(), wanted.area_code()));
  if (!wanted.through_unit_id().empty()) {
    CO_ASSIGN_OR_RETURN(const bool may, co_await ComesThrough(subject, wanted.through_unit_id(),
                                                              wanted.area_code(), tree));
    if (!may) co_return Refuse(Reason::NOT_A_MEMBER);
  }
  v1::RegistrationRecord record = NewRegistration(wanted, subject.shard(), env_.clock.Now());
  subject.Note(record.registration());
  Changes changes(subject.shard(), env_.keys, *tree, StampOf(env_, context));
  changes.PutRegistration({}, record, subject.liaison_id());
  subject.Put(changes);
  co_return Decision{changes.Take(), std::move(*record.mutable_registration())};
}

RegistrationHandlers::Answer RegistrationHandlers::CreateRegistration(
    rpc::CallContext context, v1::CreateRegistrationRequest request) {
  const v1::Registration wanted = WantedOf(request, context.caller());
  if (wanted.subject_id().empty()) co_return RefuseField("subject_id", ViolationKind::REQUIRED);
  const char* prefix = IsUnit(wanted.subject_id()) ? "unt" : "per";
  const std::optional<int> shard = env_.keys.ShardOf(wanted.subject_id(), prefix);
  if (!shard.has_value()) co_return RefuseField("subject_id", ViolationKind::UNKNOWN_REFERENCE);
  CO_RETURN_IF_ERROR(
      CheckKind(wanted.subject_id(), wanted.kind(), !wanted.through_unit_id().empty()));
  // Inside the decision: sent again after its end has come, the request still gets its first
  // answer.
  Decide<v1::Registration> decide = [&]() -> Task<absl::StatusOr<Decision>> {
    CO_RETURN_IF_ERROR(CheckExpiry(request, wanted.kind(), env_.clock.Now()));
    co_return co_await DecideCreate(wanted, context);
  };
  bool replayed = false;
  CO_ASSIGN_OR_RETURN(v1::Registration created,
                      co_await Mutate<v1::Registration>(env_, context, request, *shard,
                                                        std::move(decide), &replayed));
  if (!replayed) env_.metrics.Created();
  co_return created;
}

Task<absl::StatusOr<RegistrationHandlers::Decision>> RegistrationHandlers::DecideTransfer(
    const v1::TransferRegistrationRequest& request, Stamp stamp) {
  CO_ASSIGN_OR_RETURN(const Loaded<v1::RegistrationRecord> before,
                      co_await LoadRegistration(env_.store, env_.keys, request.registration_id()));
  CO_ASSIGN_OR_RETURN(v1::RegistrationRecord ended,
                      Moved(before.record, RegistrationEvent::kTransfer, stamp.now));
  ended.mutable_registration()->set_end_reason(v1::REGISTRATION_END_REASON_TRANSFERRED);
  ended.mutable_registration()->set_change_comment(request.comment());
  const v1::Registration& old = ended.registration();
  CO_RETURN_IF_ERROR((co_await env_.areas.TreeWith(old.area_code())).status());
  CO_ASSIGN_OR_RETURN(const AreaBook::Tree tree, co_await env_.areas.TreeWith(request.area_code()));
  CO_RETURN_IF_ERROR(CheckArea(old.subject_id(), old.kind(), *tree->Find(request.area_code())));
  CO_ASSIGN_OR_RETURN(Subject subject,
                      co_await Subject::Load(env_.store, env_.keys, old.subject_id()));
  CO_ASSIGN_OR_RETURN(const std::vector<v1::Registration> live,
                      co_await subject.LiveRegistrations(env_.store, env_.keys));
  CO_RETURN_IF_ERROR(CheckSuspensions(live, request.area_code(), CoversIn(tree)));
  CO_RETURN_IF_ERROR(CheckLive(live, subject.id(), request.area_code(), old.registration_id()));
  v1::Registration wanted;
  wanted.set_subject_id(old.subject_id());
  wanted.set_area_code(request.area_code());
  wanted.set_kind(old.kind());
  wanted.set_note(old.note());
  if (old.has_expire_time()) *wanted.mutable_expire_time() = old.expire_time();
  // Somebody who came through a unit that is not at the new area comes alone.
  if (!old.through_unit_id().empty()) {
    CO_ASSIGN_OR_RETURN(const bool may, co_await ComesThrough(subject, old.through_unit_id(),
                                                              request.area_code(), tree));
    if (may) wanted.set_through_unit_id(old.through_unit_id());
  }
  v1::RegistrationRecord opened = NewRegistration(wanted, subject.shard(), stamp.now);
  subject.Note(ended.registration());
  subject.Note(opened.registration());
  Changes changes(subject.shard(), env_.keys, *tree, std::move(stamp));
  changes.PutRegistration(before, ended, subject.liaison_id());
  changes.PutRegistration({}, opened, subject.liaison_id());
  subject.Put(changes);
  co_return Decision{changes.Take(), std::move(*opened.mutable_registration())};
}

RegistrationHandlers::Answer RegistrationHandlers::TransferRegistration(
    rpc::CallContext context, v1::TransferRegistrationRequest request) {
  const std::optional<int> shard = env_.keys.ShardOf(request.registration_id(), "reg");
  if (!shard.has_value()) co_return NotFound("registration", request.registration_id());
  Decide<v1::Registration> decide = [&] { return DecideTransfer(request, StampOf(env_, context)); };
  bool replayed = false;
  CO_ASSIGN_OR_RETURN(v1::Registration opened,
                      co_await Mutate<v1::Registration>(env_, context, request, *shard,
                                                        std::move(decide), &replayed));
  if (!replayed) env_.metrics.Transition(RegistrationEvent::kTransfer);
  co_return opened;
}

}  // namespace baodao::registration
