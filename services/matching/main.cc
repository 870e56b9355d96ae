// matching: who should do what, and why.
#include "common/service/main.h"

#include "common/areas/feed.h"
#include "common/ids/ids.h"
#include "common/profiles/registration_source.h"
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
struct MatchingService final : service::Service {
  MatchingService(service::Runtime& runtime, service::Host& host)
      : runtime(runtime),
        settings(SettingsOf(runtime.config)),
        areas(areas::FromRegistration(runtime.ChannelTo("registration")), runtime.clock),
        people(runtime.ChannelTo("registration")),
        dispatch(runtime.ChannelTo("dispatch")),
        metrics(runtime.metrics),
        feed(index, areas, people, dispatch, runtime.clock, FeedOptions(runtime.store.shards())),
        matcher(runtime.loop, index, settings, runtime.clock, metrics),
        offers(index, dispatch, settings, runtime.clock, metrics),
        leases(runtime.store, runtime.clock, ids::New("rpl", 0), settings.lease),
        loop(index, matcher, offers, leases, settings, runtime.clock, metrics),
        handlers(index, dispatch, matcher, offers, runtime.store, settings, runtime.clock,
                 metrics) {
    host.Tail("registration", feed);
    host.Tail("dispatch", feed);
    handlers.Register(&runtime.router);
    runtime.access = handlers.Policy(areas);
    LimitMatching(&runtime.rate_limits);
  }

  Task<absl::Status> Load() override {
    co_await feed.Load();
    runtime.Spawn("areas", areas.Run());
    runtime.Spawn("index", feed.Run());
    if (settings.offer_automatically) runtime.Spawn("matching", loop.Run());
    co_return absl::OkStatus();
  }

  service::Runtime& runtime;
  Settings settings;
  areas::AreaTreeFeed areas;
  profiles::RegistrationSource people;
  RpcDispatch dispatch;
  MatchingMetrics metrics;
  CandidateIndex index;
  IndexFeed feed;
  Matcher matcher;
  Offers offers;
  Leases leases;
  MatchLoop loop;
  MatchingHandlers handlers;
};

}  // namespace
}  // namespace baodao::matching

int main(int argc, char** argv) {
  baodao::service::Program program;
  program.name = "matching";
  program.about = "Finds the right people for Baodao's tasks, and says why.";
  program.port = 7104;
  program.rows = baodao::matching::SettingRows();
  program.make = baodao::service::Make<baodao::matching::MatchingService>;
  return baodao::service::Main(program, argc, argv);
}
