// Indexes, fields, values, streams and timers.
#include "common/testing/matchers.h"
#include "tests/integration/store/contract.h"

namespace baodao::store {
namespace {

using Kind = CommitOutcome::Kind;

class CollectionsTest : public ContractTest {
 protected:
  std::vector<std::string> Members(const std::string& key, Store::Range range = {}) {
    std::vector<std::string> members;
    for (const ScoredMember& member : Ok(store().RangeIndex(key, range))) {
      members.push_back(member.member);
    }
    return members;
  }
};

using Names = std::vector<std::string>;

TEST_P(CollectionsTest, IndexRanges) {
  const std::string key = Key("index", "a");
  Commit commit(3);
  commit.IndexAdd(key, 3, "c");
  commit.IndexAdd(key, 1, "a");
  commit.IndexAdd(key, 2.5, "b2");
  commit.IndexAdd(key, 2.5, "b1");
  commit.IndexAdd(key, -1e15, "low");
  EXPECT_EQ(ApplyKind(commit), Kind::kApplied);
  EXPECT_EQ(Members(key), (Names{"low", "a", "b1", "b2", "c"}));
  EXPECT_EQ(Members(key, {.min = 1, .max = 2.5}), (Names{"a", "b1", "b2"}));
  EXPECT_EQ(Members(key, {.min = 1, .max = 2.5, .reverse = true}), (Names{"b2", "b1", "a"}));
  EXPECT_EQ(Members(key, {.reverse = true, .offset = 1, .limit = 2}), (Names{"b2", "b1"}));
  EXPECT_EQ(Members(key, {.offset = 4, .limit = 9}), (Names{"c"}));
  EXPECT_EQ(Members(key, {.limit = 0}), Names{});
  EXPECT_EQ(Members(Key("index", "none")), Names{});
  EXPECT_EQ(Ok(store().IndexSize(key)), 5);
  EXPECT_EQ(Ok(store().RangeIndex(key, {.limit = 1}))[0].score, -1e15);
}

TEST_P(CollectionsTest, ScoresKeepTheirPrecision) {
  const std::string key = Key("index", "a");
  const double score = 1'748'736'123'457.125;
  Commit commit(3);
  commit.IndexAdd(key, score, "m");
  EXPECT_EQ(ApplyKind(commit), Kind::kApplied);
  EXPECT_EQ(Ok(store().RangeIndex(key, {}))[0].score, score);
}

TEST_P(CollectionsTest, IndexOperationsKeepTheirOrder) {
  const std::string key = Key("index", "a");
  Commit commit(3);
  commit.IndexAdd(key, 1, "moved");
  commit.IndexAdd(key, 1, "gone");
  commit.IndexRemove(key, "gone");
  commit.IndexRemove(key, "back");
  commit.IndexAdd(key, 5, "back");
  commit.IndexAdd(key, 9, "moved");
  EXPECT_EQ(ApplyKind(commit), Kind::kApplied);
  EXPECT_EQ(Members(key), (Names{"back", "moved"}));
}

TEST_P(CollectionsTest, MembersFromAScoreOnAreCounted) {
  const std::string key = Key("index", "starts");
  Commit commit(3);
  for (const double start : {1.0, 2.0, 2.5, 3.0})
    commit.IndexAdd(key, start, "m" + std::to_string(start));
  EXPECT_EQ(ApplyKind(commit), Kind::kApplied);
  EXPECT_EQ(Ok(store().IndexSize(key)), 4);
  EXPECT_EQ(Ok(store().IndexSize(key, 2)), 3);
  EXPECT_EQ(Ok(store().IndexSize(key, 2.75)), 1);
  EXPECT_EQ(Ok(store().IndexSize(key, 4)), 0);
}

// More than one command can take is split.
TEST_P(CollectionsTest, VeryManyOperations) {
  const std::string index = Key("index", "many"), hash = Key("hash", "many");
  Commit commit(3);
  for (int i = 0; i < 3000; ++i) {
    commit.IndexAdd(index, i, "m" + std::to_string(i));
    commit.SetField(hash, "f" + std::to_string(i), "v");
  }
  EXPECT_EQ(ApplyKind(commit), Kind::kApplied);
  EXPECT_EQ(Ok(store().IndexSize(index)), 3000);
  EXPECT_EQ(Ok(store().ListFields(hash)).size(), 3000u);
}

TEST_P(CollectionsTest, Fields) {
  const std::string key = Key("hash", "a");
  Commit commit(3);
  commit.SetField(key, "x", "1");
  commit.SetField(key, "y", "");
  commit.SetField(key, "z", "3");
  commit.RemoveField(key, "z");
  commit.SetField(key, "x", "2");
  EXPECT_EQ(ApplyKind(commit), Kind::kApplied);
  const auto values = Ok(store().GetFields(key, {"z", "y", "x"}));
  EXPECT_EQ(values[0], std::nullopt);
  EXPECT_EQ(values[1], "");
  EXPECT_EQ(values[2], "2");
  EXPECT_EQ(Ok(store().ListFields(key)).size(), 2u);
  EXPECT_EQ(Ok(store().GetFields(Key("hash", "none"), {"x"}))[0], std::nullopt);
  EXPECT_TRUE(Ok(store().GetFields(key, {})).empty());
}

TEST_P(CollectionsTest, ACommitRemovesAnIndexOrAHashAsAWhole) {
  const std::string index = Key("index", "whole"), hash = Key("hash", "whole");
  Commit adding(3);
  adding.IndexAdd(index, 1, "a");
  adding.IndexAdd(index, 2, "b");
  adding.SetField(hash, "x", "1");
  adding.SetField(hash, "y", "2");
  EXPECT_EQ(ApplyKind(adding), Kind::kApplied);
  Commit removing(3);
  removing.Remove(index);
  removing.Remove(hash);
  EXPECT_EQ(ApplyKind(removing), Kind::kApplied);
  EXPECT_EQ(Ok(store().IndexSize(index)), 0);
  EXPECT_TRUE(Ok(store().ListFields(hash)).empty());
}

TEST_P(CollectionsTest, ACommitRemovesACounter) {
  const std::string key = Key("rate", "removed");
  EXPECT_EQ(Ok(store().Increment(key, Millis(60'000))).value, 1);
  Commit removing(3);
  removing.Remove(key);
  EXPECT_EQ(ApplyKind(removing), Kind::kApplied);
  EXPECT_EQ(Ok(store().ReadCounter(key)).value, 0);
}

TEST_P(CollectionsTest, CountersLiveFromTheirFirstIncrement) {
  const std::string key = Key("rate", "a");
  EXPECT_EQ(Ok(store().Increment(key, Millis(60'000))).value, 1);
  const Counted second = Ok(store().Increment(key, Millis(120'000)));
  EXPECT_EQ(second.value, 2);
  EXPECT_LE(second.left, Millis(60'000)) << "does not prolong it";
}

TEST_P(CollectionsTest, CountersBeginAnewOnceTheyAreOver) {
  const std::string key = Key("rate", "a");
  EXPECT_EQ(Ok(store().Increment(key, Millis(50))).value, 1);
  EXPECT_TRUE(Await([&] { return Ok(store().ReadCounter(key)).value == 0; }));
  EXPECT_EQ(Ok(store().Increment(key, Millis(60'000))).value, 1);
  EXPECT_THAT(Run(store().Decrement(key, Millis(60'000))), testing::IsOk());
  EXPECT_EQ(Ok(store().ReadCounter(key)).value, 0);
}

TEST_P(CollectionsTest, CountersSayHowLongTheyLive) {
  const std::string key = Key("rate", "b");
  EXPECT_EQ(Ok(store().ReadCounter(key)).value, 0);
  EXPECT_EQ(Ok(store().ReadCounter(key)).left, Millis(0));
  // Redis reads its clock once for the deadline and again for what is left.
  const Millis left = Ok(store().Increment(key, Millis(60'000))).left;
  EXPECT_GT(left, Millis(30'000));
  EXPECT_LE(left, Millis(60'000));
  EXPECT_TRUE(Await([&] { return Ok(store().ReadCounter(key)).left < Millis(60'000); }));
  const Counted read = Ok(store().ReadCounter(key));
  EXPECT_EQ(read.value, 1);
  EXPECT_GT(read.left, Millis(0));
}

TEST_P(CollectionsTest, StreamsReadBothWays) {
  const std::string key = Key("inbox", "a");
  for (int i = 0; i < 5; ++i) {
    Commit commit(3);
    commit.Append(key, std::to_string(i), 1000);
    EXPECT_EQ(ApplyKind(commit), Kind::kApplied);
  }
  const auto all = Ok(store().ReadStream(key, "", false, 100));
  ASSERT_EQ(all.size(), 5u);
  EXPECT_EQ(all[4].bytes, "4");
  const auto after = Ok(store().ReadStream(key, all[1].id, false, 2));
  ASSERT_EQ(after.size(), 2u);
  EXPECT_EQ(after[0].bytes, "2");
  const auto newest = Ok(store().ReadStream(key, "", true, 2));
  ASSERT_EQ(newest.size(), 2u);
  EXPECT_EQ(newest[0].bytes, "4");
  const auto older = Ok(store().ReadStream(key, newest[1].id, true, 100));
  ASSERT_EQ(older.size(), 3u);
  EXPECT_EQ(older[0].bytes, "2");
  EXPECT_TRUE(Ok(store().ReadStream(key, all[4].id, false, 10)).empty());
}

TEST_P(CollectionsTest, StreamsAreTrimmed) {
  const std::string key = Key("inbox", "long");
  Commit commit(3);
  for (int i = 0; i < 1000; ++i) commit.Append(key, std::to_string(i), 100);
  EXPECT_EQ(ApplyKind(commit), Kind::kApplied);
  const auto left = Ok(store().ReadStream(key, "", false, 2000));
  EXPECT_GE(left.size(), 100u);
  EXPECT_LE(left.size(), 300u);
  EXPECT_EQ(left.back().bytes, "999");
}

TEST_P(CollectionsTest, TimersAreTakenWithALease) {
  const Time t(Millis(1'000'000));
  Commit commit(3);
  commit.SetTimer("offer|tsk_1|per_1", t);
  commit.SetTimer("sla|tsk_1", t + Millis(10));
  commit.SetTimer("sla|tsk_2", t + Millis(500));
  EXPECT_EQ(ApplyKind(commit), Kind::kApplied);
  EXPECT_EQ(Ok(store().NextTimer(3)), t);
  EXPECT_TRUE(Ok(store().TakeDueTimers(3, t - Millis(1), Millis(100), 10)).empty());

  const auto due = Ok(store().TakeDueTimers(3, t + Millis(10), Millis(100), 10));
  ASSERT_EQ(due.size(), 2u);
  EXPECT_EQ(due[0].member, "offer|tsk_1|per_1");
  EXPECT_EQ(due[0].due, t);
  EXPECT_EQ(due[1].member, "sla|tsk_1");
  // Leased: hidden from everybody until the lease ends.
  EXPECT_TRUE(Ok(replica().TakeDueTimers(3, t + Millis(109), Millis(100), 10)).empty());
  EXPECT_EQ(Ok(store().NextTimer(3)), t + Millis(110));

  Commit handled(3);
  handled.ClearTimer("offer|tsk_1|per_1");
  EXPECT_EQ(ApplyKind(handled), Kind::kApplied);
  const auto again = Ok(replica().TakeDueTimers(3, t + Millis(110), Millis(100), 10));
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].member, "sla|tsk_1");
}

TEST_P(CollectionsTest, TimersMoveAndAreTakenInPortions) {
  const Time t(Millis(1'000'000));
  Commit commit(5);
  for (int i = 0; i < 10; ++i) commit.SetTimer("k|" + std::to_string(i), t + Millis(i));
  commit.SetTimer("k|0", t + Millis(100));
  EXPECT_EQ(ApplyKind(commit), Kind::kApplied);
  const auto first = Ok(store().TakeDueTimers(5, t + Millis(50), Millis(1000), 4));
  ASSERT_EQ(first.size(), 4u);
  EXPECT_EQ(first[0].member, "k|1");
  EXPECT_EQ(Ok(store().TakeDueTimers(5, t + Millis(50), Millis(1000), 99)).size(), 5u);
  const auto next = Ok(store().NextTimers());
  ASSERT_EQ(next.size(), static_cast<size_t>(kShards));
  EXPECT_EQ(next[5], t + Millis(100));
  EXPECT_EQ(next[4], std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(All, CollectionsTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis, Backend::kCluster),
                         BackendName);

}  // namespace
}  // namespace baodao::store
