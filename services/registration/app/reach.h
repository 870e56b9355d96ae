// How far a coordinator's right reaches over people.
#pragma once

#include <absl/status/status.h>

#include "common/async/task.h"
#include "common/rpc/context.h"
#include "services/registration/app/app.h"
#include "services/registration/app/subject.h"

namespace baodao::registration {

// Whether the caller may see what concerns the whole subject: a person themself, a coordinator of
// an area where the person is ACTIVE or SUSPENDED, services, operators of everything.
// PERMISSION_DENIED for others; those to whom the person has only reported see that registration.
// For units it is OK: their access rule has decided.
Task<absl::Status> CheckReach(App& app, rpc::CallContext context, const Subject& subject);

}  // namespace baodao::registration
