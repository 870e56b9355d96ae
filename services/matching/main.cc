// matching: who should do what, and why.
#include "common/service/main.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "common/areas/feed.h"
#include "common/events/tail.h"
#include "common/ids/ids.h"
#include "common/profiles/registration_source.h"
#include "common/service/startup.h"
#include "common/service/worker_metrics.h"
#include "common/status/macros.h"
#include "services/matching/rpc/handlers.h"
#include "services/matching/workers/feed.h"
#include "services/matching/workers/match_loop.h"

namespace baodao::matching {
namespace {

IndexFeed::Options FeedOptions(int shards) {
  IndexFeed::Options options;
  options.shards = shards;
  return options;
}

// Everything of one process, in the order it is needed.
struct Parts {
  explicit Parts(service::Runtime& runtime)
      : settings(SettingsOf(runtime.config)),
        areas(areas::FromRegistration(runtime.ChannelTo("registration")), runtime.clock),
        source(runtime.ChannelTo("registration")),
        profiles(source),
        dispatch(runtime.ChannelTo("dispatch")),
        metrics(runtime.metrics),
        feed(index, areas, profiles, dispatch, runtime.clock, FeedOptions(runtime.store.shards())),
        matcher(runtime.loop, index, settings, runtime.clock, metrics),
        offers(index, dispatch, settings, runtime.clock, metrics),
        leases(runtime.store, runtime.clock, ids::New("rpl", 0), settings.lease),
        loop(index, matcher, offers, leases, settings, runtime.clock, metrics),
        handlers(index, dispatch, matcher, offers, settings, runtime.clock, metrics) {}

  Settings settings;
  areas::AreaTreeFeed areas;
  profiles::RegistrationSource source;
  profiles::ProfileCache profiles;
  RpcDispatch dispatch;
  MatchingMetrics metrics;
  CandidateIndex index;
  IndexFeed feed;
  Matcher matcher;
  Offers offers;
  Leases leases;
  MatchLoop loop;
  MatchingHandlers handlers;
  std::unique_ptr<events::Tail> tail;
};

class MatchingService final : public service::Service {
 public:
  Task<absl::Status> Start(service::Runtime& runtime) override {
    parts_ = std::make_unique<Parts>(runtime);
    Parts& parts = *parts_;
    events::TailOptions options;
    options.services.push_back("registration");
    options.services.push_back("dispatch");
    options.shards = runtime.store.shards();
    const auto on_event = [&parts](const events::Delivery& delivery) {
      return parts.feed.OnEvent(delivery);
    };
    parts.tail = events::NewTail(runtime.loop, runtime.redis, runtime.clock, options,
                                 service::ObserveAge(runtime, "tail", on_event),
                                 [&parts](std::string service, int shard) {
                                   return parts.feed.OnGap(std::move(service), shard);
                                 });
    std::function<Task<absl::Status>()> prepare = [&parts] { return parts.tail->Prepare(); };
    CO_RETURN_IF_ERROR(
        co_await service::UntilReachable(runtime.clock, "events", std::move(prepare)));
    co_await parts.feed.Load();
    parts.handlers.Register(&runtime.router);
    runtime.access = parts.handlers.Policy(parts.areas);
    LimitMatching(&runtime.rate_limits);
    runtime.Spawn("areas", parts.areas.Run());
    runtime.Spawn("events", parts.tail->Run());
    runtime.Spawn("index", parts.feed.Run());
    if (parts.settings.offer_automatically) runtime.Spawn("matching", parts.loop.Run());
    runtime.OnStop([&parts] { parts.tail->Stop(); });
    co_return absl::OkStatus();
  }

 private:
  std::unique_ptr<Parts> parts_;
};

}  // namespace
}  // namespace baodao::matching

int main(int argc, char** argv) {
  baodao::service::Program program;
  program.name = "matching";
  program.about = "Finds the right people for Baodao's tasks, and says why.";
  program.port = 7104;
  program.rows = baodao::matching::SettingRows();
  program.make = [] { return std::make_unique<baodao::matching::MatchingService>(); };
  return baodao::service::Main(program, argc, argv);
}
