#include "services/registration/store/moves.h"

#include <vector>

#include "common/clock/timestamp.h"
#include "common/status/status.h"
#include "services/registration/domain/registration_rules.h"
#include "services/registration/store/subject.h"

namespace baodao::registration {
namespace {

// It may have been reported before the suspension.
Task<absl::Status> CheckNotSuspended(store::Store& store, const RecordKeys& keys,
                                     const Subject& subject, const v1::Registration& approved,
                                     AreaBook::Tree tree) {
  CO_ASSIGN_OR_RETURN(const std::vector<v1::Registration> live,
                      co_await subject.LiveRegistrations(store, keys));
  co_return CheckSuspensions(live, approved.area_code(), CoversIn(std::move(tree)));
}

}  // namespace

Task<absl::StatusOr<Loaded<v1::RegistrationRecord>>> LoadRegistration(store::Store& store,
                                                                      const RecordKeys& keys,
                                                                      std::string id) {
  if (!keys.ShardOf(id, "reg").has_value()) co_return NotFound("registration", std::move(id));
  CO_ASSIGN_OR_RETURN(Loaded<v1::RegistrationRecord> loaded,
                      co_await Load<v1::RegistrationRecord>(store, keys.Registration(id)));
  if (!loaded.exists()) co_return NotFound("registration", std::move(id));
  co_return loaded;
}

absl::StatusOr<v1::RegistrationRecord> Moved(const v1::RegistrationRecord& record,
                                             RegistrationEvent event, Time now) {
  const v1::RegistrationState state = record.registration().state();
  const std::optional<v1::RegistrationState> next = Next(state, event);
  if (state == v1::REGISTRATION_STATE_SUSPENDED && event == RegistrationEvent::kWithdraw) {
    const v1::Registration& suspended = record.registration();
    return Refuse(Reason::REGISTRATION_SUSPENDED,
                  {{"registration", suspended.registration_id()}, {"area", suspended.area_code()}});
  }
  if (!next.has_value()) return WrongState(StateName(state));
  v1::RegistrationRecord after = record;
  after.mutable_registration()->set_state(*next);
  *after.mutable_registration()->mutable_update_time() = ToTimestamp(now);
  return after;
}

Task<absl::StatusOr<store::Decision<v1::Registration>>> DecideMove(store::Store& store,
                                                                   const RecordKeys& keys,
                                                                   AreaBook& areas, std::string id,
                                                                   RegistrationEvent* event,
                                                                   Edit edit, Stamp stamp) {
  CO_ASSIGN_OR_RETURN(const Loaded<v1::RegistrationRecord> before,
                      co_await LoadRegistration(store, keys, std::move(id)));
  CO_ASSIGN_OR_RETURN(Subject subject, co_await Subject::Load(
                                           store, keys, before.record.registration().subject_id()));
  const bool own = subject.speaker() == stamp.actor_id;
  if (own && IsJudgement(*event)) co_return Refuse(Reason::OWN_REGISTRATION);
  // A coordinator ends what is their own as anybody does.
  if (!own && *event == RegistrationEvent::kWithdraw) *event = RegistrationEvent::kDismiss;
  CO_ASSIGN_OR_RETURN(v1::RegistrationRecord after, Moved(before.record, *event, stamp.now));
  v1::Registration& registration = *after.mutable_registration();
  edit(registration);
  CO_ASSIGN_OR_RETURN(const AreaBook::Tree tree, co_await areas.TreeWith(registration.area_code()));
  if (*event == RegistrationEvent::kApprove) {
    CO_RETURN_IF_ERROR(co_await CheckNotSuspended(store, keys, subject, registration, tree));
  }
  subject.Note(registration);
  Changes changes(subject.shard(), keys, *tree, std::move(stamp));
  changes.PutRegistration(before, after, subject.liaison_id());
  subject.Put(changes);
  co_return store::Decision<v1::Registration>{changes.Take(), std::move(registration)};
}

}  // namespace baodao::registration
