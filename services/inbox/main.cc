// inbox: what happened that concerns people.
#include "common/service/main.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/areas/feed.h"
#include "common/events/group_consumer.h"
#include "common/events/readers.h"
#include "common/events/tail.h"
#include "common/log/log.h"
#include "common/service/startup.h"
#include "common/service/worker_metrics.h"
#include "common/status/macros.h"
#include "common/timers/timer_loop.h"
#include "services/inbox/app/hub.h"
#include "services/inbox/app/liaisons.h"
#include "services/inbox/rpc/inbox_handlers.h"
#include "services/inbox/store/inbox_store.h"
#include "services/inbox/workers/deliverer.h"

namespace baodao::inbox {
namespace {

constexpr char kGroup[] = "inbox";

// Everything of one process, in the order it is needed.
struct Parts {
  explicit Parts(service::Runtime& runtime)
      : areas(areas::FromRegistration(runtime.ChannelTo("registration")), runtime.clock),
        store(runtime.store),
        handlers(store, hub, areas, runtime.key_ring, runtime.clock),
        liaisons(UnitsFromRegistration(runtime.ChannelTo("registration")), runtime.clock),
        deliverer(store, liaisons, areas, runtime.clock),
        timers(runtime.store, runtime.clock) {
    timers.Register(std::string(kRemindTimer),
                    [this](const timers::Timer& timer) { return deliverer.OnReminder(timer); });
    timers.Register(std::string(kHeldTimer),
                    [this](const timers::Timer& timer) { return deliverer.OnHeld(timer); });
  }

  areas::AreaTreeFeed areas;
  InboxStore store;
  Hub hub;
  InboxHandlers handlers;
  Liaisons liaisons;
  Deliverer deliverer;
  timers::TimerLoop timers;
  std::unique_ptr<events::Tail> wakes;
  std::unique_ptr<events::GroupConsumer> deliveries;
  std::unique_ptr<events::Consumer> trimmer;
};

// Watchers are woken by inbox's own events, so that any replica serves anybody; imports refresh the
// tree.
Task<absl::Status> OnTailed(Parts& parts, events::Delivery delivery) {
  if (delivery.event.has_notification_added()) {
    parts.hub.Wake(delivery.event.notification_added().owner_id());
    co_return absl::OkStatus();
  }
  co_return co_await parts.areas.OnEvent(delivery);
}

Task<void> OnGap(Parts& parts, std::string service) {
  if (service == kGroup) {
    parts.hub.WakeAll();
    co_return;
  }
  const absl::Status status = co_await parts.areas.Refresh();
  if (!status.ok()) log::Warn("areas.refresh_failed", {{"status", status}});
}

void MakeConsumers(service::Runtime& runtime, Parts& parts) {
  events::TailOptions tail;
  tail.services = {"inbox", "registration"};
  tail.shards = runtime.store.shards();
  const auto on_wake = [&parts](const events::Delivery& delivery) {
    return OnTailed(parts, delivery);
  };
  parts.wakes = events::NewTail(
      runtime.loop, runtime.redis, runtime.clock, tail,
      service::ObserveAge(runtime, "tail", on_wake),
      [&parts](std::string service, int) { return OnGap(parts, std::move(service)); });
  events::GroupOptions group;
  group.group = kGroup;
  group.services = events::ServicesReadBy(kGroup);
  group.shards = runtime.store.shards();
  const auto on_event = [&parts](const events::Delivery& delivery) {
    return parts.deliverer.OnEvent(delivery);
  };
  parts.deliveries = events::NewGroupConsumer(runtime.loop, runtime.redis, runtime.clock, group,
                                              service::ObserveAge(runtime, kGroup, on_event));
  parts.trimmer = service::NewTrimmer(runtime);
}

class InboxService final : public service::Service {
 public:
  Task<absl::Status> Start(service::Runtime& runtime) override {
    parts_ = std::make_unique<Parts>(runtime);
    Parts& parts = *parts_;
    MakeConsumers(runtime, parts);
    std::function<Task<absl::Status>()> prepare = [&parts] { return parts.wakes->Prepare(); };
    CO_RETURN_IF_ERROR(
        co_await service::UntilReachable(runtime.clock, "events", std::move(prepare)));
    co_await parts.areas.Load();
    parts.handlers.Register(&runtime.router);
    runtime.access = PolicyOf(parts.areas);
    service::ObserveTimers(runtime.metrics, parts.timers);
    runtime.Spawn("area-refresh", parts.areas.Run());
    runtime.Spawn("wakes", parts.wakes->Run());
    runtime.Spawn("deliveries", parts.deliveries->Run());
    runtime.Spawn("timers", parts.timers.Run());
    runtime.Spawn("trimmer", parts.trimmer->Run());
    runtime.Spawn("lag",
                  service::SampleGroupLag(runtime.metrics, runtime.redis, runtime.clock, kGroup,
                                          events::ServicesReadBy(kGroup), runtime.store.shards()));
    runtime.OnStop([&parts] {
      parts.timers.Stop();
      parts.wakes->Stop();
      parts.deliveries->Stop();
      parts.trimmer->Stop();
    });
    co_return absl::OkStatus();
  }

 private:
  std::unique_ptr<Parts> parts_;
};

}  // namespace
}  // namespace baodao::inbox

int main(int argc, char** argv) {
  baodao::service::Program program;
  program.name = "inbox";
  program.about = "Notifications of Baodao's people and areas, as lists and as resumable streams.";
  program.port = 7105;
  program.make = [] { return std::make_unique<baodao::inbox::InboxService>(); };
  return baodao::service::Main(program, argc, argv);
}
