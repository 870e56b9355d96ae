#include "services/records/app/sight.h"

#include <algorithm>
#include <utility>

#include "common/areas/covers.h"
#include "common/status/macros.h"
#include "services/records/app/ask.h"
#include "services/records/store/reads.h"

namespace baodao::records {
namespace {

std::string KeptKey(const std::string& person_id) { return "areas:" + person_id; }

bool SeesEverything(const auth::Principal& caller, const std::string& person_id) {
  return caller.IsService() || caller.person_id == person_id ||
         std::ranges::any_of(caller.grants, &auth::RoleGrant::OfEverything);
}

}  // namespace

rpc::AccessPolicy Sight::Policy() {
  rpc::AccessPolicy policy;
  policy.covers = [this](std::string_view ancestor, std::string_view descendant) {
    return areas_.Covers(ancestor, descendant);
  };
  policy.resolve = [this](rpc::CallContext context, std::string person_id) {
    return ScopeOf(std::move(context), std::move(person_id));
  };
  return policy;
}

Task<absl::StatusOr<Sight::Codes>> Sight::Read(std::string person_id) {
  Database::Work<Codes> read = [person_id = std::move(person_id)](Connection& connection) {
    return AreasOf(connection, person_id);
  };
  co_return co_await Ask(database_, metrics_, metrics_.areas_seconds, std::move(read));
}

Task<absl::StatusOr<rpc::Scope>> Sight::ScopeOf(rpc::CallContext context, std::string person_id) {
  rpc::Scope scope;
  CO_ASSIGN_OR_RETURN(scope.more_area_codes, co_await Read(person_id));
  context.Keep(KeptKey(person_id), std::make_shared<const Codes>(scope.more_area_codes));
  co_return scope;
}

Task<absl::StatusOr<std::optional<std::vector<std::string>>>> Sight::AreasFor(
    rpc::CallContext context, std::string person_id, std::string area_code) {
  const std::shared_ptr<const areas::AreaTree> tree = areas_.tree();
  if (!area_code.empty()) CO_RETURN_IF_ERROR(areas::CheckKnown(*tree, area_code));
  const auth::Principal& caller = context.caller();
  const bool everything = SeesEverything(caller, person_id);
  if (everything && area_code.empty()) co_return std::nullopt;
  auto kept = std::static_pointer_cast<const Codes>(context.Take(KeptKey(person_id)));
  if (!kept) {
    CO_ASSIGN_OR_RETURN(Codes read, co_await Read(person_id));
    kept = std::make_shared<const Codes>(std::move(read));
  }
  const auth::Covers covers = areas::CoversIn(tree);
  Codes codes;
  for (const std::string& code : *kept) {
    if (!area_code.empty() && !tree->Covers(area_code, code)) continue;
    if (everything || caller.Coordinates(code, covers)) codes.push_back(code);
  }
  co_return codes;
}

}  // namespace baodao::records
