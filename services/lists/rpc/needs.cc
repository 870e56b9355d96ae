// NeedService.
#include <algorithm>
#include <utility>

#include "common/areas/covers.h"
#include "common/areas/place_check.h"
#include "common/clock/timestamp.h"
#include "common/record/mask.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/lists/app/consent.h"
#include "services/lists/app/details.h"
#include "services/lists/domain/need_rules.h"
#include "services/lists/domain/need_update.h"
#include "services/lists/domain/wishes.h"
#include "services/lists/rpc/services.h"

namespace baodao::lists {
namespace {

using NeedAnswer = Task<absl::StatusOr<v1::Need>>;

NeedAnswer CreateNeed(App& app, rpc::CallContext context, v1::CreateNeedRequest request) {
  // A need has somebody who needs: a service cannot raise one.
  if (!context.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  const auto make = [&](record::Transaction& transaction,
                        std::string id) -> Task<absl::StatusOr<v1::NeedRecord>> {
    CO_RETURN_IF_ERROR(co_await CheckConsent(app, context));
    v1::NeedRecord record;
    CO_ASSIGN_OR_RETURN(*record.mutable_need(), NewNeed(request, context.caller().person_id,
                                                        app.limits, transaction.now()));
    record.set_sealed_details(SealDetails(app.key_ring, id, request));
    co_return record;
  };
  co_return co_await app.records.Create(context, request, kNeed, make);
}

NeedAnswer GetNeed(App& app, rpc::CallContext context, v1::GetNeedRequest request) {
  CO_ASSIGN_OR_RETURN(const auto found,
                      co_await app.records.Load(context, kNeed, request.need_id()));
  CO_ASSIGN_OR_RETURN(v1::Need need, app.records.Show(context, kNeed, found));
  const auth::Principal& caller = context.caller();
  const auth::Covers covers = areas::CoversIn(app.records.tree());
  const bool follows_up = caller.IsPerson() && !caller.Is(need.requester_id()) &&
                          !IsOver(need.state()) && caller.Coordinates(need.area_code(), covers);
  if (!follows_up || found.record.sealed_details().empty()) co_return need;
  // On record first: a contact or a door nobody knows was seen must not be shown.
  events::v1::ContactReleased released;
  released.set_need_id(need.need_id());
  CO_RETURN_IF_ERROR(co_await app.records.RecordRelease(context, released, need.need_id()));
  CO_ASSIGN_OR_RETURN(const v1::NeedDetails details,
                      OpenDetails(app.key_ring, need.need_id(), found.record.sealed_details()));
  Reveal(details, &need);
  co_return need;
}

Task<absl::StatusOr<v1::ListFittingWindowsResponse>> ListFittingWindows(
    App& app, rpc::CallContext context, v1::ListFittingWindowsRequest request) {
  CO_ASSIGN_OR_RETURN(const auto found,
                      co_await app.records.Load(context, kNeed, request.need_id()));
  const Time from = std::max(app.clock.Now() + Millis(1), ToTime(request.from_time()));
  const size_t size = request.page_size() == 0 ? 10 : static_cast<size_t>(request.page_size());
  v1::ListFittingWindowsResponse response;
  for (auto& window : FittingWindows(found.record.need().wishes(), from, size)) {
    *response.add_windows() = std::move(window);
  }
  co_return response;
}

Task<absl::StatusOr<v1::ListNeedsResponse>> ListNeeds(App& app, rpc::CallContext context,
                                                      v1::ListNeedsRequest request) {
  CO_ASSIGN_OR_RETURN(record::PageQuery query, co_await app.records.AskedFor(kNeed, request));
  co_return co_await app.records.List(context, kNeed, request, std::move(query),
                                      &v1::ListNeedsResponse::add_needs);
}

Task<absl::StatusOr<v1::ListNeedsResponse>> ListMyNeeds(App& app, rpc::CallContext context,
                                                        v1::ListMyNeedsRequest request) {
  co_return co_await app.records.List(
      context, kNeed, request, app.records.Of(kNeed, context.caller().person_id, request.states()),
      &v1::ListNeedsResponse::add_needs);
}

NeedAnswer ReviewNeed(App& app, rpc::CallContext context, v1::ReviewNeedRequest request) {
  const std::string& other = request.merged_into_id();
  const bool merges =
      request.verdict() == v1::NEED_VERDICT_MERGE && !other.empty() && other != request.need_id();
  const auto review = [&](record::Transaction& transaction,
                          v1::NeedRecord* need) -> Task<absl::Status> {
    if (!merges) co_return lists::Review(need, request, nullptr, transaction.now());
    CO_ASSIGN_OR_RETURN(const auto target, co_await app.records.Load(kNeed, other));
    // Duplicates lie in one subdistrict and so in one shard, where one commit changes both: two
    // needs cannot be merged into each other, nor into one that is decided at the same moment.
    if (!Related(*app.records.tree(), need->need().area_code(), target.record.need().area_code()) ||
        app.records.ShardOfId(other) != transaction.shard()) {
      co_return Refuse(Reason::AREAS_UNRELATED);
    }
    v1::NeedRecord after = target.record;
    CO_RETURN_IF_ERROR(lists::Review(need, request, &after, transaction.now()));
    transaction.Put(kNeed, target, after);
    co_return absl::OkStatus();
  };
  co_return co_await app.records.Change(context, request, kNeed, request.need_id(), review);
}

NeedAnswer UpdateNeed(App& app, rpc::CallContext context, v1::UpdateNeedRequest request) {
  const auto tree = app.records.tree();
  const auto change = [&](record::Transaction& transaction,
                          v1::NeedRecord* record) -> Task<absl::Status> {
    if (record::Sets(request, "place")) {
      CO_RETURN_IF_ERROR(areas::CheckPlaceOf(*tree, record->need().area_code(), request));
    }
    const bool own = context.caller().Is(record->need().requester_id());
    CO_RETURN_IF_ERROR(lists::Update(record, request, own, app.limits, transaction.now()));
    if (own && !record::OnlyEmpties(request)) {
      CO_RETURN_IF_ERROR(co_await CheckConsent(app, context));
    }
    co_return ResealDetails(app.key_ring, request, record);
  };
  co_return co_await app.records.Change(context, request, kNeed, request.need_id(), change);
}

NeedAnswer ResubmitNeed(App& app, rpc::CallContext context, v1::ResubmitNeedRequest request) {
  const auto change = [](v1::NeedRecord* record, Time now) {
    return lists::Resubmit(record->mutable_need(), now);
  };
  co_return co_await app.records.Change(context, request, kNeed, request.need_id(), change);
}

NeedAnswer ResolveNeed(App& app, rpc::CallContext context, v1::ResolveNeedRequest request) {
  const auto change = [](v1::NeedRecord* record, Time now) { return lists::Resolve(record, now); };
  co_return co_await app.records.Change(context, request, kNeed, request.need_id(), change);
}

NeedAnswer CloseNeed(App& app, rpc::CallContext context, v1::CloseNeedRequest request) {
  const auto change = [](v1::NeedRecord* record, Time now) {
    return lists::Close(record->mutable_need(), now);
  };
  co_return co_await app.records.Change(context, request, kNeed, request.need_id(), change);
}

NeedAnswer PublishNeed(App& app, Publications& publications, rpc::CallContext context,
                       v1::PublishNeedRequest request) {
  CO_ASSIGN_OR_RETURN(v1::NeedRecord record,
                      co_await publications.Publish(context, std::move(request)));
  co_return app.records.Show(context, kNeed, std::move(record));
}

NeedAnswer CancelNeed(App& app, Cancellations& cancellations, rpc::CallContext context,
                      v1::CancelNeedRequest request) {
  CO_ASSIGN_OR_RETURN(v1::NeedRecord record,
                      co_await cancellations.Cancel(context, std::move(request)));
  co_return app.records.Show(context, kNeed, std::move(record));
}

}  // namespace

void RegisterNeeds(App& app, Publications& publications, Cancellations& cancellations,
                   rpc::Router& router) {
  const std::string service = "baodao.lists.v1.NeedService/";
  router.Unary(service + "CreateNeed", app, &CreateNeed);
  router.Unary(service + "GetNeed", app, &GetNeed);
  router.Unary(service + "ListFittingWindows", app, &ListFittingWindows);
  router.Unary(service + "ListNeeds", app, &ListNeeds);
  router.Unary(service + "ListMyNeeds", app, &ListMyNeeds);
  router.Unary(service + "ReviewNeed", app, &ReviewNeed);
  router.Unary(service + "UpdateNeed", app, &UpdateNeed);
  router.Unary(service + "ResubmitNeed", app, &ResubmitNeed);
  router.Unary(service + "ResolveNeed", app, &ResolveNeed);
  router.Unary(service + "CloseNeed", app, &CloseNeed);
  router.Unary<v1::PublishNeedRequest, v1::Need>(
      service + "PublishNeed", [&](rpc::CallContext context, v1::PublishNeedRequest request) {
        return PublishNeed(app, publications, std::move(context), std::move(request));
      });
  router.Unary<v1::CancelNeedRequest, v1::Need>(
      service + "CancelNeed", [&](rpc::CallContext context, v1::CancelNeedRequest request) {
        return CancelNeed(app, cancellations, std::move(context), std::move(request));
      });
}

}  // namespace baodao::lists
