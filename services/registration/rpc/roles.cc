// Roles in SessionService: granting, revoking and listing them.
#include <utility>

#include "common/areas/covers.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/registration/app/reach.h"
#include "services/registration/app/subject.h"
#include "services/registration/domain/account_deletion.h"
#include "services/registration/domain/role_rules.h"
#include "services/registration/rpc/routes.h"

namespace baodao::registration {
namespace {

v1::ListRolesResponse RolesOf(const v1::PersonRecord& person) {
  v1::ListRolesResponse response;
  *response.mutable_grants() = person.grants();
  return response;
}

using RolesAnswer = Task<absl::StatusOr<v1::ListRolesResponse>>;

// The caller with the roles they hold now: a token of a session carries for 15 minutes what may
// have been revoked since. Services, and the tokens without a session that are minted for
// operators, stay as they are. `target` is whose roles change.
Task<absl::StatusOr<auth::Principal>> CallerNow(App& app, auth::Principal caller,
                                                const v1::PersonRecord& target) {
  if (!caller.IsPerson() || caller.session_id.empty()) co_return caller;
  caller.grants.clear();
  if (caller.person_id == target.person().person_id()) {
    // The very record whose version the commit expects: a revocation in between makes it conflict.
    caller.grants = GrantsOf(target);
  } else {
    CO_ASSIGN_OR_RETURN(const auto own, co_await app.records.Find(kPerson, caller.person_id));
    caller.grants = GrantsOf(own.record);
  }
  co_return caller;
}

template <class Request>
RolesAnswer DecideRole(App& app, record::Transaction& transaction, rpc::CallContext context,
                       const Request& request, bool granted, record::Repository::Tree tree) {
  CO_ASSIGN_OR_RETURN(const auto before,
                      co_await app.records.Load(context, kPerson, request.person_id()));
  CO_ASSIGN_OR_RETURN(const auth::Principal caller,
                      co_await CallerNow(app, context.caller(), before.record));
  CO_RETURN_IF_ERROR(CheckNotErased(before.record));
  // A role below gives nothing that the one above does not, but it would outlive its revocation.
  // Giving up their own widens nothing.
  const bool own = caller.Is(request.person_id());
  if (granted && own) co_return Refuse(Reason::GRANT_TOO_WIDE);
  if (!own) {
    const auth::Covers covers = areas::CoversIn(tree);
    CO_RETURN_IF_ERROR(CheckMayChangeRole(caller, request.role(), request.area_code(), covers));
  }
  // Revoked it may be where it was held.
  if (granted && !request.area_code().empty()) {
    CO_RETURN_IF_ERROR(areas::CheckOpen(*tree, request.area_code()));
  }
  v1::PersonRecord after = before.record;
  const bool changed = granted ? AddGrant(request.role(), request.area_code(), &after)
                               : RemoveGrant(request.role(), request.area_code(), &after);
  if (after.grants_size() > kMaxGrants) {
    Metadata most{{"max", std::to_string(kMaxGrants)}};
    co_return RefuseField("role", ViolationKind::TOO_MANY, std::move(most));
  }
  if (!changed) {
    transaction.Expect(kPerson, request.person_id(), before.version);
    co_return RolesOf(after);
  }
  transaction.Put(kPerson, before, after);
  events::v1::Event event;
  auto* change = event.mutable_role_changed();
  change->set_person_id(request.person_id());
  change->set_role(request.role());
  change->set_area_code(request.area_code());
  change->set_granted(granted);
  transaction.Emit(std::move(event));
  co_return RolesOf(after);
}

template <class Request>
RolesAnswer ChangeRole(App& app, rpc::CallContext context, const Request& request, bool granted) {
  CO_ASSIGN_OR_RETURN(const auto tree, co_await app.records.TreeWith(request.area_code()));
  record::Decide<v1::ListRolesResponse> decide = [&](record::Transaction& transaction) {
    return DecideRole(app, transaction, context, request, granted, tree);
  };
  const int shard = app.records.ShardOfId(request.person_id());
  co_return co_await app.records.Mutate<v1::ListRolesResponse>(context, request, shard,
                                                               std::move(decide));
}

RolesAnswer GrantRole(App& app, rpc::CallContext context, v1::GrantRoleRequest request) {
  co_return co_await ChangeRole(app, context, request, true);
}

RolesAnswer RevokeRole(App& app, rpc::CallContext context, v1::RevokeRoleRequest request) {
  co_return co_await ChangeRole(app, context, request, false);
}

RolesAnswer ListRoles(App& app, rpc::CallContext context, v1::ListRolesRequest request) {
  CO_ASSIGN_OR_RETURN(const Subject subject,
                      co_await Subject::Load(app.records, request.person_id()));
  CO_RETURN_IF_ERROR(co_await CheckReach(app, context, subject));
  CO_ASSIGN_OR_RETURN(const auto loaded,
                      co_await app.records.Load(context, kPerson, request.person_id()));
  co_return RolesOf(loaded.record);
}

}  // namespace

void RegisterRoles(App& app, rpc::Router& router) {
  const std::string service = "baodao.registration.v1.SessionService/";
  router.Unary(service + "GrantRole", app, &GrantRole);
  router.Unary(service + "RevokeRole", app, &RevokeRole);
  router.Unary(service + "ListRoles", app, &ListRoles);
}

}  // namespace baodao::registration
