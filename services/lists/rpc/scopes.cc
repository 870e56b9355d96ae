#include "services/lists/rpc/scopes.h"

#include <string>
#include <utility>

#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::lists {
namespace {

Task<absl::StatusOr<rpc::Scope>> NeedScope(Deps deps, std::string id) {
  CO_ASSIGN_OR_RETURN(const Loaded<v1::NeedRecord> loaded, co_await deps.lists.LoadNeed(id));
  rpc::Scope scope;
  scope.area_code = loaded.record.need().area_code();
  scope.owner_ids.push_back(loaded.record.need().requester_id());
  co_return scope;
}

Task<absl::StatusOr<rpc::Scope>> ResourceScope(Deps deps, std::string id) {
  CO_ASSIGN_OR_RETURN(const Loaded<v1::ResourceRecord> loaded,
                      co_await deps.lists.LoadResource(id));
  const std::string owner = loaded.record.resource().owner_id();
  rpc::Scope scope;
  scope.area_code = loaded.record.resource().area_code();
  if (!ids::IsValid(owner, "unt")) {
    scope.owner_ids.push_back(owner);
    co_return scope;
  }
  CO_ASSIGN_OR_RETURN(const registration::v1::Unit unit,
                      co_await deps.peers.GetUnit(rpc::CallOptions(), owner));
  scope.owner_ids.push_back(unit.liaison_id());
  co_return scope;
}

Task<absl::StatusOr<rpc::Scope>> ProjectScope(Deps deps, std::string id) {
  CO_ASSIGN_OR_RETURN(const Loaded<v1::ProjectRecord> loaded, co_await deps.lists.LoadProject(id));
  const v1::Project& project = loaded.record.project();
  rpc::Scope scope;
  scope.area_code = project.area_code();
  if (project.unit_id().empty()) co_return scope;
  // Who speaks for the unit now, not who claimed the project for it.
  CO_ASSIGN_OR_RETURN(const registration::v1::Unit unit,
                      co_await deps.peers.GetUnit(rpc::CallOptions(), project.unit_id()));
  if (!unit.liaison_id().empty()) scope.owner_ids.push_back(unit.liaison_id());
  co_return scope;
}

Task<absl::StatusOr<rpc::Scope>> Resolve(Deps deps, std::string id) {
  if (ids::IsValid(id, "ned")) return NeedScope(deps, std::move(id));
  if (ids::IsValid(id, "res")) return ResourceScope(deps, std::move(id));
  if (ids::IsValid(id, "prj")) return ProjectScope(deps, std::move(id));
  return [](std::string unknown) -> Task<absl::StatusOr<rpc::Scope>> {
    co_return NotFound("record", unknown);
  }(std::move(id));
}

}  // namespace

rpc::AccessPolicy PolicyOf(Deps deps) {
  rpc::AccessPolicy policy;
  policy.covers = [deps](std::string_view ancestor, std::string_view descendant) {
    return deps.areas.Covers(ancestor, descendant);
  };
  policy.resolve = [deps](std::string id) { return Resolve(deps, std::move(id)); };
  return policy;
}

}  // namespace baodao::lists
