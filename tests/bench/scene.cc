#include <algorithm>

#include "tests/bench/scenarios.h"

namespace baodao::bench {
namespace {

constexpr size_t kCommunities = 46;

}  // namespace

testing::TownOptions TownOf() {
  testing::TownOptions options;
  options.people = kFirstPeople;
  options.communities = kCommunities;
  // The limits are looked up on every call, but nobody reaches them.
  options.deployment.arguments["dispatch"] = {"--rate_limits=true", "--rate_person=1000000",
                                              "--rate_anonymous=1000000"};
  // With a million of everything.
  options.deployment.start_limit = std::chrono::minutes(30);
  return options;
}

Scene::Scene(const Scale& scale)
    : scale_(scale),
      town_(TownOf()),
      connections_(town_.loop, town_.deployment.port_base() + client::kDispatchPort) {}

void ReportUntil(Scene& scene, size_t people) {
  constexpr size_t kAtOnce = 2'000;
  demo::World& world = scene.world();
  while (world.people.size() < people) {
    scene.town().Run(demo::ReportMore(world, std::min(world.people.size() + kAtOnce, people)));
  }
}

}  // namespace baodao::bench
