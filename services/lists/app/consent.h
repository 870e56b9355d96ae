// Whether somebody has consented to the text about privacy, which registration knows.
#pragma once

#include <absl/status/status.h>

#include "services/lists/app/app.h"

namespace baodao::lists {

// Whether the caller may bring in something private. CONSENT_REQUIRED where a text is in force that
// they have not consented to. A caller whom registration does not know, an operator's token or
// another issuer's, has nothing to consent with. SESSION_ENDED where their account was deleted.
Task<absl::Status> CheckConsent(App& app, rpc::CallContext context);

}  // namespace baodao::lists
