// InboxService.
#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>

#include "baodao/inbox/v1/inbox.pb.h"
#include "common/areas/feed.h"
#include "common/clock/clock.h"
#include "common/crypto/key_ring.h"
#include "common/paging/asked_page.h"
#include "common/rpc/context.h"
#include "common/rpc/router.h"
#include "services/inbox/app/hub.h"
#include "services/inbox/domain/render.h"
#include "services/inbox/store/inbox_store.h"

namespace baodao::inbox {

// Streams one person may have open in one replica; a newer one takes the place of the oldest.
inline constexpr size_t kMaxStreams = 10;
// A watcher hears something at least this often: well under the 15 seconds promised.
inline constexpr Millis kHeartbeat{10'000};

class InboxHandlers {
 public:
  // All outlive the handlers.
  InboxHandlers(InboxStore& inbox, Hub& hub, areas::AreaTreeFeed& areas,
                const crypto::KeyRing& ring, Clock& clock)
      : inbox_(inbox), hub_(hub), areas_(areas), ring_(ring), clock_(clock) {}

  void Register(rpc::Router* router);

  Task<absl::StatusOr<v1::ListNotificationsResponse>> List(rpc::CallContext context,
                                                           v1::ListNotificationsRequest request);
  Task<absl::StatusOr<v1::ListNotificationsResponse>> ListArea(
      rpc::CallContext context, v1::ListAreaNotificationsRequest request);
  Task<absl::StatusOr<v1::MarkReadResponse>> MarkRead(rpc::CallContext context,
                                                      v1::MarkReadRequest request);
  Task<absl::Status> Watch(rpc::CallContext context, v1::WatchInboxRequest request,
                           rpc::Writer<v1::WatchInboxResponse>& writer);

 private:
  Task<absl::StatusOr<v1::ListNotificationsResponse>> Page(rpc::CallContext context, Owner owner,
                                                           paging::AskedPage asked);
  v1::Notification Present(const Entry& entry, Locale locale, uint64_t read) const;
  // The position of a resume token (empty: now). RESUME_TOKEN_TOO_OLD where something after it is
  // gone.
  Task<absl::StatusOr<Cursor>> Locate(Owner owner, std::string token);
  // Writes everything after the position. OK also when the client is gone.
  Task<absl::Status> CatchUp(const rpc::CallContext& context, const Owner& owner, Cursor* position,
                             rpc::Writer<v1::WatchInboxResponse>& writer);

  InboxStore& inbox_;
  Hub& hub_;
  areas::AreaTreeFeed& areas_;
  const crypto::KeyRing& ring_;  // of page tokens
  Clock& clock_;
};

}  // namespace baodao::inbox
