// Only the store in Redis has these: functions, combined calls, crashes, the number of shards.
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <fstream>
#include <iterator>

#include "common/crypto/key_ring.h"
#include "common/redis/slot.h"
#include "common/status/status.h"
#include "common/testing/matchers.h"
#include "common/testing/temp_dir.h"
#include "tests/integration/store/contract.h"

namespace baodao::store {
namespace {

using Kind = CommitOutcome::Kind;

class RedisStoreTest : public ContractTest {
 protected:
  // Applies all in one turn of the loop, so that they are combined.
  std::vector<absl::StatusOr<CommitOutcome>> ApplyTogether(std::vector<Commit> commits) {
    std::vector<absl::StatusOr<CommitOutcome>> outcomes(commits.size());
    size_t done = 0;
    const auto apply = [&](size_t i) -> Task<void> {
      outcomes[i] = co_await store().Apply(std::move(commits[i]));
      ++done;
    };
    for (size_t i = 0; i < commits.size(); ++i) {
      asio::co_spawn(loop_, apply(i), asio::detached);
    }
    const auto wait = [&]() -> Task<void> {
      while (done < commits.size()) co_await SystemClock().SleepFor(Millis(1));
    };
    Run(wait());
    return outcomes;
  }

  Commit Putting(int i, uint64_t expected = 0) {
    const int shard = i % kShards;
    Commit commit(shard);
    commit.Put(Key("task", std::to_string(i), shard), expected, "record " + std::to_string(i));
    commit.IndexAdd(Key("index", "all", shard), i, std::to_string(i));
    commit.Answer(Request("r" + std::to_string(i)), "answer " + std::to_string(i));
    return commit;
  }
};

TEST_P(RedisStoreTest, CombinedCommitsStayIndependent) {
  std::vector<Commit> commits;
  for (int i = 0; i < 100; ++i) commits.push_back(Putting(i, i % 10 == 3 ? 5 : 0));
  const auto outcomes = ApplyTogether(std::move(commits));
  for (int i = 0; i < 100; ++i) {
    const Kind expected = i % 10 == 3 ? Kind::kConflict : Kind::kApplied;
    ASSERT_THAT(outcomes[i], testing::IsOk());
    EXPECT_EQ(outcomes[i]->kind, expected) << i;
    const int shard = i % kShards;
    const Stored stored = Get(Key("task", std::to_string(i), shard));
    EXPECT_EQ(stored.bytes, i % 10 == 3 ? "" : "record " + std::to_string(i));
    EXPECT_EQ(Ok(store().FindAnswer(shard, Request("r" + std::to_string(i)))).has_value(),
              expected == Kind::kApplied);
  }
}

// One commit that is a mistake of the program must not take the others of its call with it.
TEST_P(RedisStoreTest, AFailingCommitFailsAlone) {
  Commit value(3);
  value.SetField(Key("index", "wrong"), "f", "not an index");
  EXPECT_EQ(ApplyKind(value), Kind::kApplied);
  std::vector<Commit> commits;
  for (int i = 0; i < 3; ++i) {
    Commit commit(3);
    if (i == 1) {
      commit.IndexAdd(Key("index", "wrong"), 1, "m");
    } else {
      commit.Put(Key("task", std::to_string(i)), 0, "x");
    }
    commit.Answer(Request("r" + std::to_string(i)), "answer");
    commits.push_back(std::move(commit));
  }
  const auto outcomes = ApplyTogether(std::move(commits));
  EXPECT_THAT(outcomes[0], testing::IsOk());
  EXPECT_EQ(outcomes[1].status().code(), absl::StatusCode::kInternal) << outcomes[1].status();
  EXPECT_THAT(outcomes[2], testing::IsOk());
  EXPECT_FALSE(Ok(store().FindAnswer(3, Request("r1")))) << "what failed was not answered";
  EXPECT_TRUE(Get(Key("task", "2")).exists());
}

TEST_P(RedisStoreTest, MissingFunctionsAreLoadedAgain) {
  for (const auto& reply : Run(client().CallPrimaries(redis::Command::Any("FUNCTION", "FLUSH")))) {
    EXPECT_THAT(reply, testing::IsOk());
  }
  for (int i = 0; i < kShards; ++i) EXPECT_EQ(ApplyKind(Putting(i)), Kind::kApplied);
  for (const auto& reply : Run(client().CallPrimaries(redis::Command::Any("FUNCTION", "FLUSH")))) {
    EXPECT_THAT(reply, testing::IsOk());
  }
  EXPECT_TRUE(Ok(store().TakeDueTimers(2, Time(Millis(5)), Millis(5), 5)).empty());
}

INSTANTIATE_TEST_SUITE_P(All, RedisStoreTest, ::testing::Values(Backend::kRedis, Backend::kCluster),
                         BackendName);

class OneServerTest : public ::testing::Test {
 protected:
  template <class T>
  T Ok(Task<absl::StatusOr<T>> task) {
    absl::StatusOr<T> result = testing::Run(loop_, std::move(task));
    if (!result.ok()) throw std::runtime_error(result.status().ToString());
    return *std::move(result);
  }

