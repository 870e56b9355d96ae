// ResourceService.
#include <utility>

#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/lists/app/details.h"
#include "services/lists/rpc/services.h"

namespace baodao::lists {
namespace {

absl::StatusOr<v1::Resource> PresentResource(App& app, const rpc::CallContext& context,
                                             v1::ResourceRecord record) {
  v1::Resource resource = PublicView(std::move(*record.mutable_resource()));
  const bool own = context.caller().IsPerson() && context.caller().person_id == resource.owner_id();
  if (own) RETURN_IF_ERROR(RevealPlace(app.key_ring, record.sealed_place(), &resource));
  return resource;
}

Task<absl::StatusOr<std::string>> OwnerFor(App& app, rpc::CallContext context, std::string asked) {
  const auth::Principal& caller = context.caller();
  if (caller.IsPerson() && (asked.empty() || asked == caller.person_id)) co_return caller.person_id;
  if (asked.empty()) co_return RefuseField("owner_id", ViolationKind::REQUIRED);
  if (ids::IsValid(asked, "unt")) {
    CO_RETURN_IF_ERROR(co_await CheckLiaison(context, app.peers, asked));
    co_return asked;
  }
  co_return Refuse(Reason::PERMISSION_DENIED);
}

Task<absl::Status> CheckReason(App& app, rpc::CallContext context, const v1::Resource& resource,
                               const std::string& reason) {
  const std::string& owner = resource.owner_id();
  if (!reason.empty() || (context.caller().IsPerson() && context.caller().person_id == owner)) {
    co_return absl::OkStatus();
  }
  if (!IsOfPerson(resource)) {
    const absl::Status liaison = co_await CheckLiaison(context, app.peers, owner);
    if (liaison.ok() || absl::IsUnavailable(liaison)) co_return liaison;
  }
  co_return RefuseField("reason", ViolationKind::REQUIRED);
}

Task<absl::StatusOr<v1::Resource>> CreateResource(App& app, rpc::CallContext context,
                                                  v1::CreateResourceRequest request) {
  const auto tree = app.records.tree();
  CO_RETURN_IF_ERROR(areas::CheckKnown(*tree, request.area_code()));
  CO_ASSIGN_OR_RETURN(const std::string owner, co_await OwnerFor(app, context, request.owner_id()));
  record::Decide<v1::ResourceRecord> decide =
      [&](record::Transaction& transaction) -> Task<absl::StatusOr<v1::ResourceRecord>> {
    CO_RETURN_IF_ERROR(areas::CheckOpen(*tree, request.area_code()));
    CO_RETURN_IF_ERROR(areas::CheckPlaceOf(*tree, request.area_code(), request));
    v1::ResourceRecord record;
    CO_ASSIGN_OR_RETURN(*record.mutable_resource(), NewResource(request, owner, transaction.now()));
    const std::string id = app.records.NewId(kResource, transaction.shard());
    record.mutable_resource()->set_resource_id(id);
    if (IsOfPerson(record.resource())) {
      record.set_sealed_place(SealPlace(app.key_ring, id, request));
    }
    transaction.Put(kResource, {}, record);
    co_return record;
  };
  CO_ASSIGN_OR_RETURN(
      v1::ResourceRecord created,
      co_await app.daily_limit.Add(app.records, "resource", context, request,
                                   app.records.ShardOf(request.area_code()), std::move(decide)));
  co_return PresentResource(app, context, std::move(created));
}

Task<absl::StatusOr<v1::Resource>> GetResource(App& app, rpc::CallContext context,
                                               v1::GetResourceRequest request) {
  CO_ASSIGN_OR_RETURN(auto loaded,
                      co_await app.records.Load(context, kResource, request.resource_id()));
  co_return PresentResource(app, context, std::move(loaded.record));
}

Task<absl::StatusOr<v1::ListResourcesResponse>> ListResources(App& app, rpc::CallContext context,
                                                              v1::ListResourcesRequest request) {
  CO_RETURN_IF_ERROR(areas::CheckKnown(*app.records.tree(), request.area_code()));
  record::PageQuery query = app.records.InArea(kResource, request.area_code(), request.states());
  query.tag = request.category();
  const auto show = [&](v1::ListResourcesResponse* response,
                        record::Versioned<v1::ResourceRecord> found) {
    ASSIGN_OR_RETURN(*response->add_resources(),
                     PresentResource(app, context, std::move(found.record)));
    return absl::OkStatus();
  };
  co_return co_await app.records.List<v1::ListResourcesResponse, v1::ResourceRecord>(
      context, kResource, request, std::move(query), show);
}

Task<absl::StatusOr<v1::Resource>> WithdrawResource(App& app, rpc::CallContext context,
                                                    v1::WithdrawResourceRequest request) {
  record::Decide<v1::ResourceRecord> decide =
      [&](record::Transaction& transaction) -> Task<absl::StatusOr<v1::ResourceRecord>> {
    CO_ASSIGN_OR_RETURN(const auto before,
                        co_await app.records.Load(context, kResource, request.resource_id()));
    v1::ResourceRecord after = before.record;
    v1::Resource* const resource = after.mutable_resource();
    CO_RETURN_IF_ERROR(lists::Withdraw(resource, request.reason(), transaction.now()));
    CO_RETURN_IF_ERROR(co_await CheckReason(app, context, *resource, request.reason()));
    transaction.Put(kResource, before, after);
    co_return after;
  };
  const int shard = app.records.store().keys().ShardOfId(request.resource_id());
  CO_ASSIGN_OR_RETURN(
      v1::ResourceRecord withdrawn,
      co_await app.records.Mutate<v1::ResourceRecord>(context, request, shard, std::move(decide)));
  co_return PresentResource(app, context, std::move(withdrawn));
}

}  // namespace

void RegisterResources(App& app, rpc::Router& router) {
  const std::string service = "baodao.lists.v1.ResourceService/";
  router.Unary(service + "CreateResource", app, &CreateResource);
  router.Unary(service + "GetResource", app, &GetResource);
  router.Unary(service + "ListResources", app, &ListResources);
  router.Unary(service + "WithdrawResource", app, &WithdrawResource);
}

}  // namespace baodao::lists
