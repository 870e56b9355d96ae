// Where a resource of registration belongs, for the access rules.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "common/async/task.h"
#include "common/rpc/access.h"
#include "common/store/store.h"

namespace baodao::registration {

// per_…: the areas of the person's live registrations, PENDING ones too (whoever reviews must see
// who it is), and those that granted them a credential; owned by the person. What more than a look
// at the person needs is asked by the methods: CheckReach, credential_rules. unt_…: the unit's own
// area, owned by its liaison. reg_…: its area, owned by whoever speaks for its subject. NOT_FOUND
// for anything else. `store` outlives the task.
Task<absl::StatusOr<rpc::Scope>> ResolveScope(store::Store& store, std::string resource_id);

}  // namespace baodao::registration
