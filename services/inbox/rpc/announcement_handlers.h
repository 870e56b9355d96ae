// AnnouncementService.
#pragma once

#include <absl/status/statusor.h>

#include "baodao/inbox/v1/announcement.pb.h"
#include "common/clock/clock.h"
#include "common/rpc/context.h"
#include "common/rpc/router.h"
#include "services/inbox/app/announcements.h"
#include "services/inbox/store/inbox_store.h"

namespace baodao::inbox {

class AnnouncementHandlers {
 public:
  // All outlive the handlers.
  AnnouncementHandlers(record::Repository& records, Announcements& announcements, InboxStore& inbox,
                       Clock& clock)
      : records_(records), announcements_(announcements), inbox_(inbox), clock_(clock) {}

  void Register(rpc::Router* router);

  Task<absl::StatusOr<v1::Announcement>> Publish(rpc::CallContext context,
                                                 v1::PublishAnnouncementRequest request);
  Task<absl::StatusOr<v1::Announcement>> Withdraw(rpc::CallContext context,
                                                  v1::WithdrawAnnouncementRequest request);
  Task<absl::StatusOr<v1::Announcement>> Get(rpc::CallContext context,
                                             v1::GetAnnouncementRequest request);
  Task<absl::StatusOr<v1::ListAnnouncementsResponse>> List(rpc::CallContext context,
                                                           v1::ListAnnouncementsRequest request);
  Task<absl::StatusOr<v1::ListMyAnnouncementsResponse>> ListMine(
      rpc::CallContext context, v1::ListMyAnnouncementsRequest request);
  Task<absl::StatusOr<v1::MarkAnnouncementsReadResponse>> MarkRead(
      rpc::CallContext context, v1::MarkAnnouncementsReadRequest request);

 private:
  // Counts one more of the area in its day, with the transaction. RATE_LIMITED.
  Task<absl::Status> Count(record::Transaction& transaction, std::string area_code);

  record::Repository& records_;
  Announcements& announcements_;
  InboxStore& inbox_;
  Clock& clock_;
};

}  // namespace baodao::inbox
