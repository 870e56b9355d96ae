// Three primaries: routing, moving slots, a lost node.
#include <set>

#include "common/redis/slot.h"
#include "common/testing/matchers.h"
#include "tests/integration/redis/fixture.h"

namespace baodao::redis {
namespace {

class ClusterTest : public RedisTest {
 protected:
  static void SetUpTestSuite() { cluster_ = new RedisCluster(Fast()); }
  static void TearDownTestSuite() {
    delete cluster_;
    cluster_ = nullptr;
  }
  void SetUp() override { client_ = Connected(cluster_->config()); }

  Result Call(Command command) { return Await(client_->Call(std::move(command))); }

  // Slot moves: begun (keys may be on either side), then finished. Nobody reshards a cluster whose
  // nodes have not yet agreed on the last move.
  struct Move {
    std::string slot;
    size_t from;
    size_t to;
  };
  static Move Begin(const std::string& key) {
    cluster_->AwaitReady();
    Move move{std::to_string(KeySlot(key)), RedisCluster::NodeOf(KeySlot(key)), 0};
    move.to = (move.from + 1) % RedisCluster::size();
    cluster_->node(move.to).Do(
        {"CLUSTER", "SETSLOT", move.slot, "IMPORTING", cluster_->IdOf(move.from)});
    cluster_->node(move.from).Do(
        {"CLUSTER", "SETSLOT", move.slot, "MIGRATING", cluster_->IdOf(move.to)});
    return move;
  }
  static void MoveKey(const Move& move, const std::string& key) {
    const Reply done = cluster_->node(move.from).Do(
        {"MIGRATE", "127.0.0.1", std::to_string(cluster_->node(move.to).port()), key, "0", "5000"});
    ASSERT_EQ(done.text, "OK");
  }
  static void Finish(const Move& move) {
    const std::string id = cluster_->IdOf(move.to);
    ASSERT_EQ(cluster_->node(move.to).Do({"CLUSTER", "SETSLOT", move.slot, "NODE", id}).text, "OK");
    ASSERT_EQ(cluster_->node(move.from).Do({"CLUSTER", "SETSLOT", move.slot, "NODE", id}).text,
              "OK");
  }

