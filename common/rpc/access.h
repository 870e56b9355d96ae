// The functions by which a service tells the access check about its areas and resources.
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

// The area of a resource and its owners.
struct Scope {
  std::string area_code;
  std::vector<std::string> owner_ids;  // person ids
  // Further areas of a resource that belongs to several (a person who reported to some): a role at
  // any of them will do.
  std::vector<std::string> more_area_codes;
};

// NOT_FOUND (any named refusal) when there is no such resource; the chain answers with that status.
// It may leave what it reads in the context for the handler (CallContext::Keep).
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
