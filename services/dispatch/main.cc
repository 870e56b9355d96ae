// dispatch: tasks, the people on them, and the hours they served.
#include "common/service/main.h"

#include <functional>
#include <memory>
#include <utility>

#include "common/areas/feed.h"
#include "common/events/group_consumer.h"
#include "common/events/readers.h"
#include "common/events/tail.h"
#include "common/profiles/profile_feed.h"
#include "common/profiles/registration_source.h"
#include "common/service/startup.h"
#include "common/service/worker_metrics.h"
#include "common/status/macros.h"
#include "common/work/settings.h"
#include "services/dispatch/app/metrics.h"
#include "services/dispatch/rpc/handlers.h"
#include "services/dispatch/workers/deadlines.h"
#include "services/dispatch/workers/standings.h"
#include "services/dispatch/workers/task_feed.h"

namespace baodao::dispatch {
namespace {

constexpr char kGroup[] = "dispatch";

std::vector<config::Row> Rows() {
  using config::Type;
  return {
      {"cached_tasks", Type::kInt, "200000",
       "Size of the cache of tasks: a task weighs ten, each person on it one.", false,
       config::Between(0, 1e9)},
  };
}

AppOptions OptionsOf(const config::Config& config) {
  AppOptions options;
  options.limits = work::LimitsOf(config);
  options.tasks.cache_weight = static_cast<size_t>(config.Int("cached_tasks"));
  return options;
}

// Everything of one process, in the order it is needed.
struct Parts {
  explicit Parts(service::Runtime& runtime)
      : areas(areas::FromRegistration(runtime.ChannelTo("registration")), runtime.clock),
        source(runtime.ChannelTo("registration")),
        profiles(source),
        profile_feed(profiles, runtime.clock, runtime.store.shards()),
        app(
            runtime.loop, runtime.store, runtime.clock, runtime.key_ring, profiles,
            [this] { return areas.tree(); }, OptionsOf(runtime.config)),
        metrics(runtime.metrics),
        task_feed(app, near, metrics),
        tasks(app, near),
        assignments(app),
        ledgers(app),
        deadlines(app),
        standings(app),
        timers(runtime.store, runtime.clock) {
    app.tasks.SetObserver(metrics.Observer());
    deadlines.Register(timers);
    standings.Register(timers);
    service::ObserveTimers(runtime.metrics, timers);
  }

  areas::AreaTreeFeed areas;
  profiles::RegistrationSource source;
  profiles::ProfileCache profiles;
  profiles::ProfileFeed profile_feed;
  App app;
  Metrics metrics;
  NearIndex near;
  TaskFeed task_feed;
  TaskHandlers tasks;
  AssignmentHandlers assignments;
  LedgerHandlers ledgers;
  Deadlines deadlines;
  Standings standings;
  timers::TimerLoop timers;
  std::unique_ptr<events::Tail> tail;
  std::unique_ptr<events::GroupConsumer> follower;
  std::unique_ptr<events::Consumer> trimmer;
};

Task<absl::Status> OnEvent(Parts& parts, events::Delivery delivery) {
  if (delivery.service == "registration") {
    CO_RETURN_IF_ERROR(co_await parts.areas.OnEvent(delivery));
    co_return co_await parts.profile_feed.OnEvent(delivery);
  }
  co_return co_await parts.task_feed.OnEvent(delivery);
}

Task<void> OnGap(Parts& parts, std::string service, int shard) {
  if (service == "registration") (co_await parts.areas.Refresh()).IgnoreError();  // Run repeats it
  co_await parts.profile_feed.OnGap(service, shard);
  co_await parts.task_feed.OnGap(service, shard);
}

class DispatchService final : public service::Service {
 public:
  Task<absl::Status> Start(service::Runtime& runtime) override {
    parts_ = std::make_unique<Parts>(runtime);
    Parts& parts = *parts_;
    const std::string name = runtime.store.keys().service();

    events::TailOptions options;
    options.services.push_back("registration");
    options.services.push_back(name);
    options.shards = runtime.store.shards();
    const auto on_event = [&parts](const events::Delivery& delivery) {
      return OnEvent(parts, delivery);
    };
    parts.tail = events::NewTail(runtime.loop, runtime.redis, runtime.clock, options,
                                 service::ObserveAge(runtime, "tail", on_event),
                                 [&parts](std::string service, int shard) {
                                   return OnGap(parts, std::move(service), shard);
                                 });
    std::function<Task<absl::Status>()> prepare = [&parts] { return parts.tail->Prepare(); };
    CO_RETURN_IF_ERROR(
        co_await service::UntilReachable(runtime.clock, "events", std::move(prepare)));
    co_await parts.areas.Load();
    co_await parts.profile_feed.Load();
    std::function<Task<absl::Status>()> tasks = [&parts] { return parts.task_feed.Load(); };
    CO_RETURN_IF_ERROR(co_await service::UntilReachable(runtime.clock, "tasks", std::move(tasks)));

    RegisterAll(runtime.router, parts.tasks, parts.assignments, parts.ledgers);
    runtime.access.covers = [&parts](std::string_view a, std::string_view b) {
      return parts.areas.Covers(a, b);
    };
    runtime.access.resolve = ResolveTasks(parts.app);
    SpawnWorkers(runtime);
    co_return absl::OkStatus();
  }

 private:
  void SpawnWorkers(service::Runtime& runtime) {
    Parts& parts = *parts_;
    events::GroupOptions group;
    group.group = kGroup;
    group.services = events::ServicesReadBy(kGroup);
    group.shards = runtime.store.shards();
    const auto on_event = [&parts](const events::Delivery& delivery) {
      return parts.standings.OnEvent(delivery);
    };
    parts.follower = events::NewGroupConsumer(runtime.loop, runtime.redis, runtime.clock, group,
                                              service::ObserveAge(runtime, kGroup, on_event));
    parts.trimmer = service::NewTrimmer(runtime);
    runtime.Spawn("areas", parts.areas.Run());
    runtime.Spawn("events", parts.tail->Run());
    runtime.Spawn("standings", parts.follower->Run());
    runtime.Spawn("lag",
                  service::SampleGroupLag(runtime.metrics, runtime.redis, runtime.clock, kGroup,
                                          events::ServicesReadBy(kGroup), runtime.store.shards()));
    runtime.Spawn("timers", parts.timers.Run());
    runtime.Spawn("trimmer", parts.trimmer->Run());
    runtime.OnStop([&parts] {
      parts.timers.Stop();
      parts.tail->Stop();
      parts.follower->Stop();
      parts.trimmer->Stop();
    });
  }

  std::unique_ptr<Parts> parts_;
};

}  // namespace
}  // namespace baodao::dispatch

int main(int argc, char** argv) {
  baodao::service::Program program;
  program.name = "dispatch";
  program.about = "Tasks of Baodao: published, claimed, served, evaluated, credited.";
  program.port = 7103;
  program.rows = baodao::dispatch::Rows();
  program.make = [] { return std::make_unique<baodao::dispatch::DispatchService>(); };
  return baodao::service::Main(program, argc, argv);
}
