// lists: needs, resources, projects and the links between them.
#include "common/service/main.h"

#include <functional>
#include <memory>
#include <string>

#include "common/areas/feed.h"
#include "common/events/group_consumer.h"
#include "common/events/readers.h"
#include "common/events/tail.h"
#include "common/log/log.h"
#include "common/service/startup.h"
#include "common/service/worker_metrics.h"
#include "common/status/macros.h"
#include "common/timers/timer_loop.h"
#include "common/work/settings.h"
#include "services/lists/rpc/services.h"
#include "services/lists/store/keys.h"
#include "services/lists/workers/follower.h"

namespace baodao::lists {
namespace {

constexpr char kGroup[] = "lists";

// A publication left behind is looked after again this soon.
timers::Options TimerOptions() {
  timers::Options options;
  options.lease = Millis(15'000);
  return options;
}

// Everything of one process, in the order it is needed.
struct Parts {
  explicit Parts(service::Runtime& runtime)
      : areas(areas::FromRegistration(runtime.ChannelTo("registration")), runtime.clock),
        peers(NewPeers(runtime.ChannelTo("dispatch"), runtime.ChannelTo("registration"))),
        records(
            runtime.store, runtime.clock, runtime.key_ring, [this] { return areas.tree(); },
            runtime.metrics),
        app{records, runtime.clock, runtime.key_ring, *peers, work::LimitsOf(runtime.config)},
        publications(app),
        services(app, publications),
        follower(app, publications),
        timers(runtime.store, runtime.clock, TimerOptions()) {
    AddRecords(app);
    timers.Register(std::string(kPublishTimer),
                    [this](const timers::Timer& timer) { return publications.Resume(timer.id); });
    timers.Register(std::string(record::kDeadlineTimer),
                    [this](const timers::Timer& timer) { return records.OnDeadline(timer); });
  }

  areas::AreaTreeFeed areas;
  std::unique_ptr<Peers> peers;
  record::Repository records;
  App app;
  Publications publications;
  Services services;
  Follower follower;
  timers::TimerLoop timers;
  std::unique_ptr<events::Tail> imports;
  std::unique_ptr<events::GroupConsumer> tasks;
  std::unique_ptr<events::Consumer> trimmer;
};

Task<void> OnGap(Parts& parts) {
  const absl::Status status = co_await parts.areas.Refresh();
  if (!status.ok()) log::Warn("areas.refresh_failed", {{"status", status}});
}

void MakeConsumers(service::Runtime& runtime, Parts& parts) {
  events::TailOptions tail;
  tail.services = {"registration"};
  tail.shards = runtime.store.shards();
  const auto on_import = [&parts](const events::Delivery& delivery) {
    return parts.areas.OnEvent(delivery);
  };
  parts.imports = events::NewTail(runtime.loop, runtime.redis, runtime.clock, tail,
                                  service::ObserveAge(runtime, "tail", on_import),
                                  [&parts](std::string, int) { return OnGap(parts); });
  events::GroupOptions group;
  group.group = kGroup;
  group.services = events::ServicesReadBy(kGroup);
  group.shards = runtime.store.shards();
  const auto on_task = [&parts](const events::Delivery& delivery) {
    return parts.follower.OnEvent(delivery);
  };
  parts.tasks = events::NewGroupConsumer(runtime.loop, runtime.redis, runtime.clock, group,
                                         service::ObserveAge(runtime, kGroup, on_task));
  parts.trimmer = service::NewTrimmer(runtime);
}

class ListsService final : public service::Service {
 public:
  Task<absl::Status> Start(service::Runtime& runtime) override {
    parts_ = std::make_unique<Parts>(runtime);
    Parts& parts = *parts_;
    MakeConsumers(runtime, parts);
    std::function<Task<absl::Status>()> prepare = [&parts] { return parts.imports->Prepare(); };
    CO_RETURN_IF_ERROR(
        co_await service::UntilReachable(runtime.clock, "events", std::move(prepare)));
    co_await parts.areas.Load();
    parts.services.Register(runtime.router);
    runtime.access = parts.records.Access();
    service::ObserveTimers(runtime.metrics, parts.timers);
    runtime.Spawn("area-refresh", parts.areas.Run());
    runtime.Spawn("area-events", parts.imports->Run());
    runtime.Spawn("task-events", parts.tasks->Run());
    runtime.Spawn("timers", parts.timers.Run());
    runtime.Spawn("trimmer", parts.trimmer->Run());
    runtime.Spawn("lag",
                  service::SampleGroupLag(runtime.metrics, runtime.redis, runtime.clock, kGroup,
                                          events::ServicesReadBy(kGroup), runtime.store.shards()));
    runtime.OnStop([&parts] {
      parts.timers.Stop();
      parts.imports->Stop();
      parts.tasks->Stop();
      parts.trimmer->Stop();
    });
    co_return absl::OkStatus();
  }

 private:
  std::unique_ptr<Parts> parts_;
};

}  // namespace
}  // namespace baodao::lists

int main(int argc, char** argv) {
  baodao::service::Program program;
  program.name = "lists";
  program.about = "Needs, resources and projects of Baodao, and the links between them.";
  program.port = 7102;
  program.make = [] { return std::make_unique<baodao::lists::ListsService>(); };
  return baodao::service::Main(program, argc, argv);
}
