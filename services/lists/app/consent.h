// Whether somebody has consented to the text about privacy, which registration knows.
#pragma once

#include <absl/status/status.h>

#include "services/lists/app/app.h"

namespace baodao::lists {

// CONSENT_REQUIRED where a text is in force that the caller has not consented to. Whoever
// registration does not know, an operator's token or another issuer's, has nothing to consent with.
Task<absl::Status> CheckConsent(App& app, rpc::CallContext context);

}  // namespace baodao::lists
