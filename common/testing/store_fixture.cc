#include "common/testing/store_fixture.h"

namespace baodao::testing {
namespace {

RedisOptions Quick() {
  RedisOptions options;
  options.fsync_always = false;
  return options;
}

}  // namespace

std::string BackendName(const ::testing::TestParamInfo<Backend>& info) {
  switch (info.param) {
    case Backend::kMemory:
      return "Memory";
    case Backend::kRedis:
      return "Redis";
    case Backend::kCluster:
      return "Cluster";
  }
  return "";
}

RedisServer& SharedRedis() {
  static RedisServer server(Quick());
  return server;
}

RedisCluster& SharedCluster() {
  static RedisCluster cluster(Quick());
  return cluster;
}

StoreFixture::StoreFixture(Backend backend, std::string service, int shards)
    : backend_(backend), keys_(std::move(service), shards) {
  if (backend == Backend::kRedis) SharedRedis().Do({"FLUSHALL"});
  if (backend != Backend::kCluster) return;
  for (size_t i = 0; i < RedisCluster::size(); ++i) SharedCluster().node(i).Do({"FLUSHALL"});
}

void StoreFixture::TearDown() {
  for (const auto& client : clients_) Run(client->Close());
}

redis::Config StoreFixture::config() const {
  return backend_ == Backend::kCluster ? SharedCluster().config() : SharedRedis().config();
}

store::Store& StoreFixture::OpenStore() {
  if (backend_ == Backend::kMemory) {
    stores_.push_back(std::make_unique<store::MemoryStore>(keys_, data_, clock_));
  } else {
    clients_.push_back(Ok(redis::Connect(loop_, config())));
    stores_.push_back(Ok(store::RedisStore::Open(loop_, *clients_.back(), keys_)));
  }
  return *stores_.back();
}

}  // namespace baodao::testing
