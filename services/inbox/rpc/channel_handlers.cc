#include "services/inbox/rpc/channel_handlers.h"

#include <functional>
#include <optional>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/store/mutate.h"
#include "services/inbox/domain/channels.h"
#include "services/inbox/rpc/owner.h"

namespace baodao::inbox {

void ChannelHandlers::Register(rpc::Router* router) {
  const std::string service = "baodao.inbox.v1.ChannelService/";
  router->Unary(service + "RegisterDevice", this, &ChannelHandlers::RegisterDevice);
  router->Unary(service + "RemoveDevice", this, &ChannelHandlers::RemoveDevice);
  router->Unary(service + "GetChannels", this, &ChannelHandlers::GetChannels);
  router->Unary(service + "SetPreferences", this, &ChannelHandlers::SetPreferences);
}

Task<absl::Status> ChannelHandlers::StartPushes(Owner owner, v1::ChannelsRecord* channels,
                                                store::Commit* commit) {
  if (channels->devices().empty()) co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(LoadedHead head, co_await inbox_.LoadHead(owner, store::Read::kFresh));
  // Their account is deleted; a token of theirs may be good for some minutes still.
  if (head.record.closed()) co_return NotFound("person", owner.id);
  if (head.record.pushes()) co_return absl::OkStatus();
  channels->set_seen(head.record.added());
  head.record.set_pushes(true);
  inbox_.PutHead(commit, owner, head);
  co_return absl::OkStatus();
}

template <class Request>
Task<absl::StatusOr<v1::Channels>> ChannelHandlers::Change(rpc::CallContext context,
                                                           Request request, ChangeChannels change) {
  CO_ASSIGN_OR_RETURN(const Owner owner, PersonAsked(inbox_, request.person_id()));
  using ChannelsDecision = store::Decision<v1::Channels>;
  std::function<Task<absl::StatusOr<ChannelsDecision>>()> decide =
      [&]() -> Task<absl::StatusOr<ChannelsDecision>> {
    ChannelsDecision decision{store::Commit(owner.shard), {}};
    const Time now = clock_.Now();
    CO_ASSIGN_OR_RETURN(LoadedChannels channels, co_await channels_.Load(owner));
    CO_RETURN_IF_ERROR(change(owner, &channels.record, now));
    CO_RETURN_IF_ERROR(co_await StartPushes(owner, &channels.record, &decision.commit));
    channels_.Put(&decision.commit, owner, channels);
    decision.response = ChannelsOf(channels.record, now);
    co_return decision;
  };
  const store::RequestKey key =
      store::MakeRequestKey(context.caller().Caller(), context.method(), request);
  co_return co_await store::Mutate<v1::Channels>(channels_.store(), key, owner.shard, decide);
}

Task<absl::StatusOr<v1::Channels>> ChannelHandlers::RegisterDevice(
    rpc::CallContext context, v1::RegisterDeviceRequest request) {
  ChangeChannels change = [this, &request, session = context.caller().session_id](
                              const Owner& owner, v1::ChannelsRecord* channels, Time now) {
    v1::DeviceRecord record = channels_.DeviceWith(owner, request.push_token());
    record.set_session_id(session);
    v1::Device& device = *record.mutable_device();
    device.set_device_id(ids::New("dev", owner.shard));
    device.set_platform(request.platform());
    device.set_language(request.language());
    *device.mutable_register_time() = ToTimestamp(now);
    AddDevice(channels, std::move(record), now);
    return absl::OkStatus();
  };
  co_return co_await Change(context, request, std::move(change));
}

Task<absl::StatusOr<v1::Channels>> ChannelHandlers::RemoveDevice(rpc::CallContext context,
                                                                 v1::RemoveDeviceRequest request) {
  ChangeChannels change = [&request](const Owner&, v1::ChannelsRecord* channels,
                                     Time) -> absl::Status {
    if (DropDevice(channels, request.device_id())) return absl::OkStatus();
    return NotFound("device", request.device_id());
  };
  co_return co_await Change(context, request, std::move(change));
}

Task<absl::StatusOr<v1::Channels>> ChannelHandlers::GetChannels(rpc::CallContext,
                                                                v1::GetChannelsRequest request) {
  CO_ASSIGN_OR_RETURN(const Owner owner, PersonAsked(inbox_, request.person_id()));
  CO_ASSIGN_OR_RETURN(const LoadedChannels channels, co_await channels_.Load(owner));
  co_return ChannelsOf(channels.record, clock_.Now());
}

Task<absl::StatusOr<v1::Channels>> ChannelHandlers::SetPreferences(
    rpc::CallContext context, v1::SetPreferencesRequest request) {
  ChangeChannels change = [&request](const Owner&, v1::ChannelsRecord* channels,
                                     Time) -> absl::Status {
    RETURN_IF_ERROR(CheckPreferences(request.preferences()));
    *channels->mutable_preferences() = request.preferences();
    return absl::OkStatus();
  };
  co_return co_await Change(context, request, std::move(change));
}

}  // namespace baodao::inbox