  static RedisCluster* cluster_;
  std::unique_ptr<Client> client_;
};
RedisCluster* ClusterTest::cluster_ = nullptr;

TEST_F(ClusterTest, EveryKeyGoesToItsNode) {
  std::set<size_t> used;
  for (int i = 0; i < 200; ++i) {
    const std::string key = "{" + std::to_string(i) + "}route";
    ASSERT_THAT(Call(Command::On(key, "SET", key, i)), testing::IsOk());
    const size_t node = RedisCluster::NodeOf(KeySlot(key));
    ASSERT_EQ(cluster_->node(node).Do({"GET", key}).text, std::to_string(i));
    used.insert(node);
  }
  EXPECT_EQ(used.size(), 3u);
  EXPECT_EQ(client_->stats().redirects, 0u);
}

TEST_F(ClusterTest, CallEachSpreadsOverTheNodesInOrder) {
  std::vector<Command> commands;
  for (int i = 0; i < 1000; ++i) {
    const std::string key = "{" + std::to_string(i) + "}each";
    commands.push_back(Command::On(key, "SET", key, i, "GET"));
  }
  for (int i = 0; i < 1000; ++i) {
    const std::string key = "{" + std::to_string(i) + "}each";
    commands.push_back(Command::On(key, "GET", key));
  }
  const std::vector<Result> results = Await(client_->CallEach(std::move(commands)));
  ASSERT_EQ(results.size(), 2000u);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(results[1000 + i]->text, std::to_string(i));
}

TEST_F(ClusterTest, CallPrimariesReachesEachOnce) {
  const auto results = Await(client_->CallPrimaries(Command::Any("CLUSTER", "MYID")));
  std::set<std::string> ids;
  for (const Result& result : results) ids.insert(result->text);
  EXPECT_EQ(ids, (std::set<std::string>{cluster_->IdOf(0), cluster_->IdOf(1), cluster_->IdOf(2)}));
}

TEST_F(ClusterTest, KeysOfSeveralSlotsAreRefusedByTheServer) {
  const Result result = Call(Command::On("a", "MGET", "a", "b"));
  EXPECT_TRUE(HasErrorWord(result.status(), "CROSSSLOT"));
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(ClusterTest, FollowsAMovedSlotAndRemembersIt) {
  const std::string key = "{moved}k";
  ASSERT_THAT(Call(Command::On(key, "SET", key, "v")), testing::IsOk());
  const Move move = Begin(key);
  MoveKey(move, key);
  Finish(move);
  EXPECT_EQ(TextOf(Call(Command::On(key, "GET", key))), "v");
  EXPECT_EQ(client_->stats().redirects, 1u);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(TextOf(Call(Command::On(key, "GET", key))), "v");
  EXPECT_EQ(client_->stats().redirects, 1u);
  std::vector<Command> two(2, Command::On(key, "GET", key));
  EXPECT_EQ(Await(client_->CallEach(std::move(two)))[1]->text, "v");
}

TEST_F(ClusterTest, CallEachFollowsAMovedSlotToo) {
  const std::string key = "{movedeach}k";
  ASSERT_THAT(Call(Command::On(key, "SET", key, "v")), testing::IsOk());
  const Move move = Begin(key);
  MoveKey(move, key);
  Finish(move);
  std::vector<Command> commands;
  commands.push_back(Command::On("{other}", "GET", "{other}"));
  commands.push_back(Command::On(key, "GET", key));
  const auto results = Await(client_->CallEach(std::move(commands)));
  EXPECT_THAT(results[0], testing::IsOk());
  ASSERT_THAT(results[1], testing::IsOk());
  EXPECT_EQ(results[1]->text, "v");
}

TEST_F(ClusterTest, AsksTheImportingNodeForAKeyThatHasLeft) {
  const std::string here = "{asked}here", gone = "{asked}gone";
  ASSERT_THAT(Call(Command::On(here, "SET", here, 1)), testing::IsOk());
  ASSERT_THAT(Call(Command::On(gone, "SET", gone, 2)), testing::IsOk());
  const Move move = Begin(here);
  MoveKey(move, gone);
  EXPECT_EQ(TextOf(Call(Command::On(gone, "GET", gone))), "2");
  EXPECT_EQ(client_->stats().redirects, 1u);
  EXPECT_EQ(TextOf(Call(Command::On(here, "GET", here))), "1");
  EXPECT_EQ(client_->stats().redirects, 1u) << "ASK was taken for MOVED";
  MoveKey(move, here);
  Finish(move);
  EXPECT_EQ(TextOf(Call(Command::On(here, "GET", here))), "1");
}

TEST_F(ClusterTest, TriesAgainWhileKeysAreOnBothSides) {
  const std::string a = "{split}a", b = "{split}b";
  ASSERT_THAT(Call(Command::On(a, "SET", a, 1)), testing::IsOk());
  ASSERT_THAT(Call(Command::On(b, "SET", b, 2)), testing::IsOk());
  const Move move = Begin(a);
  MoveKey(move, a);
  const auto both =
      Start(client_->Call(Command::On(a, "MGET", a, b), Within(std::chrono::seconds(20))));
  Until([&] { return client_->stats().calls > 4; });  // it has been refused and tried again
  EXPECT_FALSE(both->has_value());
  MoveKey(move, b);
  Finish(move);
  const Result reply = Get(both);
  ASSERT_THAT(reply, testing::IsOk());
  EXPECT_EQ(reply->items[0].text, "1");
  EXPECT_EQ(reply->items[1].text, "2");
}

TEST_F(ClusterTest, ABlockingReadFollowsItsSlot) {
  const std::string key = "{stream}s";
  const auto connection = client_->Dedicated(key);
  Options options = Within(std::chrono::seconds(20));
  const auto read =
      Start(connection->Call(Command::On(key, "XREAD", "BLOCK", 0, "STREAMS", key, "$"), options));
  const size_t from = RedisCluster::NodeOf(KeySlot(key));
  const auto blocked = [](RedisServer& node) {
    return node.Do({"INFO", "clients"}).text.find("blocked_clients:1\r") != std::string::npos;
  };
  Until([&] { return blocked(cluster_->node(from)); });
  const Move move = Begin(key);
  Finish(move);
  Until([&] { return blocked(cluster_->node(move.to)); });
  ASSERT_THAT(Call(Command::On(key, "XADD", key, "*", "f", "v")), testing::IsOk());
  const Result reply = Get(read);
  ASSERT_THAT(reply, testing::IsOk());
  EXPECT_EQ(reply->items.at(0).items.at(0).text, key);
}

TEST_F(ClusterTest, ALostNodeTakesOnlyItsSlotsWithIt) {
  std::string lost, other;
  for (int i = 0; lost.empty() || other.empty(); ++i) {
    const std::string key = "{" + std::to_string(i) + "}lost";
    (RedisCluster::NodeOf(KeySlot(key)) == 2 ? lost : other) = key;
  }
  ASSERT_THAT(Call(Command::On(lost, "SET", lost, "kept")), testing::IsOk());
  cluster_->node(2).Kill();
  EXPECT_THAT(Call(Command::On(other, "SET", other, 1)), testing::IsOk());
  EXPECT_TRUE(absl::IsUnavailable(Call(Command::On(lost, "GET", lost)).status()));
  EXPECT_FALSE(client_->connected());
  cluster_->node(2).Restart();
  cluster_->AwaitReady();
  Until([&] { return client_->connected(); });
  EXPECT_EQ(TextOf(Call(Command::On(lost, "GET", lost))), "kept");
}

TEST_F(ClusterTest, AnySeedWillDo) {
  Config config;
  config.host = "localhost";
  config.port = cluster_->node(1).port();
  EXPECT_THAT(Await(Connected(config)->Call(Command::On("k", "SET", "k", 1))), testing::IsOk());
  config.database = 1;
  EXPECT_EQ(Await(Connect(loop_, config)).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(ClusterTest, DestroyingTheClientEndsItsCalls) {
  cluster_->node(0).Pause();
  std::string key;
  for (int i = 0; key.empty(); ++i) {
    const std::string candidate = "{" + std::to_string(i) + "}end";
    if (RedisCluster::NodeOf(KeySlot(candidate)) == 0) key = candidate;
  }
  const auto pending = Start(client_->Call(Command::On(key, "GET", key)));
  Until([&] { return client_->stats().in_flight == 1; });
  client_.reset();
  EXPECT_TRUE(IsOutcomeUnknown(Get(pending).status()));
  cluster_->node(0).Resume();
  cluster_->AwaitReady();
}

}  // namespace
}  // namespace baodao::redis
