#include "services/records/app/unit_sight.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/areas/covers.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/records/app/ask.h"
#include "services/records/domain/rows.h"

namespace baodao::records {
namespace {

using UnitPtr = std::shared_ptr<const UnitFact>;

std::string UnitKey(const std::string& unit_id) { return "unit:" + unit_id; }

}  // namespace

rpc::AccessPolicy UnitSight::Policy(rpc::AccessPolicy others) {
  rpc::AccessPolicy policy = others;
  policy.resolve = [this, resolve = std::move(others.resolve)](rpc::CallContext context,
                                                               std::string id) {
    return IsUnit(id) ? ScopeOf(std::move(context), std::move(id))
                      : resolve(std::move(context), std::move(id));
  };
  return policy;
}

Task<absl::StatusOr<UnitPtr>> UnitSight::Read(std::string unit_id) {
  using Found = std::optional<UnitFact>;
  Database::Work<Found> read = [unit_id](Connection& connection) {
    return ReadUnit(connection, unit_id);
  };
  CO_ASSIGN_OR_RETURN(Found found,
                      co_await Ask(database_, metrics_, metrics_.unit_seconds, std::move(read)));
  if (!found) co_return NotFound("unit", unit_id);
  co_return std::make_shared<const UnitFact>(*std::move(found));
}

Task<absl::StatusOr<rpc::Scope>> UnitSight::ScopeOf(rpc::CallContext context, std::string unit_id) {
  CO_ASSIGN_OR_RETURN(UnitPtr unit, co_await Read(unit_id));
  rpc::Scope scope;
  scope.more_area_codes = unit->areas;
  scope.owner_ids = unit->liaison_ids;
  context.Keep(UnitKey(unit_id), std::move(unit));
  co_return scope;
}

Task<absl::StatusOr<UnitPtr>> UnitSight::Find(rpc::CallContext context, std::string unit_id) {
  auto kept = std::static_pointer_cast<const UnitFact>(context.Take(UnitKey(unit_id)));
  if (kept) co_return kept;
  if (!IsUnit(unit_id)) co_return NotFound("unit", unit_id);
  co_return co_await Read(std::move(unit_id));
}

std::function<bool(const std::string&)> UnitSight::Sees(const rpc::CallContext& context,
                                                        const UnitFact& unit) const {
  const auth::Principal& caller = context.caller();
  const bool liaison =
      caller.IsPerson() && std::ranges::count(unit.liaison_ids, caller.person_id) > 0;
  if (caller.IsService() || liaison ||
      std::ranges::any_of(caller.grants, &auth::RoleGrant::OfEverything)) {
    return [](const std::string&) { return true; };
  }
  return [caller, covers = areas::CoversIn(areas_.tree())](const std::string& code) {
    return caller.Coordinates(code, covers);
  };
}

}  // namespace baodao::records
