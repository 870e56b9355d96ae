// What the access check needs from a service to decide about areas and resources.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/async/task.h"
#include "common/auth/principal.h"
#include "common/rpc/context.h"

namespace baodao::rpc {

// Where a resource belongs and who owns it.
struct Scope {
  std::string area_code;
  std::vector<std::string> owner_ids;  // person ids
  // Where a resource belongs to several areas (a person who reported to some): a role at any of
  // them will do.
  std::vector<std::string> more_area_codes;
};

// NOT_FOUND (any named refusal) when there is no such resource; the chain answers with that status.
// What it reads it may leave in the context for the handler (CallContext::Keep).
using ScopeResolver =
    std::function<Task<absl::StatusOr<Scope>>(CallContext context, std::string resource_id)>;

// Both functions run on the loop. An operator's grant without an area holds everywhere and needs
// neither.
struct AccessPolicy {
  // Whether `descendant` is `ancestor` or lies below it. Unknown codes are covered by nobody.
  auth::Covers covers;
  // Needed when a rule of the service names a `resource`.
  ScopeResolver resolve;
};

}  // namespace baodao::rpc
