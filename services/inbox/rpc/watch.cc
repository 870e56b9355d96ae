// Watching an inbox without gaps: subscribe first, then read from the token on, again after every
// wake-up. Notifications that a watcher has not read stay in the stream; nothing is queued for it
// here, however slow it is.
#include <optional>
#include <utility>
#include <vector>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/inbox/rpc/inbox_handlers.h"
#include "services/inbox/rpc/owner.h"

namespace baodao::inbox {
namespace {

// Read from the store at once.
constexpr int kBatch = 100;

v1::WatchInboxResponse HeartbeatAt(const Cursor& cursor) {
  v1::WatchInboxResponse heartbeat;
  heartbeat.set_resume_token(cursor.Text());
  return heartbeat;
}

}  // namespace

Task<absl::StatusOr<InboxHandlers::Position>> InboxHandlers::Locate(Owner owner,
                                                                    std::string token) {
  std::optional<Cursor> after;
  if (!token.empty()) {
    after = Cursor::Parse(token);
    if (!after) co_return Refuse(Reason::RESUME_TOKEN_INVALID);
  }
  std::optional<Cursor> before;
  if (after) before = after->Next();
  CO_ASSIGN_OR_RETURN(const std::vector<Entry> last, co_await inbox_.Before(owner, before, 1));
  // The last one seen is still there: so is everything after it.
  if (!last.empty()) co_return Position{last[0].cursor, last[0].record.number()};
  CO_ASSIGN_OR_RETURN(const std::vector<Entry> first, co_await inbox_.After(owner, kStart, 1));
  if (!first.empty() && first[0].record.number() > 1)
    co_return Refuse(Reason::RESUME_TOKEN_TOO_OLD);
  co_return Position{kStart, 0};
}

Task<absl::Status> InboxHandlers::CatchUp(const rpc::CallContext& context, const Owner& owner,
                                          Position* position,
                                          rpc::Writer<v1::WatchInboxResponse>& writer) {
  std::optional<uint64_t> read;
  while (writer.open()) {
    CO_ASSIGN_OR_RETURN(const std::vector<Entry> entries,
                        co_await inbox_.After(owner, position->cursor, kBatch));
    if (!entries.empty() && !read) {
      CO_ASSIGN_OR_RETURN(const v1::InboxRecord head, co_await inbox_.Head(owner));
      read = head.read();
    }
    for (const Entry& entry : entries) {
      // Trimmed away under a watcher too slow to keep up.
      if (entry.record.number() != position->number + 1) {
        co_return Refuse(Reason::RESUME_TOKEN_TOO_OLD);
      }
      v1::WatchInboxResponse message = HeartbeatAt(entry.cursor);
      *message.mutable_notification() = Present(entry, context.locale(), *read);
      if (!co_await writer.Write(message)) co_return absl::OkStatus();
      *position = {entry.cursor, entry.record.number()};
    }
    if (static_cast<int>(entries.size()) < kBatch) break;
  }
  co_return absl::OkStatus();
}

Task<absl::Status> InboxHandlers::Watch(rpc::CallContext context, v1::WatchInboxRequest request,
                                        rpc::Writer<v1::WatchInboxResponse>& writer) {
  CO_ASSIGN_OR_RETURN(const Owner owner, PersonAsked(inbox_, request.person_id()));
  Watcher watcher{context.caller().session_id, writer.Waker(), writer.Closer()};
  const Hub::Subscription subscription = hub_.Add(owner.id, std::move(watcher), kMaxStreams);
  CO_ASSIGN_OR_RETURN(Position position, co_await Locate(owner, request.resume_token()));
  // At once, so that the client can resume from here even if nothing ever comes.
  if (!co_await writer.Write(HeartbeatAt(position.cursor))) co_return absl::OkStatus();
  CO_RETURN_IF_ERROR(co_await CatchUp(context, owner, &position, writer));
  // Reading again at every heartbeat also finds what no wake-up told of.
  while (co_await writer.Wait(kHeartbeat)) {
    if (clock_.Now() >= context.caller().expires) co_return Refuse(Reason::TOKEN_EXPIRED);
    const Cursor before = position.cursor;
    CO_RETURN_IF_ERROR(co_await CatchUp(context, owner, &position, writer));
    if (position.cursor == before && !co_await writer.Write(HeartbeatAt(before))) break;
  }
  co_return absl::OkStatus();
}

}  // namespace baodao::inbox
