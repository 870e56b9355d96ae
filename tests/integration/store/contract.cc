#include "tests/integration/store/contract.h"

#include <atomic>
#include <utility>

namespace baodao::store {

using Kind = CommitOutcome::Kind;

testing::RedisServer& SharedServer() {
  static testing::RedisServer server;
  return server;
}

testing::RedisCluster& SharedCluster() {
  static testing::RedisCluster cluster;
  return cluster;
}

ContractTest::ContractTest() {
  // A prefix of its own: no test sees another's keys.
  static std::atomic<int> number{0};
  const Keys keys("t" + std::to_string(++number), kShards);
  if (in_memory()) {
    for (int i = 0; i < 2; ++i) {
      stores_.push_back(std::make_unique<MemoryStore>(keys, data_, clock_));
    }
    return;
  }
  const redis::Config config =
      GetParam() == Backend::kStandalone ? SharedServer().config() : SharedCluster().config();
  client_ = Ok(redis::Connect(loop_, config));
  for (int i = 0; i < 2; ++i) stores_.push_back(Ok(RedisStore::Open(loop_, *client_, keys)));
}

ContractTest::~ContractTest() {
  if (client_) testing::Run(loop_, client_->Close());
}

Time ContractTest::Now() const { return in_memory() ? clock_.Now() : SystemClock().Now(); }

bool ContractTest::Await(std::function<bool()> condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) return true;
    clock_.Advance(Millis(5));
    if (!in_memory()) testing::Run(loop_, SystemClock().SleepFor(Millis(5)));
  }
  return false;
}

void ContractTest::Overwrite(const std::string& key, std::string bytes, int shard) {
  Commit commit(shard);
  commit.Put(key, Get(key).version, std::move(bytes));
  EXPECT_EQ(ApplyKind(std::move(commit)), Kind::kApplied);
}

}  // namespace baodao::store
