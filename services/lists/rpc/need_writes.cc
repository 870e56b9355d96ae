#include <utility>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/lists/app/details.h"
#include "services/lists/domain/need_rules.h"
#include "services/lists/rpc/need_handlers.h"

namespace baodao::lists {

void NeedHandlers::Register(rpc::Router& router) {
  const std::string service = "baodao.lists.v1.NeedService/";
  router.Unary(service + "CreateNeed", this, &NeedHandlers::Create);
  router.Unary(service + "GetNeed", this, &NeedHandlers::Get);
  router.Unary(service + "ListNeeds", this, &NeedHandlers::List);
  router.Unary(service + "ListMyNeeds", this, &NeedHandlers::ListMine);
  router.Unary(service + "ReviewNeed", this, &NeedHandlers::Review);
  router.Unary(service + "ResubmitNeed", this, &NeedHandlers::Resubmit);
  router.Unary(service + "PublishNeed", this, &NeedHandlers::Publish);
  router.Unary(service + "CancelNeed", this, &NeedHandlers::Cancel);
  router.Unary(service + "ResolveNeed", this, &NeedHandlers::Resolve);
  router.Unary(service + "CloseNeed", this, &NeedHandlers::Close);
}

Task<absl::StatusOr<v1::Need>> NeedHandlers::Create(rpc::CallContext context,
                                                    v1::CreateNeedRequest request) {
  // A need has somebody who needs: a service cannot raise one.
  if (!context.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  const auto tree = app_.records.tree();
  CO_RETURN_IF_ERROR(areas::CheckKnown(*tree, request.area_code()));
  record::Decide<v1::NeedAnswer> decide =
      [&](record::Transaction& transaction) -> Task<absl::StatusOr<v1::NeedAnswer>> {
    CO_RETURN_IF_ERROR(areas::CheckOpen(*tree, request.area_code()));
    CO_RETURN_IF_ERROR(areas::CheckPlaceOf(*tree, request.area_code(), request));
    v1::NeedRecord record;
    CO_ASSIGN_OR_RETURN(*record.mutable_need(), NewNeed(request, context.caller().person_id,
                                                        app_.limits, transaction.now()));
    const std::string id = app_.records.NewId(kNeed, transaction.shard());
    record.mutable_need()->set_need_id(id);
    record.set_sealed_details(SealDetails(app_.key_ring, id, request));
    transaction.Put(kNeed, {}, record);
    co_return AnswerOf(record);
  };
  CO_ASSIGN_OR_RETURN(
      v1::NeedAnswer answer,
      co_await app_.daily_limit.Add(app_.records, "need", context, request,
                                    app_.records.ShardOf(request.area_code()), std::move(decide)));
  co_return Present(context, std::move(*answer.mutable_need()), answer.sealed_details());
}

template <class Request>
Task<absl::StatusOr<v1::Need>> NeedHandlers::Change(
    rpc::CallContext context, const Request& request,
    std::function<absl::Status(v1::NeedRecord* record, Time now)> change) {
  record::Decide<v1::NeedAnswer> decide =
      [&](record::Transaction& transaction) -> Task<absl::StatusOr<v1::NeedAnswer>> {
    CO_ASSIGN_OR_RETURN(const auto before,
                        co_await app_.records.Load(context, kNeed, request.need_id()));
    v1::NeedRecord after = before.record;
    CO_RETURN_IF_ERROR(change(&after, transaction.now()));
    transaction.Put(kNeed, before, after);
    co_return AnswerOf(after);
  };
  const int shard = app_.records.store().keys().ShardOfId(request.need_id());
  CO_ASSIGN_OR_RETURN(v1::NeedAnswer answer, co_await app_.records.Mutate<v1::NeedAnswer>(
                                                 context, request, shard, std::move(decide)));
  co_return Present(context, std::move(*answer.mutable_need()), answer.sealed_details());
}

Task<absl::StatusOr<v1::Need>> NeedHandlers::Review(rpc::CallContext context,
                                                    v1::ReviewNeedRequest request) {
  const std::string& other = request.merged_into_id();
  const bool merges =
      request.verdict() == v1::NEED_VERDICT_MERGE && !other.empty() && other != request.need_id();
  if (merges) co_return co_await Merge(context, request);
  const auto change = [&](v1::NeedRecord* record, Time now) {
    return lists::Review(record, request, nullptr, now);
  };
  co_return co_await Change(context, request, change);
}

Task<absl::StatusOr<v1::Need>> NeedHandlers::Merge(rpc::CallContext context,
                                                   v1::ReviewNeedRequest request) {
  const store::Keys& keys = app_.records.store().keys();
  const std::string& other = request.merged_into_id();
  record::Decide<v1::NeedAnswer> decide =
      [&](record::Transaction& transaction) -> Task<absl::StatusOr<v1::NeedAnswer>> {
    CO_ASSIGN_OR_RETURN(const auto before,
                        co_await app_.records.Load(context, kNeed, request.need_id()));
    CO_ASSIGN_OR_RETURN(const auto target, co_await app_.records.Load(kNeed, other));
    // Duplicates lie in one subdistrict and so in one shard, where one commit changes both: two
    // needs cannot be merged into each other, nor into one that is decided at the same moment.
    const std::string& area = before.record.need().area_code();
    if (!Related(*app_.records.tree(), area, target.record.need().area_code()) ||
        keys.ShardOfId(other) != transaction.shard()) {
      co_return Refuse(Reason::AREAS_UNRELATED);
    }
    v1::NeedRecord after = before.record;
    v1::NeedRecord target_after = target.record;
    CO_RETURN_IF_ERROR(lists::Review(&after, request, &target_after, transaction.now()));
    transaction.Put(kNeed, target, target_after);
    transaction.Put(kNeed, before, after);
    co_return AnswerOf(after);
  };
  CO_ASSIGN_OR_RETURN(v1::NeedAnswer answer,
                      co_await app_.records.Mutate<v1::NeedAnswer>(
                          context, request, keys.ShardOfId(request.need_id()), std::move(decide)));
  co_return Present(context, std::move(*answer.mutable_need()), answer.sealed_details());
}

Task<absl::StatusOr<v1::Need>> NeedHandlers::Resubmit(rpc::CallContext context,
                                                      v1::ResubmitNeedRequest request) {
  const auto tree = app_.records.tree();
  const auto change = [&](v1::NeedRecord* record, Time now) -> absl::Status {
    RETURN_IF_ERROR(areas::CheckPlaceOf(*tree, record->need().area_code(), request));
    RETURN_IF_ERROR(lists::Resubmit(record->mutable_need(), request, app_.limits, now));
    return ResealDetails(app_.key_ring, request, record);
  };
  co_return co_await Change(context, request, change);
}

Task<absl::StatusOr<v1::Need>> NeedHandlers::Resolve(rpc::CallContext context,
                                                     v1::ResolveNeedRequest request) {
  const auto change = [](v1::NeedRecord* record, Time now) { return lists::Resolve(record, now); };
  co_return co_await Change(context, request, change);
}

Task<absl::StatusOr<v1::Need>> NeedHandlers::Close(rpc::CallContext context,
                                                   v1::CloseNeedRequest request) {
  const auto change = [](v1::NeedRecord* record, Time now) {
    return lists::Close(record->mutable_need(), now);
  };
  co_return co_await Change(context, request, change);
}

Task<absl::StatusOr<v1::Need>> NeedHandlers::Cancel(rpc::CallContext context,
                                                    v1::CancelNeedRequest request) {
  CO_ASSIGN_OR_RETURN(v1::NeedAnswer answer, co_await cancellations_.Cancel(context, request));
  co_return Present(context, std::move(*answer.mutable_need()), answer.sealed_details());
}

Task<absl::StatusOr<v1::Need>> NeedHandlers::Publish(rpc::CallContext context,
                                                     v1::PublishNeedRequest request) {
  CO_ASSIGN_OR_RETURN(v1::NeedAnswer answer, co_await publications_.Publish(context, request));
  co_return Present(context, std::move(*answer.mutable_need()), answer.sealed_details());
}

}  // namespace baodao::lists
