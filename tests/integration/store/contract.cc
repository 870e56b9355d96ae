#include "tests/integration/store/contract.h"

namespace baodao::store {

using Kind = CommitOutcome::Kind;

ContractTest::ContractTest() : StoreFixture(GetParam(), "t", kShards) {
  for (int i = 0; i < 2; ++i) OpenStore();
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
