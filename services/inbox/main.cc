// inbox: what happened that concerns people.
#include "common/service/main.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/areas/feed.h"
#include "common/profiles/registration_source.h"
#include "common/record/repository.h"
#include "common/status/macros.h"
#include "common/timers/timer_loop.h"
#include "common/webhook/sender.h"
#include "services/inbox/app/announcements.h"
#include "services/inbox/app/hub.h"
#include "services/inbox/app/liaisons.h"
#include "services/inbox/app/metrics.h"
#include "services/inbox/rpc/announcement_handlers.h"
#include "services/inbox/rpc/channel_handlers.h"
#include "services/inbox/rpc/home_handlers.h"
#include "services/inbox/rpc/inbox_handlers.h"
#include "services/inbox/store/channel_store.h"
#include "services/inbox/store/inbox_store.h"
#include "services/inbox/workers/deliverer.h"
#include "services/inbox/workers/pusher.h"

namespace baodao::inbox {
namespace {

std::vector<config::Row> Rows() {
  using config::Type;
  return {
      {"push_url", Type::kString, "",
       "Where pushes to devices are posted: the address of a push gateway; empty: nothing is "
       "pushed.",
       false, webhook::Url()},
      {"push_secret", Type::kString, "",
       "What pushes are signed with: whsec_ and the base64 of 24 to 64 bytes.", true,
       webhook::Secret()},
      {"push_timeout", Type::kDuration, "10s", "How long one try of a push takes at most.", false,
       config::Between(0.001, 30)},
  };
}

// Everything of one process, in the order it is needed.
struct InboxService final : service::Service {
  InboxService(service::Runtime& runtime, service::Host& host)
      : runtime(runtime),
        areas(areas::FromRegistration(runtime.ChannelTo("registration")), runtime.clock),
        store(runtime.store, record::KeepTimesOf(runtime.config).Of("notification")),
        channels(runtime.store, runtime.key_ring),
        handlers(store, hub, areas, runtime.key_ring, runtime.clock),
        channel_handlers(channels, store, runtime.clock),
        archive(record::NewArchive(runtime.ChannelTo("records"))),
        records(
            runtime.store, runtime.clock, runtime.key_ring, [this] { return areas.tree(); },
            runtime.metrics),
        registration(runtime.ChannelTo("registration")),
        announcements(records, registration, runtime.clock),
        announcement_handlers(records, announcements, store, runtime.clock),
        home(
            store,
            SourcesFrom(runtime.ChannelTo("dispatch"), runtime.ChannelTo("records"), announcements),
            runtime.clock),
        liaisons(UnitsFromRegistration(runtime.ChannelTo("registration")), runtime.clock),
        nearby(NearbyFromDispatch(runtime.ChannelTo("dispatch")), runtime.clock),
        deliverer(store, channels, liaisons, nearby, areas, runtime.clock),
        metrics(runtime.metrics),
        sender(webhook::FromConfig(runtime.loop, runtime.config, "push", kPushesAtOnce)),
        pusher(runtime.loop, store, channels, areas, runtime.clock, metrics, Sending()),
        timers(runtime.store, runtime.clock) {
    records.SetRetirement({archive.get(), record::KeepTimesOf(runtime.config)});
    records.Add(kAnnouncement);
    timers.Register(std::string(kRemindTimer),
                    [this](const timers::Timer& timer) { return deliverer.OnReminder(timer); });
    timers.Register(std::string(kHeldTimer),
                    [this](const timers::Timer& timer) { return deliverer.OnHeld(timer); });
    timers.Register(std::string(kAgeTimer),
                    [this](const timers::Timer& timer) { return deliverer.OnAge(timer); });
    timers.Register(std::string(kPushTimer),
                    [this](const timers::Timer& timer) { return pusher.OnTimer(timer); });
    timers.Register(std::string(record::kDeadlineTimer),
                    [this](const timers::Timer& timer) { return records.OnDeadline(timer); });
    host.Areas(areas);
    host.Tail("inbox", hub);
    host.FollowInBatches([this](std::vector<events::Delivery> deliveries) {
      return deliverer.OnEvents(std::move(deliveries));
    });
    host.Timers(timers);
    handlers.Register(&runtime.router);
    channel_handlers.Register(&runtime.router);
    announcement_handlers.Register(&runtime.router);
    home.Register(&runtime.router);
    runtime.access = records.Access();
  }

  Task<absl::Status> Load() override {
    CO_RETURN_IF_ERROR(sender.status());
    co_await areas.Load();
    runtime.Spawn("pushes", pusher.Run());
    // Pushes under way would hold up the stop; they are sent again.
    if (*sender) runtime.OnStop([this] { (*sender)->Stop(); });
    co_return absl::OkStatus();
  }

  SendPush Sending() {
    if (!sender.ok() || !*sender) return nullptr;
    return [this](std::string id, std::string json) {
      return (*sender)->Send(std::move(id), std::move(json), runtime.clock.Now());
    };
  }

  service::Runtime& runtime;

  areas::AreaTreeFeed areas;
  InboxStore store;
  Hub hub;
  ChannelStore channels;
  InboxHandlers handlers;
  ChannelHandlers channel_handlers;
  std::unique_ptr<record::Archive> archive;
  record::Repository records;
  profiles::RegistrationSource registration;
  Announcements announcements;
  AnnouncementHandlers announcement_handlers;
  HomeHandlers home;
  Liaisons liaisons;
  Nearby nearby;
  Deliverer deliverer;
  PushMetrics metrics;
  absl::StatusOr<std::unique_ptr<webhook::Sender>> sender;
  Pusher pusher;
  timers::TimerLoop timers;
};

}  // namespace
}  // namespace baodao::inbox

int main(int argc, char** argv) {
  baodao::service::Program program;
  program.name = "inbox";
  program.about = "Notifications of Baodao's people and areas, as lists and as resumable streams.";
  program.port = 7105;
  program.rows = baodao::inbox::Rows();
  program.make = baodao::service::Make<baodao::inbox::InboxService>;
  return baodao::service::Main(program, argc, argv);
}
