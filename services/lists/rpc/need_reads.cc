#include <utility>

#include "baodao/events/v1/events.pb.h"
#include "common/clock/timestamp.h"
#include "common/status/macros.h"
#include "services/lists/domain/need_rules.h"
#include "services/lists/rpc/need_handlers.h"
#include "services/lists/rpc/paged.h"
#include "services/lists/store/details.h"

namespace baodao::lists {
absl::StatusOr<v1::Need> NeedHandlers::Present(const rpc::CallContext& ctx, v1::Need need,
                                               const std::string& sealed_details) const {
  if (sealed_details.empty()) return need;
  ASSIGN_OR_RETURN(const v1::NeedDetails details,
                   OpenDetails(deps_.key_ring, need.need_id(), sealed_details));
  const bool own = ctx.caller().IsPerson() && ctx.caller().person_id == need.requester_id();
  if (own) {
    Reveal(details, &need);
  } else if (details.has_contact()) {
    *need.mutable_contact() = MaskContact(details.contact());
  }
  return need;
}

absl::Status NeedHandlers::Take(const rpc::CallContext& ctx, v1::ListNeedsResponse* response,
                                v1::NeedRecord record) const {
  ASSIGN_OR_RETURN(*response->add_needs(),
                   Present(ctx, std::move(*record.mutable_need()), record.sealed_details()));
  return absl::OkStatus();
}

Task<absl::StatusOr<v1::Need>> NeedHandlers::Get(rpc::CallContext ctx, v1::GetNeedRequest request) {
  CO_ASSIGN_OR_RETURN(Loaded<v1::NeedRecord> loaded,
                      co_await deps_.lists.LoadNeed(request.need_id()));
  CO_ASSIGN_OR_RETURN(v1::Need need,
                      Present(ctx, loaded.record.need(), loaded.record.sealed_details()));
  const bool own = ctx.caller().IsPerson() && ctx.caller().person_id == need.requester_id();
  const auth::Covers covers = [this](std::string_view a, std::string_view d) {
    return deps_.areas.Covers(a, d);
  };
  const bool follows_up = ctx.caller().IsPerson() && !IsOver(need.state()) &&
                          ctx.caller().Coordinates(need.area_code(), covers);
  if (own || !follows_up || loaded.record.sealed_details().empty()) co_return need;
  // On record first: a contact or a door nobody knows was seen must not be shown.
  CO_RETURN_IF_ERROR(co_await RecordRelease(ctx, need.need_id()));
  CO_ASSIGN_OR_RETURN(const v1::NeedDetails details,
                      OpenDetails(deps_.key_ring, need.need_id(), loaded.record.sealed_details()));
  Reveal(details, &need);
  co_return need;
}

Task<absl::Status> NeedHandlers::RecordRelease(rpc::CallContext ctx, std::string need_id) {
  events::v1::Event event;
  *event.mutable_time() = ToTimestamp(deps_.clock.Now());
  event.set_actor_id(ctx.caller().Caller());
  event.set_trace_id(std::string(ctx.trace_id()));
  event.mutable_contact_released()->set_need_id(need_id);
  event.mutable_contact_released()->set_reader_id(ctx.caller().person_id);
  store::Commit commit(deps_.lists.keys().ShardOf(need_id));
  // About so many of a shard: years of a district.
  constexpr uint64_t kKept = 1'000'000;
  commit.Append(deps_.lists.keys().Releases(commit.shard()), event.SerializeAsString(), kKept);
  commit.Emit(event.SerializeAsString());
  const auto outcome = co_await deps_.lists.store().Apply(std::move(commit));
  co_return outcome.status();
}

Task<absl::StatusOr<v1::ListNeedsResponse>> NeedHandlers::List(rpc::CallContext ctx,
                                                               v1::ListNeedsRequest request) {
  const auto load = [this](std::vector<std::string> ids) {
    return deps_.lists.LoadNeeds(std::move(ids));
  };
  const auto state_of = [](const v1::NeedRecord& record) { return record.need().state(); };
  const auto take = [this, &ctx](v1::ListNeedsResponse* response, v1::NeedRecord record) {
    return Take(ctx, response, std::move(record));
  };
  co_return co_await ListArea<v1::ListNeedsResponse, v1::NeedRecord>(deps_, ctx, request, kNeeds,
                                                                     load, state_of, take);
}

Task<absl::StatusOr<v1::ListNeedsResponse>> NeedHandlers::ListMine(rpc::CallContext ctx,
                                                                   v1::ListMyNeedsRequest request) {
  const std::string& person = ctx.caller().person_id;
  const paging::Query token_query =
      paging::QueryOf(deps_.key_ring, std::string(ctx.method()) + "/" + person, request);
  ListQuery query;
  CO_ASSIGN_OR_RETURN(query.before,
                      paging::Decode(request.page_token(), token_query, deps_.clock.Now()));
  query.keys = deps_.lists.RaisedKeys(person);
  query.limit = paging::PageSize(request.page_size(), kStandardPage, kLargestPage);
  CO_ASSIGN_OR_RETURN(const ListPage page, co_await ListNewestFirst(deps_.lists.store(), query));
  ctx.Charge(paging::CallsOwed(page.read, static_cast<int64_t>(page.ids.size())));
  CO_ASSIGN_OR_RETURN(std::vector<v1::NeedRecord> records,
                      co_await deps_.lists.LoadNeeds(page.ids));
  v1::ListNeedsResponse response;
  for (v1::NeedRecord& record : records) {
    CO_RETURN_IF_ERROR(Take(ctx, &response, std::move(record)));
  }
  if (!page.next.empty()) {
    response.set_next_page_token(paging::Encode(page.next, token_query, deps_.clock.Now()));
  }
  co_return response;
}

}  // namespace baodao::lists
