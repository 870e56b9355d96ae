// Granting and revoking roles.
#include <utility>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/registration/app/reach.h"
#include "services/registration/app/subject.h"
#include "services/registration/domain/role_rules.h"
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
  } else {
    CO_ASSIGN_OR_RETURN(const auto own, co_await app_.records.Find(kPerson, caller.person_id));
    caller.grants = GrantsOf(own.record);
  }
  co_return caller;
}

template <class Request>
Task<absl::StatusOr<v1::ListRolesResponse>> SessionHandlers::DecideRole(
    record::Transaction& transaction, rpc::CallContext context, const Request& request,
    bool granted, AreaBook::Tree tree) {
  CO_ASSIGN_OR_RETURN(const auto before,
                      co_await app_.records.Load(context, kPerson, request.person_id()));
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
Task<absl::StatusOr<v1::ListRolesResponse>> SessionHandlers::ChangeRole(rpc::CallContext context,
                                                                        const Request& request,
                                                                        bool granted) {
  CO_ASSIGN_OR_RETURN(const AreaBook::Tree tree, co_await app_.areas.TreeWith(request.area_code()));
  record::Decide<v1::ListRolesResponse> decide = [&](record::Transaction& transaction) {
    return DecideRole(transaction, context, request, granted, tree);
  };
  const int shard = app_.store().keys().ShardOfId(request.person_id());
  co_return co_await app_.records.Mutate<v1::ListRolesResponse>(context, request, shard,
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
                      co_await Subject::Load(app_.records, request.person_id()));
  CO_RETURN_IF_ERROR(co_await CheckReach(app_, context, subject));
  CO_ASSIGN_OR_RETURN(const auto loaded,
                      co_await app_.records.Load(context, kPerson, request.person_id()));
  co_return RolesOf(loaded.record);
}

}  // namespace baodao::registration
