#include <utility>

#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/lists/domain/need_rules.h"
#include "services/lists/rpc/need_handlers.h"
#include "services/lists/store/details.h"

namespace baodao::lists {
namespace {

using NeedDecision = Decision<v1::NeedAnswer>;
using DecideNeed = std::function<Task<absl::StatusOr<NeedDecision>>()>;

v1::NeedAnswer AnswerOf(const v1::NeedRecord& record) {
  v1::NeedAnswer answer;
  *answer.mutable_need() = record.need();
  answer.set_sealed_details(record.sealed_details());
  return answer;
}

}  // namespace

Task<absl::StatusOr<v1::Need>> NeedHandlers::Create(rpc::CallContext ctx,
                                                    v1::CreateNeedRequest request) {
  // A need has somebody who needs: a service cannot raise one.
  if (!ctx.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  const auto tree = deps_.areas.tree();
  CO_RETURN_IF_ERROR(CheckArea(*tree, request.area_code()));
  const int shard = tree->ShardOf(request.area_code(), deps_.lists.store().keys());
  const store::RequestKey key = KeyOf(ctx, request);
  DailyLimit::Addition addition = co_await limit_.Begin(ctx, key.request_id);
  DecideNeed decide = [&]() -> Task<absl::StatusOr<NeedDecision>> {
    const Time now = deps_.clock.Now();
    CO_RETURN_IF_ERROR(areas::CheckOpen(*tree, request.area_code()));
    CO_RETURN_IF_ERROR(CheckPlaceOf(*tree, request.area_code(), request));
    CO_ASSIGN_OR_RETURN(v1::Need need, NewNeed(request, ctx.caller().person_id, deps_.limits, now));
    CO_RETURN_IF_ERROR(co_await addition.Count());
    need.set_need_id(ids::New("ned", shard));
    v1::NeedRecord record;
    record.set_sealed_details(SealDetails(deps_.key_ring, need.need_id(), request));
    *record.mutable_need() = std::move(need);
    for (std::string& area : ListsStore::ListAreas(*tree, request.area_code())) {
      record.add_list_areas(std::move(area));
    }
    NeedDecision decision{Changes(shard), AnswerOf(record)};
    deps_.lists.Put(&decision.changes, {}, record, OriginOf(ctx, now));
    co_return decision;
  };
  bool replayed = false;
  auto answer = co_await deps_.lists.Mutate<v1::NeedAnswer>(
      key, CallerShard(ctx, deps_.lists, shard), shard, decide, &replayed);
  co_await addition.Settle(replayed, answer.status());
  if (!answer.ok()) co_return std::move(answer).status();
  co_return Present(ctx, std::move(*answer->mutable_need()), answer->sealed_details());
}

Task<absl::StatusOr<v1::Need>> NeedHandlers::Mutate(rpc::CallContext ctx, store::RequestKey key,
                                                    std::string need_id, Change change) {
  const int shard = deps_.lists.keys().ShardOf(need_id);
  DecideNeed decide = [&]() -> Task<absl::StatusOr<NeedDecision>> {
    CO_ASSIGN_OR_RETURN(const Loaded<v1::NeedRecord> loaded,
                        co_await deps_.lists.LoadNeed(need_id));
    const Time now = deps_.clock.Now();
    v1::NeedRecord record = loaded.record;
    Changes changes(shard);
    CO_RETURN_IF_ERROR(co_await change(&record, &changes, now));
    deps_.lists.Put(&changes, loaded, record, OriginOf(ctx, now));
    co_return NeedDecision{std::move(changes), AnswerOf(record)};
  };
  CO_ASSIGN_OR_RETURN(v1::NeedAnswer answer,
                      co_await deps_.lists.Mutate<v1::NeedAnswer>(
                          key, CallerShard(ctx, deps_.lists, shard), shard, decide));
  co_return Present(ctx, std::move(*answer.mutable_need()), answer.sealed_details());
}

Task<absl::StatusOr<v1::Need>> NeedHandlers::MutatePlainly(rpc::CallContext ctx,
                                                           store::RequestKey key,
                                                           std::string need_id,
                                                           PlainChange change) {
  Change wrapped = [&change](v1::NeedRecord* record, Changes*, Time now) -> Task<absl::Status> {
    co_return change(record, now);
  };
  co_return co_await Mutate(std::move(ctx), std::move(key), std::move(need_id), wrapped);
}

Task<absl::StatusOr<v1::Need>> NeedHandlers::Review(rpc::CallContext ctx,
                                                    v1::ReviewNeedRequest request) {
  Change change = [&](v1::NeedRecord* record, Changes* changes, Time now) {
    return ApplyReview(ctx, request, record, changes, now);
  };
  const store::RequestKey key = KeyOf(ctx, request);
  co_return co_await Mutate(ctx, key, request.need_id(), change);
}

Task<absl::Status> NeedHandlers::ApplyReview(rpc::CallContext ctx,
                                             const v1::ReviewNeedRequest& request,
                                             v1::NeedRecord* record, Changes* changes, Time now) {
  const std::string& other = request.merged_into_id();
  const bool merge = request.verdict() == v1::NEED_VERDICT_MERGE && !other.empty() &&
                     other != record->need().need_id();
  if (!merge) co_return lists::Review(record, request, nullptr, now);
  CO_ASSIGN_OR_RETURN(const Loaded<v1::NeedRecord> loaded, co_await deps_.lists.LoadNeed(other));
  // Duplicates lie in one subdistrict and so in one shard, where one commit changes both: two needs
  // cannot be merged into each other, nor into one that is decided at the same moment.
  const auto tree = deps_.areas.tree();
  if (!Related(*tree, record->need().area_code(), loaded.record.need().area_code()) ||
      deps_.lists.keys().ShardOf(other) != changes->commit.shard()) {
    co_return Refuse(Reason::AREAS_UNRELATED);
  }
  v1::NeedRecord target = loaded.record;
  CO_RETURN_IF_ERROR(lists::Review(record, request, &target, now));
  deps_.lists.Put(changes, loaded, target, OriginOf(ctx, now));
  co_return absl::OkStatus();
}

Task<absl::StatusOr<v1::Need>> NeedHandlers::Resubmit(rpc::CallContext ctx,
                                                      v1::ResubmitNeedRequest request) {
  const auto tree = deps_.areas.tree();
  PlainChange change = [&](v1::NeedRecord* record, Time now) -> absl::Status {
    RETURN_IF_ERROR(CheckPlaceOf(*tree, record->need().area_code(), request));
    RETURN_IF_ERROR(lists::Resubmit(record->mutable_need(), request, deps_.limits, now));
    return ResealDetails(deps_.key_ring, request, record);
  };
  const store::RequestKey key = KeyOf(ctx, request);
  co_return co_await MutatePlainly(ctx, key, request.need_id(), change);
}

Task<absl::StatusOr<v1::Need>> NeedHandlers::Resolve(rpc::CallContext ctx,
                                                     v1::ResolveNeedRequest request) {
  PlainChange change = [](v1::NeedRecord* record, Time now) { return lists::Resolve(record, now); };
  const store::RequestKey key = KeyOf(ctx, request);
  co_return co_await MutatePlainly(ctx, key, request.need_id(), change);
}

Task<absl::StatusOr<v1::Need>> NeedHandlers::Close(rpc::CallContext ctx,
                                                   v1::CloseNeedRequest request) {
  PlainChange change = [](v1::NeedRecord* record, Time now) {
    return lists::Close(record->mutable_need(), now);
  };
  const store::RequestKey key = KeyOf(ctx, request);
  co_return co_await MutatePlainly(ctx, key, request.need_id(), change);
}

Task<absl::StatusOr<v1::Need>> NeedHandlers::Cancel(rpc::CallContext ctx,
                                                    v1::CancelNeedRequest request) {
  CO_ASSIGN_OR_RETURN(v1::NeedAnswer answer, co_await cancellations_.Cancel(ctx, request));
  co_return Present(ctx, std::move(*answer.mutable_need()), answer.sealed_details());
}

Task<absl::StatusOr<v1::Need>> NeedHandlers::Publish(rpc::CallContext ctx,
                                                     v1::PublishNeedRequest request) {
  CO_ASSIGN_OR_RETURN(v1::NeedAnswer answer, co_await publications_.Publish(ctx, request));
  co_return Present(ctx, std::move(*answer.mutable_need()), answer.sealed_details());
}

}  // namespace baodao::lists
