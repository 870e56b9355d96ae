// Records and versions: all or nothing.
#include "tests/integration/store/contract.h"

namespace baodao::store {
namespace {

using Kind = CommitOutcome::Kind;

class RecordsTest : public ContractTest {};

TEST_P(RecordsTest, MissingIsVersionZero) {
  const Stored stored = Get(Key("task", "none"));
  EXPECT_FALSE(stored.exists());
  EXPECT_EQ(stored.version, 0u);
  EXPECT_EQ(stored.bytes, "");
  EXPECT_EQ(Ok(store().VersionOf(Key("task", "none"))), 0u);
}

TEST_P(RecordsTest, VersionsCountUp) {
  const std::string key = Key("task", "a");
  Overwrite(key, "one");
  EXPECT_EQ(Get(key).version, 1u);
  Overwrite(key, "two");
  EXPECT_EQ(Get(key).version, 2u);
  EXPECT_EQ(Get(key).bytes, "two");
  EXPECT_EQ(Ok(store().VersionOf(key)), 2u);
}

TEST_P(RecordsTest, AnEmptyRecordExists) {
  const std::string key = Key("task", "empty");
  Overwrite(key, "");
  EXPECT_TRUE(Get(key).exists());
  EXPECT_EQ(Get(key).bytes, "");
}

TEST_P(RecordsTest, StaleVersionConflicts) {
  const std::string key = Key("task", "a");
  Overwrite(key, "one");
  Overwrite(key, "two");
  for (const uint64_t expected : {0, 1, 3, 256 + 2}) {
    Commit commit(3);
    commit.Put(key, expected, "stale");
    EXPECT_EQ(ApplyKind(std::move(commit)), Kind::kConflict) << expected;
  }
  EXPECT_EQ(Get(key).bytes, "two");
}

TEST_P(RecordsTest, DeleteExpectsItsVersion) {
  const std::string key = Key("task", "a");
  Overwrite(key, "one");
  Commit stale(3);
  stale.Delete(key, 2);
  EXPECT_EQ(ApplyKind(std::move(stale)), Kind::kConflict);
  EXPECT_TRUE(Get(key).exists());
  Commit commit(3);
  commit.Delete(key, 1);
  EXPECT_EQ(ApplyKind(std::move(commit)), Kind::kApplied);
  EXPECT_FALSE(Get(key).exists());
}

TEST_P(RecordsTest, ExpectGuardsOtherRecords) {
  const std::string guard = Key("task", "guard"), key = Key("task", "a");
  Overwrite(guard, "g");
  Commit wrong(3);
  wrong.Expect(guard, 0);
  wrong.Put(key, 0, "x");
  EXPECT_EQ(ApplyKind(std::move(wrong)), Kind::kConflict);
  EXPECT_FALSE(Get(key).exists());
  Commit right(3);
  right.Expect(guard, 1);
  right.Expect(Key("task", "absent"), 0);
  right.Put(key, 0, "x");
  EXPECT_EQ(ApplyKind(std::move(right)), Kind::kApplied);
  EXPECT_EQ(Get(guard).version, 1u);
  EXPECT_EQ(Get(key).bytes, "x");
}

// Puts, deletes and expectations are told apart however they are mixed.
TEST_P(RecordsTest, ManyRecordsInOneCommit) {
  const auto key = [&](int i) { return Key("many", std::to_string(i)); };
  for (int i = 0; i < 6; ++i) Overwrite(key(i), "old");
  Overwrite(key(1), "newer");
  Commit commit(3);
  commit.Delete(key(0), 1);
  commit.Put(key(1), 2, "put1");
  commit.Expect(key(2), 1);
  commit.Put(key(6), 0, "put6");
  commit.Delete(key(3), 1);
  commit.Put(key(4), 1, "put4");
  EXPECT_EQ(ApplyKind(std::move(commit)), Kind::kApplied);
  std::vector<std::string> keys;
  for (int i = 0; i < 7; ++i) keys.push_back(key(i));
  const std::vector<Stored> stored = Ok(store().GetMany(keys));
  const std::vector<std::string> bytes = {"", "put1", "old", "", "put4", "old", "put6"};
  const std::vector<uint64_t> versions = {0, 3, 1, 0, 2, 1, 1};
  for (size_t i = 0; i < 7; ++i) {
    EXPECT_EQ(stored[i].bytes, bytes[i]) << i;
    EXPECT_EQ(stored[i].version, versions[i]) << i;
  }
}

TEST_P(RecordsTest, GetManyKeepsTheOrderAcrossShards) {
  std::vector<std::string> keys;
  for (int i = 0; i < 40; ++i) {
    keys.push_back(Key("task", std::to_string(i), i % kShards));
    if (i % 3 != 0) Overwrite(keys.back(), "record " + std::to_string(i), i % kShards);
  }
  const std::vector<Stored> stored = Ok(store().GetMany(keys));
  ASSERT_EQ(stored.size(), keys.size());
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(stored[i].bytes, i % 3 == 0 ? "" : "record " + std::to_string(i));
  }
  EXPECT_TRUE(Ok(store().GetMany({})).empty());
}

TEST_P(RecordsTest, AnyBytesSurvive) {
  std::string bytes;
  for (int i = 0; i < 1024; ++i) bytes += static_cast<char>(i);
  bytes += "\r\n$-1\r\n*0\r\n";
  const std::string key = Key("task", "binary"), hash = Key("hash", "binary");
  Commit commit(3);
  commit.Put(key, 0, bytes);
  commit.SetField(hash, bytes, bytes);
  commit.IndexAdd(Key("index", "binary"), 1, bytes);
  commit.Append(Key("stream", "binary"), bytes, 10);
  commit.Emit(bytes);
  commit.SetTimer(bytes, Time(Millis(5)));
  commit.Answer(Request("binary"), bytes);
  EXPECT_EQ(ApplyKind(commit), Kind::kApplied);
  EXPECT_EQ(Get(key).bytes, bytes);
  EXPECT_EQ(Ok(store().GetFields(hash, {bytes}))[0], bytes);
  EXPECT_EQ(Ok(store().RangeIndex(Key("index", "binary"), {}))[0].member, bytes);
  EXPECT_EQ(Ok(store().ReadStream(Key("stream", "binary"), "", false, 5))[0].bytes, bytes);
  EXPECT_EQ(Ok(store().ReadStream(store_keys().Events(3), "", false, 5))[0].bytes, bytes);
  EXPECT_EQ(Ok(store().TakeDueTimers(3, Time(Millis(5)), Millis(1), 9))[0].member, bytes);
  EXPECT_EQ(Ok(store().FindAnswer(3, Request("binary")))->answer, bytes);
}

// A commit that is stopped leaves nothing: not one kind of write, nor the request.
TEST_P(RecordsTest, AConflictWritesNothing) {
  const std::string record = Key("task", "a");
  Overwrite(record, "one");
  Commit commit(3);
  commit.Answer(Request("r1"), "answer");
  commit.Mark(Request("r2"));
  commit.Put(Key("task", "new"), 0, "new");
  commit.IndexAdd(Key("index", "i"), 1, "m");
  commit.SetField(Key("hash", "h"), "f", "v");
  commit.Append(Key("stream", "s"), "s", 10);
  commit.Emit("event");
  commit.SetTimer("kind|id", Time(Millis(1)));
  commit.Put(record, 0, "two");
  EXPECT_EQ(ApplyKind(commit), Kind::kConflict);

  EXPECT_EQ(Get(record).bytes, "one");
  EXPECT_FALSE(Get(Key("task", "new")).exists());
  EXPECT_EQ(Ok(store().IndexSize(Key("index", "i"))), 0);
  EXPECT_TRUE(Ok(store().ListFields(Key("hash", "h"))).empty());
  EXPECT_TRUE(Ok(store().ReadStream(Key("stream", "s"), "", false, 5)).empty());
  EXPECT_TRUE(Ok(store().ReadStream(store_keys().Events(3), "", false, 5)).empty());
  EXPECT_FALSE(Ok(store().NextTimer(3)));
  EXPECT_FALSE(Ok(store().FindAnswer(3, Request("r1"))));
  EXPECT_EQ(Ok(store().MarkRequest(3, Request("r2", 8))), Marking::kNew) << "the mark is gone";
}

TEST_P(RecordsTest, NotAfterFencesLateWriters) {
  Commit late(3);
  late.NotAfter(Now() - Millis(60'000));
  late.Answer(Request("late"), "answer");
  late.Put(Key("task", "late"), 0, "x");
  EXPECT_EQ(ApplyKind(late), Kind::kTooLate);
  EXPECT_FALSE(Get(Key("task", "late")).exists());
  EXPECT_FALSE(Ok(store().FindAnswer(3, Request("late"))));
  Commit timely(3);
  timely.NotAfter(Now() + Millis(60'000));
  timely.Put(Key("task", "late"), 0, "x");
  EXPECT_EQ(ApplyKind(timely), Kind::kApplied);
}

TEST_P(RecordsTest, MistakesAreRefused) {
  Commit twice(3);
  twice.Put(Key("task", "a"), 0, "x");
  twice.Put(Key("task", "a"), 1, "y");
  EXPECT_EQ(Run(store().Apply(twice)).status().code(), absl::StatusCode::kInvalidArgument);
  Commit elsewhere(3);
  elsewhere.Put(Key("task", "a", 4), 0, "x");
  EXPECT_EQ(Run(store().Apply(elsewhere)).status().code(), absl::StatusCode::kInvalidArgument);
  // Its counts would not fit on the wire: such a commit once ended the process.
  Commit endless(3);
  for (int i = 0; i < 15'001; ++i) endless.SetField(Key("people", "a"), std::to_string(i), "x");
  EXPECT_EQ(Run(store().Apply(endless)).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ApplyKind(Commit(3)), Kind::kApplied) << "nothing to do";
  EXPECT_FALSE(Get(Key("task", "a")).exists());
}

INSTANTIATE_TEST_SUITE_P(All, RecordsTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis, Backend::kCluster),
                         BackendName);

}  // namespace
}  // namespace baodao::store
