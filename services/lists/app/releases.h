// Who was shown which contact.
#pragma once

#include <absl/status/status.h>

#include "services/lists/app/app.h"

namespace baodao::lists {

// Puts on record that the caller sees the contact of what `released` names: call it before it is
// shown. `id`: of that record.
Task<absl::Status> RecordRelease(App& app, rpc::CallContext context,
                                 events::v1::ContactReleased released, std::string id);

}  // namespace baodao::lists
