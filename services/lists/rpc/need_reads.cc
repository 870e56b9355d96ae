#include <utility>

#include "common/status/macros.h"
#include "services/lists/app/details.h"
#include "services/lists/domain/need_rules.h"
#include "services/lists/rpc/need_handlers.h"
#include "services/lists/store/keys.h"

namespace baodao::lists {

absl::StatusOr<v1::Need> NeedHandlers::Present(const rpc::CallContext& context, v1::Need need,
                                               const std::string& sealed_details) const {
  if (sealed_details.empty()) return need;
  ASSIGN_OR_RETURN(const v1::NeedDetails details,
                   OpenDetails(app_.key_ring, need.need_id(), sealed_details));
  const bool own = context.caller().IsPerson() && context.caller().person_id == need.requester_id();
  if (own) {
    Reveal(details, &need);
  } else if (details.has_contact()) {
    *need.mutable_contact() = MaskContact(details.contact());
  }
  return need;
}

Task<absl::StatusOr<v1::Need>> NeedHandlers::Get(rpc::CallContext context,
                                                 v1::GetNeedRequest request) {
  CO_ASSIGN_OR_RETURN(const auto loaded,
                      co_await app_.records.Load(context, kNeed, request.need_id()));
  CO_ASSIGN_OR_RETURN(v1::Need need,
                      Present(context, loaded.record.need(), loaded.record.sealed_details()));
  const bool own = context.caller().IsPerson() && context.caller().person_id == need.requester_id();
  const auth::Covers covers = [this](std::string_view above, std::string_view below) {
    return app_.records.tree()->Covers(above, below);
  };
  const bool follows_up = context.caller().IsPerson() && !IsOver(need.state()) &&
                          context.caller().Coordinates(need.area_code(), covers);
  if (own || !follows_up || loaded.record.sealed_details().empty()) co_return need;
  // On record first: a contact or a door nobody knows was seen must not be shown.
  CO_RETURN_IF_ERROR(co_await RecordRelease(context, need.need_id()));
  CO_ASSIGN_OR_RETURN(const v1::NeedDetails details,
                      OpenDetails(app_.key_ring, need.need_id(), loaded.record.sealed_details()));
  Reveal(details, &need);
  co_return need;
}

Task<absl::Status> NeedHandlers::RecordRelease(rpc::CallContext context, std::string need_id) {
  const store::Keys& keys = app_.records.store().keys();
  record::Transaction transaction =
      app_.records.Begin(keys.ShardOfId(need_id), record::OriginOf(context, app_.clock.Now()));
  events::v1::Event event;
  event.mutable_contact_released()->set_need_id(need_id);
  event.mutable_contact_released()->set_reader_id(context.caller().person_id);
  transaction.Fill(&event);
  // About so many of a shard: years of a district.
  constexpr uint64_t kKept = 1'000'000;
  transaction.commit().Append(ReleasesKey(keys, transaction.shard()), event.SerializeAsString(),
                              kKept);
  transaction.Emit(std::move(event));
  co_return (co_await app_.records.Commit(std::move(transaction))).status();
}

template <class Request>
Task<absl::StatusOr<v1::ListNeedsResponse>> NeedHandlers::ListFrom(rpc::CallContext context,
                                                                   const Request& request,
                                                                   record::PageQuery query) {
  const auto show = [&](v1::ListNeedsResponse* response, record::Versioned<v1::NeedRecord> found) {
    ASSIGN_OR_RETURN(*response->add_needs(),
                     Present(context, found.record.need(), found.record.sealed_details()));
    return absl::OkStatus();
  };
  co_return co_await app_.records.List<v1::ListNeedsResponse, v1::NeedRecord>(
      context, kNeed, request, std::move(query), show);
}

Task<absl::StatusOr<v1::ListNeedsResponse>> NeedHandlers::List(rpc::CallContext context,
                                                               v1::ListNeedsRequest request) {
  CO_RETURN_IF_ERROR(areas::CheckKnown(*app_.records.tree(), request.area_code()));
  record::PageQuery query = app_.records.InArea(kNeed, request.area_code(), request.states());
  query.tag = request.category();
  co_return co_await ListFrom(context, request, std::move(query));
}

Task<absl::StatusOr<v1::ListNeedsResponse>> NeedHandlers::ListMine(rpc::CallContext context,
                                                                   v1::ListMyNeedsRequest request) {
  record::PageQuery query = app_.records.Of(kNeed, context.caller().person_id, request.states());
  co_return co_await ListFrom(context, request, std::move(query));
}

}  // namespace baodao::lists
