// ChannelService.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <string>

#include "baodao/inbox/v1/channel.pb.h"
#include "common/clock/clock.h"
#include "common/rpc/context.h"
#include "common/rpc/router.h"
#include "services/inbox/store/channel_store.h"
#include "services/inbox/store/inbox_store.h"

namespace baodao::inbox {

class ChannelHandlers {
 public:
  // All outlive the handlers.
  ChannelHandlers(ChannelStore& channels, InboxStore& inbox, Clock& clock)
      : channels_(channels), inbox_(inbox), clock_(clock) {}

  void Register(rpc::Router* router);

  Task<absl::StatusOr<v1::Channels>> RegisterDevice(rpc::CallContext context,
                                                    v1::RegisterDeviceRequest request);
  Task<absl::StatusOr<v1::Channels>> RemoveDevice(rpc::CallContext context,
                                                  v1::RemoveDeviceRequest request);
  Task<absl::StatusOr<v1::Channels>> GetChannels(rpc::CallContext context,
                                                 v1::GetChannelsRequest request);
  Task<absl::StatusOr<v1::Channels>> SetPreferences(rpc::CallContext context,
                                                    v1::SetPreferencesRequest request);

 private:
  using ChangeChannels = std::function<absl::Status(const Owner&, v1::ChannelsRecord*, Time now)>;

  // Notifications from now on are pushed, if they were not: there are devices now.
  Task<absl::Status> StartPushes(Owner owner, v1::ChannelsRecord* channels, store::Commit* commit);
  // Gives the request one answer: the channels as `change` leaves them.
  template <class Request>
  Task<absl::StatusOr<v1::Channels>> Change(rpc::CallContext context, Request request,
                                            ChangeChannels change);

  ChannelStore& channels_;
  InboxStore& inbox_;
  Clock& clock_;
};

}  // namespace baodao::inbox
