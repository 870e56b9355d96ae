#include "services/inbox/rpc/announcement_handlers.h"

#include <functional>
#include <string>
#include <utility>

#include "common/record/day_limit.h"
#include "common/record/parse.h"
#include "common/status/macros.h"
#include "common/store/mutate.h"
#include "common/validate/tags.h"
#include "services/inbox/rpc/owner.h"
#include "services/inbox/store/keys.h"

namespace baodao::inbox {

void AnnouncementHandlers::Register(rpc::Router* router) {
  const std::string service = "baodao.inbox.v1.AnnouncementService/";
  router->Unary(service + "PublishAnnouncement", this, &AnnouncementHandlers::Publish);
  router->Unary(service + "WithdrawAnnouncement", this, &AnnouncementHandlers::Withdraw);
  router->Unary(service + "GetAnnouncement", this, &AnnouncementHandlers::Get);
  router->Unary(service + "ListAnnouncements", this, &AnnouncementHandlers::List);
  router->Unary(service + "ListMyAnnouncements", this, &AnnouncementHandlers::ListMine);
  router->Unary(service + "MarkAnnouncementsRead", this, &AnnouncementHandlers::MarkRead);
}

Task<absl::Status> AnnouncementHandlers::Count(record::Transaction& transaction,
                                               std::string area_code) {
  const std::string key = PublishedKey(records_.store().keys(), transaction.shard(), area_code);
  CO_ASSIGN_OR_RETURN(const store::Stored stored, co_await records_.store().Get(key));
  CO_ASSIGN_OR_RETURN(auto published, record::Parse<v1::PublishedRecord>(stored));
  CO_RETURN_IF_ERROR(record::CountInDay(kAnnouncementsPerDay, transaction.now(),
                                        published.record.mutable_time_ms()));
  transaction.commit().Put(key, published.version, published.record.SerializeAsString());
  co_return absl::OkStatus();
}

Task<absl::StatusOr<v1::Announcement>> AnnouncementHandlers::Publish(
    rpc::CallContext context, v1::PublishAnnouncementRequest request) {
  const auto make = [&](record::Transaction& transaction,
                        std::string) -> Task<absl::StatusOr<v1::AnnouncementRecord>> {
    v1::AnnouncementRecord record;
    CO_ASSIGN_OR_RETURN(*record.mutable_announcement(),
                        NewAnnouncement(request, transaction.origin().actor_id, transaction.now()));
    CO_RETURN_IF_ERROR(co_await Count(transaction, request.area_code()));
    co_return record;
  };
  co_return co_await records_.Create(context, request, kAnnouncement, make);
}

Task<absl::StatusOr<v1::Announcement>> AnnouncementHandlers::Withdraw(
    rpc::CallContext context, v1::WithdrawAnnouncementRequest request) {
  const auto change = [&](v1::AnnouncementRecord* record, Time now) {
    return inbox::Withdraw(record->mutable_announcement(), request.reason(), now);
  };
  co_return co_await records_.Change(context, request, kAnnouncement, request.announcement_id(),
                                     change);
}

Task<absl::StatusOr<v1::Announcement>> AnnouncementHandlers::Get(
    rpc::CallContext context, v1::GetAnnouncementRequest request) {
  return records_.Get(std::move(context), kAnnouncement, request.announcement_id());
}

Task<absl::StatusOr<v1::ListAnnouncementsResponse>> AnnouncementHandlers::List(
    rpc::CallContext context, v1::ListAnnouncementsRequest request) {
  CO_ASSIGN_OR_RETURN(record::PageQuery query, co_await records_.AskedFor(kAnnouncement, request));
  co_return co_await records_.List(context, kAnnouncement, request, std::move(query),
                                   &v1::ListAnnouncementsResponse::add_announcements);
}

Task<absl::StatusOr<v1::ListMyAnnouncementsResponse>> AnnouncementHandlers::ListMine(
    rpc::CallContext context, v1::ListMyAnnouncementsRequest request) {
  CO_ASSIGN_OR_RETURN(const Owner owner, PersonAsked(inbox_, request.person_id()));
  CO_ASSIGN_OR_RETURN(const v1::InboxRecord head, co_await inbox_.Head(owner));
  CO_ASSIGN_OR_RETURN(Audience audience, co_await announcements_.AudienceOf(
                                             rpc::CallOptions::From(context), owner.id));
  v1::ListMyAnnouncementsResponse response;
  if (!audience.query.lists.empty()) {
    audience.query.tags = validate::TagsAskedFor(request, "category");
    const auto fits = [&audience, now = clock_.Now()](const v1::AnnouncementRecord& record) {
      return IsFor(record.announcement(), audience.person, now);
    };
    CO_ASSIGN_OR_RETURN(response, co_await records_.List(
                                      context, kAnnouncement, request, std::move(audience.query),
                                      &v1::ListMyAnnouncementsResponse::add_announcements, fits));
  }
  response.set_read_id(head.announcement_read());
  co_return response;
}

Task<absl::StatusOr<v1::MarkAnnouncementsReadResponse>> AnnouncementHandlers::MarkRead(
    rpc::CallContext context, v1::MarkAnnouncementsReadRequest request) {
  CO_ASSIGN_OR_RETURN(const Owner owner, PersonAsked(inbox_, request.person_id()));
  using AnnouncementsRead = store::Decision<v1::MarkAnnouncementsReadResponse>;
  std::function<Task<absl::StatusOr<AnnouncementsRead>>()> decide =
      [&]() -> Task<absl::StatusOr<AnnouncementsRead>> {
    const auto known = co_await records_.Load(kAnnouncement, request.announcement_id());
    CO_RETURN_IF_ERROR(known.status());
    AnnouncementsRead decision{store::Commit(owner.shard), {}};
    CO_ASSIGN_OR_RETURN(LoadedHead head, co_await inbox_.LoadHead(owner, store::Read::kFresh));
    if (IsLater(request.announcement_id(), head.record.announcement_read())) {
      head.record.set_announcement_read(request.announcement_id());
      inbox_.PutHead(&decision.commit, owner, head);
    }
    decision.response.set_read_id(head.record.announcement_read());
    co_return decision;
  };
  const store::RequestKey key =
      store::MakeRequestKey(context.caller().Caller(), context.method(), request);
  co_return co_await store::Mutate<v1::MarkAnnouncementsReadResponse>(inbox_.store(), key,
                                                                      owner.shard, decide);
}

}  // namespace baodao::inbox
