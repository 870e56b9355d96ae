// ResourceService.
#include <utility>

#include "common/areas/place_check.h"
#include "common/ids/ids.h"
#include "common/record/mask.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/lists/app/bookings.h"
#include "services/lists/app/consent.h"
#include "services/lists/app/details.h"
#include "services/lists/rpc/services.h"

namespace baodao::lists {
namespace {

using ResourceAnswer = Task<absl::StatusOr<v1::Resource>>;

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
  if (!reason.empty() || context.caller().Is(owner)) co_return absl::OkStatus();
  if (!IsOfPerson(resource)) {
    const absl::Status liaison = co_await CheckLiaison(context, app.peers, owner);
    if (liaison.ok() || absl::IsUnavailable(liaison)) co_return liaison;
  }
  co_return RefuseField("reason", ViolationKind::REQUIRED);
}

ResourceAnswer CreateResource(App& app, rpc::CallContext context,
                              v1::CreateResourceRequest request) {
  CO_ASSIGN_OR_RETURN(const std::string owner, co_await OwnerFor(app, context, request.owner_id()));
  const auto make = [&](record::Transaction& transaction,
                        std::string id) -> Task<absl::StatusOr<v1::ResourceRecord>> {
    v1::ResourceRecord record;
    CO_ASSIGN_OR_RETURN(*record.mutable_resource(), NewResource(request, owner, transaction.now()));
    if (IsOfPerson(record.resource())) {
      CO_RETURN_IF_ERROR(co_await CheckConsent(app, context));
      record.set_sealed_place(SealPlace(app.key_ring, id, request.place()));
    }
    co_return record;
  };
  co_return co_await app.records.Create(context, request, kResource, make);
}

ResourceAnswer GetResource(App& app, rpc::CallContext context, v1::GetResourceRequest request) {
  return app.records.Get(std::move(context), kResource, request.resource_id());
}

Task<absl::StatusOr<v1::ListResourcesResponse>> ListResources(App& app, rpc::CallContext context,
                                                              v1::ListResourcesRequest request) {
  CO_ASSIGN_OR_RETURN(record::PageQuery query, co_await app.records.AskedFor(kResource, request));
  co_return co_await app.records.List(context, kResource, request, std::move(query),
                                      &v1::ListResourcesResponse::add_resources);
}

Task<absl::StatusOr<v1::ListResourcesResponse>> ListMyResources(
    App& app, rpc::CallContext context, v1::ListMyResourcesRequest request) {
  CO_ASSIGN_OR_RETURN(const std::string owner, co_await OwnerFor(app, context, request.owner_id()));
  co_return co_await app.records.List(context, kResource, request,
                                      app.records.Of(kResource, owner, request.states()),
                                      &v1::ListResourcesResponse::add_resources);
}

ResourceAnswer UpdateResource(App& app, rpc::CallContext context,
                              v1::UpdateResourceRequest request) {
  const auto tree = app.records.tree();
  const auto update = [&](record::Transaction& transaction,
                          v1::ResourceRecord* record) -> Task<absl::Status> {
    v1::Resource* const resource = record->mutable_resource();
    const bool moves = record::Sets(request, "place");
    if (moves) CO_RETURN_IF_ERROR(areas::CheckPlaceOf(*tree, resource->area_code(), request));
    CO_RETURN_IF_ERROR(lists::Update(resource, request, transaction.now()));
    const bool own = context.caller().Is(resource->owner_id());
    if (own && !record::OnlyEmpties(request)) {
      CO_RETURN_IF_ERROR(co_await CheckConsent(app, context));
    }
    if (!moves || !IsOfPerson(*resource)) co_return absl::OkStatus();
    record->set_sealed_place(SealPlace(app.key_ring, resource->resource_id(), request.place()));
    co_return absl::OkStatus();
  };
  co_return co_await app.records.Change(context, request, kResource, request.resource_id(), update);
}

ResourceAnswer WithdrawResource(App& app, rpc::CallContext context,
                                v1::WithdrawResourceRequest request) {
  const auto withdraw = [&](record::Transaction& transaction,
                            v1::ResourceRecord* record) -> Task<absl::Status> {
    v1::Resource* const resource = record->mutable_resource();
    CO_RETURN_IF_ERROR(lists::Withdraw(resource, request.reason(), transaction.now()));
    if (resource->has_booking()) {
      transaction.commit().SetTimer(EndBookingsTimerOf(resource->resource_id()), transaction.now());
    }
    co_return co_await CheckReason(app, context, *resource, request.reason());
  };
  co_return co_await app.records.Change(context, request, kResource, request.resource_id(),
                                        withdraw);
}

}  // namespace

void RegisterResources(App& app, rpc::Router& router) {
  const std::string service = "baodao.lists.v1.ResourceService/";
  router.Unary(service + "CreateResource", app, &CreateResource);
  router.Unary(service + "GetResource", app, &GetResource);
  router.Unary(service + "ListResources", app, &ListResources);
  router.Unary(service + "ListMyResources", app, &ListMyResources);
  router.Unary(service + "UpdateResource", app, &UpdateResource);
  router.Unary(service + "WithdrawResource", app, &WithdrawResource);
}

}  // namespace baodao::lists
