// Moving a registration from one state to the next, for handlers and timers alike.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <string>

#include "services/registration/app/app.h"

namespace baodao::registration {

// Sets further fields of a registration that moves.
using Edit = std::function<void(v1::Registration&)>;

// The registration in the state that `event` leads to, with its update time; WRONG_STATE otherwise,
// REGISTRATION_SUSPENDED where its subject would withdraw from a suspension.
absl::StatusOr<v1::RegistrationRecord> Moved(const v1::RegistrationRecord& record,
                                             RegistrationEvent event, Time now);

// Moves a registration, and what its subject knows of it. Refuses as Moved does; with
// OWN_REGISTRATION who would judge what is their own, and with REGISTRATION_SUSPENDED the approval
// of one beside a suspension. A withdrawal by anybody but the subject is a dismissal. `before` may
// be changed by no other transaction meanwhile.
Task<absl::StatusOr<v1::Registration>> Move(App& app, record::Transaction& transaction,
                                            record::Versioned<v1::RegistrationRecord> before,
                                            RegistrationEvent event, Edit edit);

// Ends one whose deadline has come.
Task<absl::Status> Lapse(App& app, record::Transaction& transaction,
                         record::Versioned<v1::RegistrationRecord> before);

// Adds to a registration's event who speaks for its subject.
record::Transaction::Edit ToldTo(const std::string& liaison_id);

}  // namespace baodao::registration
