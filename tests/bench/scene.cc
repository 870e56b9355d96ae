#include "tests/bench/scenarios.h"

namespace baodao::bench {
namespace {

constexpr int kConnections = 4;
constexpr size_t kCommunities = 46;

}  // namespace

Scene::Scene(const Scale& scale) : scale_(scale) {
  testing::Town::Options options;
  options.people = kFirstPeople;
  options.communities = kCommunities;
  // The limits are looked up on every call, but nobody reaches them.
  options.deployment.arguments["dispatch"] = {"--rate_limits=true", "--rate_person=1000000",
                                              "--rate_anonymous=1000000"};
  town_ = std::make_unique<testing::Town>(options);
  for (int i = 0; i < kConnections; ++i) {
    rpc::ChannelOptions channel;
    channel.target =
        "127.0.0.1:" + std::to_string(town_->deployment.port_base() + client::kDispatchPort);
    channel.timeout = Millis(30'000);
    connections_.push_back(std::make_unique<Connection>(town_->loop, channel));
  }
}

}  // namespace baodao::bench
