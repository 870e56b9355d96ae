// Ending sessions.
#pragma once

#include <absl/status/status.h>

#include <string>

#include "services/registration/app/app.h"

namespace baodao::registration {

// Nothing where it has ended, or is not there.
Task<absl::Status> EndSession(App& app, record::Origin origin, std::string session_id);

// Once a phone is in force: ends the person's other sessions. `before` is the person with the old
// phone, `after` with the new one.
Task<absl::Status> EndOtherSessions(App& app, record::Origin origin, v1::PersonRecord before,
                                    v1::PersonRecord after);

}  // namespace baodao::registration
