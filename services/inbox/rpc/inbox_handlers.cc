#include "services/inbox/rpc/inbox_handlers.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>
#include <vector>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/store/mutate.h"
#include "services/inbox/app/area_names.h"
#include "services/inbox/domain/kinds.h"
#include "services/inbox/rpc/owner.h"

namespace baodao::inbox {
namespace {

constexpr int kStandardPage = 20;
constexpr int kLargestPage = 200;

}  // namespace

void InboxHandlers::Register(rpc::Router* router) {
  router->Unary("baodao.inbox.v1.InboxService/ListNotifications", this, &InboxHandlers::List);
  router->Unary("baodao.inbox.v1.InboxService/ListAreaNotifications", this,
                &InboxHandlers::ListArea);
  router->Unary("baodao.inbox.v1.InboxService/MarkRead", this, &InboxHandlers::MarkRead);
  router->Stream("baodao.inbox.v1.InboxService/WatchInbox", this, &InboxHandlers::Watch);
}

v1::Notification InboxHandlers::Present(const Entry& entry, Locale locale, uint64_t read) const {
  Words words = Render(entry.record, locale, NamesIn(areas_));
  v1::Notification notification;
  notification.set_cursor(entry.cursor.Text());
  notification.set_kind(KindNamed(entry.record.kind()));
  notification.set_title(std::move(words.title));
  notification.set_body(std::move(words.body));
  notification.set_subject_id(entry.record.subject_id());
  *notification.mutable_time() = entry.record.time();
  notification.set_read(entry.record.number() <= read);
  *notification.mutable_nearby_tasks() = entry.record.nearby_tasks();
  return notification;
}

Task<absl::StatusOr<v1::ListNotificationsResponse>> InboxHandlers::Page(rpc::CallContext context,
                                                                        Owner owner,
                                                                        paging::AskedPage asked) {
  const int limit = asked.size;
  std::optional<Cursor> before;
  if (!asked.after.empty()) {
    before = Cursor::Parse(asked.after);
    if (!before) co_return Refuse(Reason::PAGE_TOKEN_INVALID);
  }
  // First what the inbox holds; then, of what was displaced from it, the urgent ones.
  CO_ASSIGN_OR_RETURN(Excerpt excerpt, co_await inbox_.Before(owner, before, limit + 1));
  const v1::InboxRecord& head = excerpt.head;
  std::vector<Entry>& entries = excerpt.entries;
  if (static_cast<int>(entries.size()) <= limit && head.urgent() > 0) {
    if (!entries.empty()) before = entries.back().cursor;
    const int room = limit + 1 - static_cast<int>(entries.size());
    CO_ASSIGN_OR_RETURN(std::vector<Entry> older,
                        co_await inbox_.Displaced(owner, head, before, room));
    std::ranges::move(older, std::back_inserter(entries));
  }
  const bool more = static_cast<int>(entries.size()) > limit;
  if (more) entries.pop_back();
  v1::ListNotificationsResponse response;
  for (const Entry& entry : entries) {
    *response.add_notifications() = Present(entry, context.locale(), head.read());
  }
  if (more) {
    response.set_next_page_token(asked.TokenFor(entries.back().cursor.Text()));
  }
  response.set_unread_count(UnreadCount(head));
  co_return response;
}

Task<absl::StatusOr<v1::ListNotificationsResponse>> InboxHandlers::List(
    rpc::CallContext context, v1::ListNotificationsRequest request) {
  CO_ASSIGN_OR_RETURN(const Owner owner, PersonAsked(inbox_, request.person_id()));
  CO_ASSIGN_OR_RETURN(
      paging::AskedPage asked,
      paging::PageAskedFor(ring_, context, request, clock_.Now(), kStandardPage, kLargestPage));
  co_return co_await Page(context, owner, std::move(asked));
}

Task<absl::StatusOr<v1::ListNotificationsResponse>> InboxHandlers::ListArea(
    rpc::CallContext context, v1::ListAreaNotificationsRequest request) {
  const auto tree = areas_.tree();
  if (tree->Find(request.area_code()) == nullptr) {
    co_return Refuse(Reason::AREA_UNKNOWN, {{"area", request.area_code()}});
  }
  const Owner owner{request.area_code(), tree->ShardOf(request.area_code(), inbox_.store().keys())};
  CO_ASSIGN_OR_RETURN(
      paging::AskedPage asked,
      paging::PageAskedFor(ring_, context, request, clock_.Now(), kStandardPage, kLargestPage));
  CO_ASSIGN_OR_RETURN(v1::ListNotificationsResponse response,
                      co_await Page(context, owner, std::move(asked)));
  // Shared by many: what one of them has read is not known.
  response.clear_unread_count();
  co_return response;
}

Task<absl::StatusOr<v1::MarkReadResponse>> InboxHandlers::MarkRead(rpc::CallContext context,
                                                                   v1::MarkReadRequest request) {
  CO_ASSIGN_OR_RETURN(const Owner owner, PersonAsked(inbox_, request.person_id()));
  const std::optional<Cursor> cursor = Cursor::Parse(request.cursor());
  if (!cursor) {
    co_return RefuseField("cursor", ViolationKind::BAD_FORMAT, {{"expected", "INBOX_CURSOR"}});
  }
  using ReadDecision = store::Decision<v1::MarkReadResponse>;
  std::function<Task<absl::StatusOr<ReadDecision>>()> decide =
      [&]() -> Task<absl::StatusOr<ReadDecision>> {
    ReadDecision decision{store::Commit(owner.shard), {}};
    CO_ASSIGN_OR_RETURN(const v1::InboxRecord head,
                        co_await inbox_.MarkRead(owner, *cursor, &decision.commit));
    decision.response.set_unread_count(UnreadCount(head));
    co_return decision;
  };
  const store::RequestKey key =
      store::MakeRequestKey(context.caller().Caller(), context.method(), request);
  co_return co_await store::Mutate<v1::MarkReadResponse>(inbox_.store(), key, owner.shard, decide);
}

}  // namespace baodao::inbox