  asio::io_context loop_;
  testing::RedisServer server_;
  std::unique_ptr<redis::Client> client_ = Ok(redis::Connect(loop_, server_.config()));
};

TEST_F(OneServerTest, TheNumberOfShardsIsFixedAtTheFirstStart) {
  EXPECT_EQ(Ok(OpenShards(*client_, 8)), 8);
  EXPECT_EQ(Ok(OpenShards(*client_, 8)), 8);
  EXPECT_EQ(Ok(OpenShards(*client_, 0)), 8);
  const absl::StatusOr<int> other = testing::Run(loop_, OpenShards(*client_, 16));
  EXPECT_EQ(other.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(testing::Run(loop_, OpenShards(*client_, 5000)).status().code(),
            absl::StatusCode::kInvalidArgument);
  server_.Do({"DEL", "baodao:shards"});
  EXPECT_EQ(Ok(OpenShards(*client_, 0)), 16);
  server_.Do({"SET", "baodao:shards", "many"});
  EXPECT_EQ(testing::Run(loop_, OpenShards(*client_, 0)).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

// With another ring nobody would be found by their phone, and everybody made anew.
TEST_F(OneServerTest, TheRingIsTheOneTheDataWasWrittenWith) {
  const auto open = [&](const crypto::KeyRing& ring) {
    return testing::Run(loop_, CheckRing(*client_, ring)).code();
  };
  const testing::TempDir dir;
  const auto ring = crypto::KeyRing::LoadOrCreate(dir.File("ring.json"));
  ASSERT_THAT(ring, testing::IsOk());
  EXPECT_EQ(open(*ring), absl::StatusCode::kOk);
  EXPECT_EQ(open(*ring), absl::StatusCode::kOk);
  EXPECT_EQ(open(crypto::KeyRing::Generate()), absl::StatusCode::kFailedPrecondition);
  // A rotation puts a key in front of the others.
  std::ifstream file(dir.File("ring.json"));
  std::string json((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const size_t keys = json.find('[');
  ASSERT_NE(keys, std::string::npos) << json;
  json.insert(keys + 1, "{\"id\":2,\"key\":\"" + std::string(43, 'A') + "=\"},");
  std::ofstream(dir.File("ring.json"), std::ios::trunc) << json;
  const auto rotated = crypto::KeyRing::Load(dir.File("ring.json"));
  ASSERT_THAT(rotated, testing::IsOk());
  ASSERT_FALSE(ring->Open(rotated->Seal("a", "b"), "b").ok()) << "sealed by the new key";
  EXPECT_EQ(open(*rotated), absl::StatusCode::kOk);
}

// Writers go on through kills of Redis; whatever was acknowledged must be there at the end.
TEST_F(OneServerTest, KillLosesNothingAcknowledged) {
  const Keys keys("kill", 4);
  const std::unique_ptr<RedisStore> store = Ok(RedisStore::Open(loop_, *client_, keys));
  constexpr int kWriters = 8, kKills = 3;
  std::vector<int> acknowledged(kWriters, 0);
  bool stop = false;
  int running = kWriters, failures = 0;
  const auto write = [&](int writer) -> Task<void> {
    const int shard = writer % 4;
    const std::string key = keys.Of(shard, "counter", std::to_string(writer));
    while (!stop) {
      absl::StatusOr<Stored> stored = co_await store->Get(key);
      if (!stored.ok()) {
        ++failures;
        co_await SystemClock().SleepFor(Millis(5));
        continue;
      }
      const int next = static_cast<int>(stored->version) + 1;
      Commit commit(shard);
      commit.Put(key, stored->version, std::to_string(next));
      commit.Emit(std::to_string(next));
      const absl::StatusOr<CommitOutcome> outcome = co_await store->Apply(std::move(commit));
      if (outcome.ok() && outcome->kind == Kind::kApplied) acknowledged[writer] = next;
      if (!outcome.ok()) ++failures;
    }
    --running;
  };
  for (int writer = 0; writer < kWriters; ++writer) {
    asio::co_spawn(loop_, write(writer), asio::detached);
  }
  const auto kill = [&]() -> Task<void> {
    for (int i = 0; i < kKills; ++i) {
      const int before = acknowledged[0];
      while (acknowledged[0] < before + 20) co_await SystemClock().SleepFor(Millis(1));
      server_.Kill();
      server_.Restart();
    }
    const int before = acknowledged[0];
    while (acknowledged[0] < before + 20) co_await SystemClock().SleepFor(Millis(1));
    stop = true;
    while (running > 0) co_await SystemClock().SleepFor(Millis(1));
  };
  testing::Run(loop_, kill());
  EXPECT_GT(failures, 0) << "the kills must have been felt";
  for (int writer = 0; writer < kWriters; ++writer) {
    const Stored stored = Ok(store->Get(keys.Of(writer % 4, "counter", std::to_string(writer))));
    EXPECT_GE(stored.version, static_cast<uint64_t>(acknowledged[writer])) << writer;
    EXPECT_EQ(stored.bytes, std::to_string(stored.version));
  }
}

// One primary that was down kept every service from starting.
TEST(OneOfThreeTest, AServiceStartsWhileAPrimaryIsDown) {
  asio::io_context loop{1};
  testing::RedisOptions options;
  options.extra = {"--cluster-require-full-coverage", "no"};
  testing::RedisCluster cluster(options);
  redis::Config config = cluster.config();
  config.outage_grace = Millis(50);
  auto client = testing::Run(loop, redis::Connect(loop, config));
  ASSERT_THAT(client, testing::IsOk());
  const Keys keys("down", 16);
  const auto node_of = [&](int shard) {
    return testing::RedisCluster::NodeOf(redis::KeySlot(keys.Of(shard, "task", "a")));
  };
  cluster.node(2).Kill();
  const auto store = testing::Run(loop, RedisStore::Open(loop, **client, keys));
  ASSERT_THAT(store, testing::IsOk());
  int applied = 0;
  for (int shard = 0; shard < 16; ++shard) {
    if (node_of(shard) == 2) continue;
    Commit commit(shard);
    commit.Put(keys.Of(shard, "task", "a"), 0, "x");
    const auto outcome = testing::Run(loop, (*store)->Apply(std::move(commit)));
    EXPECT_THAT(outcome, testing::IsOk());
    applied += outcome.ok();
  }
  EXPECT_GT(applied, 0);
  for (size_t i = 0; i < 2; ++i) cluster.node(i).Kill();
  const auto none = testing::Run(loop, RedisStore::Open(loop, **client, keys));
  EXPECT_THAT(none, testing::IsRefusal(Reason::STORE_UNAVAILABLE)) << none.status();
}

// A dead server is an error that tells callers to come back, not a hang.
TEST_F(OneServerTest, AnOutageIsStoreUnavailable) {
  const Keys keys("down", 4);
  const std::unique_ptr<RedisStore> store = Ok(RedisStore::Open(loop_, *client_, keys));
  server_.Kill();
  Commit commit(1);
  commit.Put(keys.Of(1, "task", "a"), 0, "x");
  EXPECT_THAT(testing::Run(loop_, store->Apply(commit)),
              testing::IsRefusal(Reason::STORE_UNAVAILABLE));
  EXPECT_THAT(testing::Run(loop_, store->Get("{01}down:task:a")),
              testing::IsRefusal(Reason::STORE_UNAVAILABLE));
  server_.Restart();
}

// Before the machine swaps, and without forgetting anything.
TEST_F(OneServerTest, AFullRedisRefusesToWriteAndSaysSo) {
  const Keys keys("full", 4);
  const std::unique_ptr<RedisStore> store = Ok(RedisStore::Open(loop_, *client_, keys));
  const auto put = [&](const std::string& id) {
    Commit commit(1);
    commit.Put(keys.Of(1, "task", id), 0, "record " + id);
    commit.IndexAdd(keys.Of(1, "all"), 1, id);
    commit.Emit("event");
    commit.Answer(Request(id), "answer");
    return testing::Run(loop_, store->Apply(std::move(commit)));
  };
  const auto policy = server_.Do({"CONFIG", "GET", "maxmemory-policy"});
  ASSERT_EQ(policy.items.at(1).text, "noeviction");
  ASSERT_THAT(put("a"), testing::IsOk());
  server_.Do({"CONFIG", "SET", "maxmemory", "1"});
  const auto refused = put("b");
  EXPECT_THAT(refused, testing::IsRefusal(Reason::STORE_FULL)) << refused.status();
  EXPECT_TRUE(absl::IsUnavailable(refused.status())) << "to be sent again";
  EXPECT_THAT(testing::Run(loop_, store->Increment(keys.Of(1, "tries"), Millis(1'000))),
              testing::IsRefusal(Reason::STORE_FULL));
  EXPECT_EQ(Ok(store->Get(keys.Of(1, "task", "a"))).bytes, "record a") << "reads go on";

  server_.Do({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_FALSE(Ok(store->Get(keys.Of(1, "task", "b"))).exists());
  EXPECT_EQ(Ok(store->IndexSize(keys.Of(1, "all"))), 1);
  EXPECT_EQ(server_.Do({"XLEN", keys.Events(1)}).integer, 1);
  const auto again = put("b");
  ASSERT_THAT(again, testing::IsOk());
  EXPECT_EQ(again->kind, CommitOutcome::Kind::kApplied) << "the same request";
}

}  // namespace
}  // namespace baodao::store
