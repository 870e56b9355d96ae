// Batches that are written together, and what one of them may do to the others: nothing.
#include "services/records/store/write_queue.h"

#include <gmock/gmock.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <future>
#include <map>

#include "common/testing/matchers.h"
#include "services/records/workers/ingest.h"
#include "tests/integration/records/database_fixture.h"

namespace baodao::records {
namespace {

using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class WriteQueueTest : public DatabaseTest {
 protected:
  WriteQueueTest() {
    for (int64_t shard = 0; shard < 3; ++shard) Ensure({"dispatch", shard});
  }

  static Batch TaskOf(int64_t shard) {
    TaskRow row(StreamId{5, 0});
    row.task_id = "tsk_" + std::to_string(shard);
    Entry entry{{5, 0}, false, {}};
    entry.rows.task = row;
    return {{"dispatch", shard}, {entry}, {}};
  }
  // Its task is not there.
  static Batch OrphanOf(int64_t shard) {
    AssignmentRow row(StreamId{5, 0});
    row.task_id = "tsk_nowhere";
    Entry entry{{5, 0}, false, {}};
    entry.rows.assignment = row;
    return {{"dispatch", shard}, {entry}, {}};
  }
  absl::StatusOr<int64_t> Write(const std::shared_ptr<WriteQueue::Waiting>& own) {
    return Try<int64_t>(
        [this, own](Connection& connection) { return queue_.Write(connection, own); });
  }
  absl::StatusOr<int64_t> WriteAlone(const std::shared_ptr<WriteQueue::Waiting>& own) {
    return Try<int64_t>(
        [own](Connection& connection) { return records::Write(connection, own->batch); });
  }
  int64_t Tasks() { return Number("SELECT COUNT(*) FROM tasks"); }

  WriteQueue queue_;
};

TEST_P(WriteQueueTest, WhatWaitsAtTheSameTimeIsOneTransactionOfSqlite) {
  const bool sqlite = GetParam() == Dialect::kSqlite;
  std::vector<std::shared_ptr<WriteQueue::Waiting>> waiting;
  for (int64_t shard = 0; shard < 3; ++shard) waiting.push_back(queue_.Add(TaskOf(shard)));
  EXPECT_THAT(Write(waiting[0]), testing::IsOk());
  EXPECT_EQ(Tasks(), sqlite ? 3 : 1);
  for (const auto& one : waiting) {
    const auto fresh = Write(one);
    ASSERT_THAT(fresh, testing::IsOk());
    EXPECT_EQ(*fresh, 1);
  }
  EXPECT_EQ(Tasks(), 3);
  EXPECT_EQ(Number("SELECT CAST(SUM(events) AS BIGINT) FROM positions"), 3);
}

TEST_P(WriteQueueTest, NoTransactionIsMuchLargerThanAThousandEvents) {
  Batch large{{"dispatch", 0}, {}, {}};
  for (int i = 1; i <= 1'000; ++i) large.entries.push_back({{i, 0}, false, {}});
  const auto first = queue_.Add(std::move(large));
  const auto second = queue_.Add(TaskOf(1));
  EXPECT_THAT(Write(first), testing::IsOk());
  EXPECT_EQ(Tasks(), 0);
  EXPECT_THAT(Write(second), testing::IsOk());
  EXPECT_EQ(Tasks(), 1);
}

TEST_P(WriteQueueTest, WhatNobodyHoldsAnyMoreIsNotWritten) {
  queue_.Add(TaskOf(0)).reset();
  EXPECT_THAT(Write(queue_.Add(TaskOf(1))), testing::IsOk());
  EXPECT_EQ(Tasks(), 1);
}

TEST_P(WriteQueueTest, ABatchThatCannotBeWrittenKeepsItsErrorToItself) {
  const auto good = queue_.Add(TaskOf(0));
  const auto orphan = queue_.Add(OrphanOf(1));
  const auto behind = queue_.Add(TaskOf(2));
  if (GetParam() == Dialect::kSqlite) {
    EXPECT_FALSE(Write(good).ok());
    EXPECT_TRUE(good->with_others);
    EXPECT_EQ(Tasks(), 0);
    EXPECT_THAT(WriteAlone(good), testing::IsOk());
  } else {
    EXPECT_THAT(Write(good), testing::IsOk());
  }
  EXPECT_EQ(Write(orphan).status().code(), absl::StatusCode::kInternal);
  EXPECT_FALSE(orphan->with_others);
  EXPECT_THAT(Write(behind), testing::IsOk());
  EXPECT_EQ(Tasks(), 2);
}

class IngestTogetherTest : public WriteQueueTest {
 protected:
  // All writers are in `hold`, then events of these shards come, then the writers are released.
  std::map<int, absl::StatusCode> ComeWhileBusy(std::initializer_list<int> shards,
                                                const Database::Work<bool>& hold = Nothing) {
    Ingest ingest(*database_, metrics_);
    std::promise<void> release;
    const std::shared_future<void> released = release.get_future().share();
    constexpr int kWriters = 4;
    int held = 0;
    for (int i = 0; i < kWriters; ++i) {
      const Database::Work<bool> wait = [released, hold](Connection& connection) {
        released.wait();
        return hold(connection);
      };
      asio::co_spawn(loop_, database_->Write(wait),
                     [&](std::exception_ptr, absl::StatusOr<bool>) { ++held; });
    }
    std::map<int, absl::StatusCode> outcomes;
    for (const int shard : shards) {
      events::Delivery delivery;
      delivery.service = "dispatch";
      delivery.shard = shard;
      delivery.id = "5-0";
      delivery.previous = "0-0";
      auto& task = *delivery.event.mutable_task_changed()->mutable_task();
      task.set_task_id("tsk_" + std::to_string(shard));
      asio::co_spawn(loop_, ingest.OnEvents({delivery}),
                     [&outcomes, shard](std::exception_ptr, absl::Status status) {
                       outcomes[shard] = status.code();
                     });
    }
    loop_.restart();
    loop_.poll();
    release.set_value();
    EXPECT_TRUE(testing::Await(
        loop_, [&] { return held == kWriters && outcomes.size() == shards.size(); }));
    return outcomes;
  }
  static absl::StatusOr<bool> Nothing(Connection&) { return true; }

  metrics::Registry registry_;
  RecordsMetrics metrics_{registry_};
};

// Three streams come while the writers are busy; one has no position.
TEST_P(IngestTogetherTest, EachStreamHasItsOwnOutcome) {
  EXPECT_THAT(ComeWhileBusy({0, 1, 9}),
              UnorderedElementsAre(Pair(0, absl::StatusCode::kOk), Pair(1, absl::StatusCode::kOk),
                                   Pair(9, absl::StatusCode::kAborted)));
  EXPECT_EQ(Tasks(), 2);
}

class SqliteTogetherTest : public IngestTogetherTest {};

// The alert goes by this count, also where each is written by itself afterwards.
TEST_P(SqliteTogetherTest, AFailureOfAllIsCountedToo) {
  // Its connection is read-only, until another is opened.
  const auto outcomes = ComeWhileBusy({0, 1}, [](Connection& connection) -> absl::StatusOr<bool> {
    connection.sql() << "PRAGMA query_only = 1";
    return true;
  });
  EXPECT_THAT(outcomes,
              UnorderedElementsAre(Pair(0, absl::StatusCode::kOk), Pair(1, absl::StatusCode::kOk)));
  EXPECT_EQ(metrics_.write_failures->Value(), 1);
  EXPECT_EQ(Tasks(), 2);
}

INSTANTIATE_TEST_SUITE_P(Databases, WriteQueueTest,
                         ::testing::Values(Dialect::kSqlite, Dialect::kPostgres), DialectName);

INSTANTIATE_TEST_SUITE_P(Databases, IngestTogetherTest,
                         ::testing::Values(Dialect::kSqlite, Dialect::kPostgres), DialectName);

INSTANTIATE_TEST_SUITE_P(Sqlite, SqliteTogetherTest, ::testing::Values(Dialect::kSqlite),
                         DialectName);

}  // namespace
}  // namespace baodao::records
