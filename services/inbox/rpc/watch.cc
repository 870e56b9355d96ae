// Watching an inbox without gaps: subscribe first, then read from the token on, again after every
// wake-up. Notifications that a watcher has not read stay in the inbox; nothing is queued for it
// here, however slow it is.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "common/crypto/random.h"
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

Task<absl::StatusOr<Cursor>> InboxHandlers::Locate(Owner owner, std::string token) {
  std::optional<Cursor> after;
  if (!token.empty()) {
    after = Cursor::Parse(token);
    if (!after) co_return Refuse(Reason::RESUME_TOKEN_INVALID);
  }
  CO_ASSIGN_OR_RETURN(const Excerpt newest, co_await inbox_.Before(owner, std::nullopt, 1));
  const v1::InboxRecord& head = newest.head;
  if (after && after->sequence < head.dropped()) co_return Refuse(Reason::RESUME_TOKEN_TOO_OLD);
  if (after && after->sequence < head.added()) co_return *after;
  co_return newest.entries.empty() ? Cursor{0, head.added()} : newest.entries[0].cursor;
}

Task<absl::Status> InboxHandlers::CatchUp(const rpc::CallContext& context, const Owner& owner,
                                          Cursor* position,
                                          rpc::Writer<v1::WatchInboxResponse>& writer) {
  std::optional<uint64_t> read;
  while (writer.open()) {
    CO_ASSIGN_OR_RETURN(const Excerpt excerpt, co_await inbox_.After(owner, *position, kBatch));
    if (!read) read = excerpt.head.read();
    for (const Entry& entry : excerpt.entries) {
      // Dropped under a watcher too slow to keep up.
      if (entry.record.number() != position->sequence + 1) {
        co_return Refuse(Reason::RESUME_TOKEN_TOO_OLD);
      }
      v1::WatchInboxResponse message = HeartbeatAt(entry.cursor);
      *message.mutable_notification() = Present(entry, context.locale(), *read);
      if (!co_await writer.Write(message)) co_return absl::OkStatus();
      *position = entry.cursor;
    }
    if (static_cast<int>(excerpt.entries.size()) < kBatch) break;
  }
  co_return absl::OkStatus();
}

Task<absl::Status> InboxHandlers::Watch(rpc::CallContext context, v1::WatchInboxRequest request,
                                        rpc::Writer<v1::WatchInboxResponse>& writer) {
  CO_ASSIGN_OR_RETURN(const Owner owner, PersonAsked(inbox_, request.person_id()));
  Watcher watcher{context.caller().session_id, writer.Waker(), writer.Closer()};
  const Hub::Subscription subscription = hub_.Add(owner.id, std::move(watcher), kMaxStreams);
  CO_ASSIGN_OR_RETURN(Cursor position, co_await Locate(owner, request.resume_token()));
  // Where it fails, as in a full store that can still be read, what comes is found a little later.
  Time expected = clock_.Now();
  (co_await inbox_.ExpectWatcher(owner, expected)).IgnoreError();
  // At once, so that the client can resume from here even if nothing ever comes.
  if (!co_await writer.Write(HeartbeatAt(position))) co_return absl::OkStatus();
  CO_RETURN_IF_ERROR(co_await CatchUp(context, owner, &position, writer));
  // At a moment of its own, whatever wakes it meanwhile: streams that were opened together, as all
  // are after a restart, do not have their heartbeats together ever after.
  Time beat =
      clock_.Now() + Millis(static_cast<int64_t>(crypto::RandomBits() % kHeartbeat.count()));
  for (;;) {
    // A clock may go back.
    if (!co_await writer.Wait(std::clamp(beat - clock_.Now(), Millis(0), kHeartbeat))) break;
    const Time now = clock_.Now();
    if (now >= context.caller().expires) co_return Refuse(Reason::TOKEN_EXPIRED);
    if (now - expected >= kWatched / 4) {
      expected = now;
      (co_await inbox_.ExpectWatcher(owner, now)).IgnoreError();
    }
    // Reading again at every heartbeat also finds what no wake-up told of.
    const Cursor before = position;
    CO_RETURN_IF_ERROR(co_await CatchUp(context, owner, &position, writer));
    if (now < beat) continue;
    beat = now + kHeartbeat;
    if (position == before && !co_await writer.Write(HeartbeatAt(before))) break;
  }
  co_return absl::OkStatus();
}

}  // namespace baodao::inbox
