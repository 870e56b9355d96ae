#include "services/lists/rpc/resource_handlers.h"

#include <functional>
#include <utility>

#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/store/mutate.h"
#include "services/lists/domain/list_rules.h"
#include "services/lists/rpc/daily_limit.h"
#include "services/lists/rpc/paged.h"

namespace baodao::lists {
namespace {

using ResourceDecision = store::Decision<v1::Resource>;
using DecideResource = std::function<Task<absl::StatusOr<ResourceDecision>>()>;

}  // namespace

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

Task<absl::StatusOr<v1::Resource>> ResourceHandlers::Create(rpc::CallContext ctx,
                                                            v1::CreateResourceRequest request) {
  const auto tree = deps_.areas.tree();
  CO_RETURN_IF_ERROR(CheckArea(*tree, request.area_code()));
  CO_ASSIGN_OR_RETURN(const std::string owner, co_await OwnerFor(ctx, request.owner_id()));
  const int shard = tree->ShardOf(request.area_code(), deps_.lists.store().keys());
  const store::RequestKey key = KeyOf(ctx, request);
  DecideResource decide = [&]() -> Task<absl::StatusOr<ResourceDecision>> {
    const Time now = deps_.clock.Now();
    CO_ASSIGN_OR_RETURN(v1::Resource resource, NewResource(request, owner, now));
    CO_RETURN_IF_ERROR(co_await CountAddition(ctx, deps_.lists, kResources, key.request_id));
    resource.set_resource_id(ids::New("res", shard));
    v1::ResourceRecord record;
    *record.mutable_resource() = resource;
    for (std::string& area : ListsStore::ListAreas(*tree, request.area_code())) {
      record.add_list_areas(std::move(area));
    }
    store::Commit commit(shard);
    const Loaded<v1::ResourceRecord> nothing;
    deps_.lists.Put(&commit, nothing, record, OriginOf(ctx, now));
    co_return ResourceDecision{std::move(commit), std::move(resource)};
  };
  co_return co_await store::Mutate<v1::Resource>(
      deps_.lists.store(), key, CallerShard(ctx, deps_.lists, shard), shard, decide);
}

Task<absl::StatusOr<v1::Resource>> ResourceHandlers::Get(rpc::CallContext ctx,
                                                         v1::GetResourceRequest request) {
  (void)ctx;
  CO_ASSIGN_OR_RETURN(Loaded<v1::ResourceRecord> loaded,
                      co_await deps_.lists.LoadResource(request.resource_id()));
  co_return std::move(*loaded.record.mutable_resource());
}

Task<absl::StatusOr<v1::ListResourcesResponse>> ResourceHandlers::List(
    rpc::CallContext ctx, v1::ListResourcesRequest request) {
  const auto load = [this](std::vector<std::string> ids) {
    return deps_.lists.LoadResources(std::move(ids));
  };
  const auto state_of = [](const v1::ResourceRecord& record) { return record.resource().state(); };
  const auto take = [](v1::ListResourcesResponse* response, v1::ResourceRecord record) {
    *response->add_resources() = std::move(*record.mutable_resource());
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
    CO_RETURN_IF_ERROR(lists::Withdraw(record.mutable_resource(), now));
    store::Commit commit(shard);
    deps_.lists.Put(&commit, loaded, record, OriginOf(ctx, now));
    co_return ResourceDecision{std::move(commit), record.resource()};
  };
  const store::RequestKey key = KeyOf(ctx, request);
  co_return co_await store::Mutate<v1::Resource>(
      deps_.lists.store(), key, CallerShard(ctx, deps_.lists, shard), shard, decide);
}

}  // namespace baodao::lists
