// Moving a registration from one state to the next, for handlers and timers alike.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <string>
#include <utility>

#include "common/async/task.h"
#include "common/store/mutate.h"
#include "common/store/store.h"
#include "services/registration/domain/registration_machine.h"
#include "services/registration/store/area_book.h"
#include "services/registration/store/changes.h"
#include "services/registration/store/keys.h"

namespace baodao::registration {

// NOT_FOUND when there is none of this id.
Task<absl::StatusOr<Loaded<v1::RegistrationRecord>>> LoadRegistration(store::Store& store,
                                                                      const RecordKeys& keys,
                                                                      std::string id);

// The registration in the state that `event` leads to, with its update time; WRONG_STATE otherwise,
// REGISTRATION_SUSPENDED where its subject would withdraw from a suspension.
absl::StatusOr<v1::RegistrationRecord> Moved(const v1::RegistrationRecord& record,
                                             RegistrationEvent event, Time now);

// What else changes in a registration that moves.
using Edit = std::function<void(v1::Registration&)>;

// Decides the move of one registration. Refuses as LoadRegistration and Moved do; with
// OWN_REGISTRATION who would judge what is their own, and with REGISTRATION_SUSPENDED the approval
// of one beside a suspension. `event` is what was asked for, and then what it is: a withdrawal by
// anybody but the subject is a dismissal.
Task<absl::StatusOr<store::Decision<v1::Registration>>> DecideMove(store::Store& store,
                                                                   const RecordKeys& keys,
                                                                   AreaBook& areas, std::string id,
                                                                   RegistrationEvent* event,
                                                                   Edit edit, Stamp stamp);

}  // namespace baodao::registration
