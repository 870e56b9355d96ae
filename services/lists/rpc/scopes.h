// Where needs, resources and projects belong and who owns them, for the access rules.
#pragma once

#include "common/rpc/access.h"
#include "services/lists/rpc/deps.h"

namespace baodao::lists {

// NOT_FOUND for ids of other things. `deps` outlives the policy.
rpc::AccessPolicy PolicyOf(Deps deps);

}  // namespace baodao::lists
