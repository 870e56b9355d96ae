// Granting and revoking roles.
#include <utility>

#include "common/status/macros.h"
#include "services/registration/domain/role_rules.h"
#include "services/registration/rpc/reach.h"
#include "services/registration/rpc/session_handlers.h"

namespace baodao::registration {
namespace {

v1::ListRolesResponse RolesOf(const v1::PersonRecord& person) {
  v1::ListRolesResponse response;
  *response.mutable_grants() = person.grants();
  return response;
}

}  // namespace

Task<absl::StatusOr<auth::Principal>> SessionHandlers::CallerNow(auth::Principal caller,
                                                                 const v1::PersonRecord& target) {
  if (!caller.IsPerson() || caller.session_id.empty()) co_return caller;
  caller.grants.clear();
  if (caller.person_id == target.person().person_id()) {
    // The very record whose version the commit expects: a revocation in between makes it conflict.
    caller.grants = GrantsOf(target);
  } else if (env_.keys.ShardOf(caller.person_id, "per").has_value()) {
    CO_ASSIGN_OR_RETURN(
        const Loaded<v1::PersonRecord> own,
        co_await Load<v1::PersonRecord>(env_.store, env_.keys.Person(caller.person_id)));
    caller.grants = GrantsOf(own.record);
  }
  co_return caller;
}

template <class Request>
Task<absl::StatusOr<store::Decision<v1::ListRolesResponse>>> SessionHandlers::DecideRole(
    rpc::CallContext context, const Request& request, bool granted, AreaBook::Tree tree) {
  CO_ASSIGN_OR_RETURN(const Loaded<v1::PersonRecord> before,
                      co_await LoadPerson(request.person_id()));
  CO_ASSIGN_OR_RETURN(const auth::Principal caller,
                      co_await CallerNow(context.caller(), before.record));
  // A role below gives nothing that the one above does not, but it would outlive its revocation.
  if (granted && caller.IsPerson() && caller.person_id == request.person_id()) {
    co_return Refuse(Reason::GRANT_TOO_WIDE);
  }
  const Covers covers = [&](std::string_view above, std::string_view below) {
    return tree->Covers(above, below);
  };
  CO_RETURN_IF_ERROR(CheckMayChangeRole(caller, request.role(), request.area_code(), covers));
  v1::PersonRecord after = before.record;
  const bool changed = granted ? AddGrant(request.role(), request.area_code(), &after)
                               : RemoveGrant(request.role(), request.area_code(), &after);
  if (after.grants_size() > kMaxGrants) {
    Metadata most{{"max", std::to_string(kMaxGrants)}};
    co_return RefuseField("role", ViolationKind::TOO_MANY, std::move(most));
  }
  Changes changes(env_.keys.keys().ShardOfId(request.person_id()), env_.keys, *tree,
                  StampOf(env_, context));
  if (changed) {
    changes.PutPerson(before, after);
    events::v1::Event event;
    auto* change = event.mutable_role_changed();
    change->set_person_id(request.person_id());
    change->set_role(request.role());
    change->set_area_code(request.area_code());
    change->set_granted(granted);
    changes.Emit(std::move(event));
  } else {
    changes.commit().Expect(env_.keys.Person(request.person_id()), before.version);
  }
  co_return store::Decision<v1::ListRolesResponse>{changes.Take(), RolesOf(after)};
}

template <class Request>
Task<absl::StatusOr<v1::ListRolesResponse>> SessionHandlers::ChangeRole(rpc::CallContext context,
                                                                        const Request& request,
                                                                        bool granted) {
  CO_ASSIGN_OR_RETURN(const AreaBook::Tree tree, co_await env_.areas.TreeWith(request.area_code()));
  const std::optional<int> shard = env_.keys.ShardOf(request.person_id(), "per");
  if (!shard.has_value()) co_return NotFound("person", request.person_id());
  Decide<v1::ListRolesResponse> decide = [&] {
    return DecideRole(context, request, granted, tree);
  };
  co_return co_await Mutate<v1::ListRolesResponse>(env_, context, request, *shard,
                                                   std::move(decide));
}

Task<absl::StatusOr<v1::ListRolesResponse>> SessionHandlers::GrantRole(
    rpc::CallContext context, v1::GrantRoleRequest request) {
  co_return co_await ChangeRole(context, request, true);
}

Task<absl::StatusOr<v1::ListRolesResponse>> SessionHandlers::RevokeRole(
    rpc::CallContext context, v1::RevokeRoleRequest request) {
  co_return co_await ChangeRole(context, request, false);
}

Task<absl::StatusOr<v1::ListRolesResponse>> SessionHandlers::ListRoles(
    rpc::CallContext context, v1::ListRolesRequest request) {
  CO_ASSIGN_OR_RETURN(const Subject subject,
                      co_await Subject::Load(env_.store, env_.keys, request.person_id()));
  CO_RETURN_IF_ERROR(co_await CheckReach(env_, context, subject));
  CO_ASSIGN_OR_RETURN(const Loaded<v1::PersonRecord> loaded,
                      co_await LoadPerson(request.person_id()));
  co_return RolesOf(loaded.record);
}

}  // namespace baodao::registration
