// inbox: what happened that concerns people.
#include "common/service/main.h"

#include <string>

#include "common/areas/feed.h"
#include "common/timers/timer_loop.h"
#include "services/inbox/app/hub.h"
#include "services/inbox/app/liaisons.h"
#include "services/inbox/rpc/channel_handlers.h"
#include "services/inbox/rpc/inbox_handlers.h"
#include "services/inbox/store/channel_store.h"
#include "services/inbox/store/inbox_store.h"
#include "services/inbox/workers/deliverer.h"

namespace baodao::inbox {
namespace {

// Everything of one process, in the order it is needed.
struct InboxService final : service::Service {
  InboxService(service::Runtime& runtime, service::Host& host)
      : areas(areas::FromRegistration(runtime.ChannelTo("registration")), runtime.clock),
        store(runtime.store, runtime.config.Duration("keep_ended")),
        channels(runtime.store, runtime.key_ring),
        handlers(store, hub, areas, runtime.key_ring, runtime.clock),
        channel_handlers(channels, store, runtime.clock),
        liaisons(UnitsFromRegistration(runtime.ChannelTo("registration")), runtime.clock),
        deliverer(store, channels, liaisons, areas, runtime.clock),
        timers(runtime.store, runtime.clock) {
    timers.Register(std::string(kRemindTimer),
                    [this](const timers::Timer& timer) { return deliverer.OnReminder(timer); });
    timers.Register(std::string(kHeldTimer),
                    [this](const timers::Timer& timer) { return deliverer.OnHeld(timer); });
    timers.Register(std::string(kAgeTimer),
                    [this](const timers::Timer& timer) { return deliverer.OnAge(timer); });
    host.Areas(areas);
    host.Tail("inbox", hub);
    host.Follow([this](const events::Delivery& delivery) { return deliverer.OnEvent(delivery); });
    host.Timers(timers);
    handlers.Register(&runtime.router);
    channel_handlers.Register(&runtime.router);
    runtime.access = PolicyOf(areas);
  }

  Task<absl::Status> Load() override {
    co_await areas.Load();
    co_return absl::OkStatus();
  }

  areas::AreaTreeFeed areas;
  InboxStore store;
  Hub hub;
  ChannelStore channels;
  InboxHandlers handlers;
  ChannelHandlers channel_handlers;
  Liaisons liaisons;
  Deliverer deliverer;
  timers::TimerLoop timers;
};

}  // namespace
}  // namespace baodao::inbox

int main(int argc, char** argv) {
  baodao::service::Program program;
  program.name = "inbox";
  program.about = "Notifications of Baodao's people and areas, as lists and as resumable streams.";
  program.port = 7105;
  program.make = baodao::service::Make<baodao::inbox::InboxService>;
  return baodao::service::Main(program, argc, argv);
}
