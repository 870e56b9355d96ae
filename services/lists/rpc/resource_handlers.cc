#include "services/lists/rpc/resource_handlers.h"

#include <functional>
#include <utility>

#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/lists/domain/list_rules.h"
#include "services/lists/rpc/paged.h"
#include "services/lists/store/details.h"

namespace baodao::lists {
namespace {

using ResourceDecision = Decision<v1::ResourceRecord>;
using DecideResource = std::function<Task<absl::StatusOr<ResourceDecision>>()>;

// What is kept as the answer.
v1::ResourceRecord WithoutAreas(v1::ResourceRecord record) {
  record.clear_list_areas();
  return record;
}

}  // namespace

absl::StatusOr<v1::Resource> ResourceHandlers::Present(const rpc::CallContext& ctx,
                                                       v1::ResourceRecord record) const {
  v1::Resource resource = PublicView(std::move(*record.mutable_resource()));
  const bool own = ctx.caller().IsPerson() && ctx.caller().person_id == resource.owner_id();
  if (own) RETURN_IF_ERROR(RevealPlace(deps_.key_ring, record.sealed_place(), &resource));
  return resource;
}

Task<absl::StatusOr<std::string>> ResourceHandlers::OwnerFor(rpc::CallContext ctx,
                                                             std::string asked) {
  const auth::Principal& caller = ctx.caller();
  if (caller.IsPerson() && (asked.empty() || asked == caller.person_id)) co_return caller.person_id;
  if (asked.empty()) co_return RefuseField("owner_id", ViolationKind::REQUIRED);
  if (ids::IsValid(asked, "unt")) {
    CO_RETURN_IF_ERROR(co_await CheckLiaison(ctx, deps_.peers, asked));
    co_return asked;
  }
  co_return Refuse(Reason::PERMISSION_DENIED);
}

Task<absl::Status> ResourceHandlers::CheckReason(rpc::CallContext ctx, const v1::Resource& resource,
                                                 const std::string& reason) {
  const std::string& owner = resource.owner_id();
  if (!reason.empty() || (ctx.caller().IsPerson() && ctx.caller().person_id == owner)) {
    co_return absl::OkStatus();
  }
  if (!IsOfPerson(resource)) {
    const absl::Status liaison = co_await CheckLiaison(ctx, deps_.peers, owner);
    if (liaison.ok() || absl::IsUnavailable(liaison)) co_return liaison;
  }
  co_return RefuseField("reason", ViolationKind::REQUIRED);
}

Task<absl::StatusOr<v1::Resource>> ResourceHandlers::Create(rpc::CallContext ctx,
                                                            v1::CreateResourceRequest request) {
  const auto tree = deps_.areas.tree();
  CO_RETURN_IF_ERROR(CheckArea(*tree, request.area_code()));
  CO_ASSIGN_OR_RETURN(const std::string owner, co_await OwnerFor(ctx, request.owner_id()));
  const int shard = tree->ShardOf(request.area_code(), deps_.lists.store().keys());
  const store::RequestKey key = KeyOf(ctx, request);
  DailyLimit::Addition addition = co_await limit_.Begin(ctx, key.request_id);
  DecideResource decide = [&]() -> Task<absl::StatusOr<ResourceDecision>> {
    const Time now = deps_.clock.Now();
    CO_RETURN_IF_ERROR(areas::CheckOpen(*tree, request.area_code()));
    CO_RETURN_IF_ERROR(CheckPlaceOf(*tree, request.area_code(), request));
    CO_ASSIGN_OR_RETURN(v1::Resource resource, NewResource(request, owner, now));
    CO_RETURN_IF_ERROR(co_await addition.Count());
    resource.set_resource_id(ids::New("res", shard));
    v1::ResourceRecord record;
    if (IsOfPerson(resource)) {
      record.set_sealed_place(SealPlace(deps_.key_ring, resource.resource_id(), request));
    }
    *record.mutable_resource() = std::move(resource);
    for (std::string& area : ListsStore::ListAreas(*tree, request.area_code())) {
      record.add_list_areas(std::move(area));
    }
    Changes changes(shard);
    const Loaded<v1::ResourceRecord> nothing;
    deps_.lists.Put(&changes, nothing, record, OriginOf(ctx, now));
    co_return ResourceDecision{std::move(changes), WithoutAreas(std::move(record))};
  };
  bool replayed = false;
  auto answer = co_await deps_.lists.Mutate<v1::ResourceRecord>(
      key, CallerShard(ctx, deps_.lists, shard), shard, decide, &replayed);
  co_await addition.Settle(replayed, answer.status());
  if (!answer.ok()) co_return std::move(answer).status();
  co_return Present(ctx, *std::move(answer));
}

Task<absl::StatusOr<v1::Resource>> ResourceHandlers::Get(rpc::CallContext ctx,
                                                         v1::GetResourceRequest request) {
  CO_ASSIGN_OR_RETURN(Loaded<v1::ResourceRecord> loaded,
                      co_await deps_.lists.LoadResource(request.resource_id()));
  co_return Present(ctx, std::move(loaded.record));
}

Task<absl::StatusOr<v1::ListResourcesResponse>> ResourceHandlers::List(
    rpc::CallContext ctx, v1::ListResourcesRequest request) {
  const auto load = [this](std::vector<std::string> ids) {
    return deps_.lists.LoadResources(std::move(ids));
  };
  const auto state_of = [](const v1::ResourceRecord& record) { return record.resource().state(); };
  const auto take = [this, &ctx](v1::ListResourcesResponse* response, v1::ResourceRecord record) {
    ASSIGN_OR_RETURN(*response->add_resources(), Present(ctx, std::move(record)));
    return absl::OkStatus();
  };
  co_return co_await ListArea<v1::ListResourcesResponse, v1::ResourceRecord>(
      deps_, ctx, request, kResources, load, state_of, take);
}

Task<absl::StatusOr<v1::Resource>> ResourceHandlers::Withdraw(rpc::CallContext ctx,
                                                              v1::WithdrawResourceRequest request) {
  const int shard = deps_.lists.keys().ShardOf(request.resource_id());
  DecideResource decide = [&]() -> Task<absl::StatusOr<ResourceDecision>> {
    CO_ASSIGN_OR_RETURN(const Loaded<v1::ResourceRecord> loaded,
                        co_await deps_.lists.LoadResource(request.resource_id()));
    const Time now = deps_.clock.Now();
    v1::ResourceRecord record = loaded.record;
    CO_RETURN_IF_ERROR(lists::Withdraw(record.mutable_resource(), request.reason(), now));
    CO_RETURN_IF_ERROR(co_await CheckReason(ctx, record.resource(), request.reason()));
    Changes changes(shard);
    deps_.lists.Put(&changes, loaded, record, OriginOf(ctx, now));
    co_return ResourceDecision{std::move(changes), WithoutAreas(std::move(record))};
  };
  const store::RequestKey key = KeyOf(ctx, request);
  CO_ASSIGN_OR_RETURN(v1::ResourceRecord answer,
                      co_await deps_.lists.Mutate<v1::ResourceRecord>(
                          key, CallerShard(ctx, deps_.lists, shard), shard, decide));
  co_return Present(ctx, std::move(answer));
}

}  // namespace baodao::lists
