// The threads that SQL runs on, and the connections they use.
#include "services/records/store/database.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <atomic>
#include <filesystem>
#include <future>
#include <thread>
#include <vector>

#include "common/testing/matchers.h"
#include "services/records/store/retired.h"
#include "tests/integration/records/database_fixture.h"

namespace baodao::records {
namespace {

constexpr int kReaderThreads = 4;
constexpr int kMaxWaiting = 256;

class DatabaseLanesTest : public DatabaseTest {
 protected:
  ~DatabaseLanesTest() override { Release(); }

  // A read; `ended_` counts it when it has ended.
  void Start(Database::Work<bool> work, asio::cancellation_slot slot = {}) {
    asio::co_spawn(loop_, database_->Read(std::move(work)),
                   asio::bind_cancellation_slot(
                       slot, [this](std::exception_ptr, absl::StatusOr<bool>) { ++ended_; }));
  }
  // All threads of readers wait until Release.
  void Hold() {
    for (int i = 0; i < kReaderThreads; ++i) {
      Start([this](Connection&) -> absl::StatusOr<bool> {
        ++held_;
        released_.wait();
        return true;
      });
    }
    EXPECT_TRUE(testing::Await(loop_, [this] { return held_ == kReaderThreads; }));
  }
  void Release() {
    if (!release_called_) release_.set_value();
    release_called_ = true;
  }
  static absl::StatusOr<bool> Nothing(Connection&) { return true; }

  std::atomic<int> held_ = 0;
  int ended_ = 0;
  std::promise<void> release_;
  std::shared_future<void> released_ = release_.get_future().share();
  bool release_called_ = false;
};

TEST_P(DatabaseLanesTest, AReadThatNobodyWaitsForAnyMoreIsLeftOut) {
  Hold();
  std::atomic<bool> ran = false;
  asio::cancellation_signal cancel;
  Start(
      [&ran](Connection&) -> absl::StatusOr<bool> {
        ran = true;
        return true;
      },
      cancel.slot());
  loop_.restart();
  loop_.poll();
  cancel.emit(asio::cancellation_type::terminal);
  EXPECT_TRUE(testing::Await(loop_, [this] { return ended_ == 1; }));
  Release();
  EXPECT_TRUE(testing::Await(loop_, [this] { return ended_ == 1 + kReaderThreads; }));
  EXPECT_THAT(testing::Run(loop_, database_->Read<bool>(Nothing)), testing::IsOk()) << "behind it";
  EXPECT_FALSE(ran);
}

TEST_P(DatabaseLanesTest, BehindTooManyNobodyWaitsButTheServiceItselfStillLooks) {
  Hold();
  for (int i = kReaderThreads; i < kMaxWaiting; ++i) Start(Nothing);
  loop_.restart();
  loop_.poll();
  const absl::StatusOr<bool> refused = testing::Run(loop_, database_->Read<bool>(Nothing));
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(testing::Run(loop_, database_->Watch<bool>(Nothing)), testing::IsOk());
  EXPECT_EQ(ended_, 0);
  Release();
  EXPECT_TRUE(testing::Await(loop_, [this] { return ended_ == kMaxWaiting; }));
  EXPECT_THAT(testing::Run(loop_, database_->Read<bool>(Nothing)), testing::IsOk());
}

// SQLite has no server that may be restarted, or that limits the time of statements.
class DatabaseServerTest : public DatabaseLanesTest {};

// For a large table it takes longer than any statement may otherwise.
TEST_P(DatabaseServerTest, AMigrationMayTakeItsTime) {
  std::vector<Migration> migrations = Migrations();
  migrations.push_back(
      {"9999_timeout.sql",
       "CREATE TABLE seen AS SELECT current_setting('statement_timeout') AS statement_timeout, "
       "current_setting('synchronous_commit') AS synchronous_commit;\n"});
  Do<int64_t>([migrations](Connection& connection) {
    return Migrate(connection, migrations, Time(Millis(1)));
  });
  EXPECT_EQ(Text("SELECT statement_timeout FROM seen"), "0");
  EXPECT_EQ(Text("SELECT synchronous_commit FROM seen"), "on");
  EXPECT_EQ(Text("SELECT current_setting('statement_timeout')"), "30s") << "afterwards";
}

// Connections that have lain idle meanwhile trouble nobody who asks.
TEST_P(DatabaseServerTest, ARestartOfTheDatabaseBetweenTwoQuestionsIsNotSeen) {
  const Database::Work<bool> ask = [](Connection& connection) -> absl::StatusOr<bool> {
    connection.sql() << "SELECT 1";
    return true;
  };
  Hold();
  Release();
  EXPECT_TRUE(testing::Await(loop_, [this] { return ended_ == kReaderThreads; }));
  SharedPostgres().Kill();
  SharedPostgres().Restart();
  EXPECT_THAT(testing::Run(loop_, database_->Read<bool>(ask)), testing::IsOk());
}

// PostgreSQL bounds its own (max_wal_size).
class DatabaseLogTest : public DatabaseTest {
 protected:
  static constexpr uint64_t kMegabyte = 1'048'576;

  uint64_t LogBytes() const { return std::filesystem::file_size(target_ + "-wal"); }
  void WriteMegabyte() {
    RetiredRow row;
    row.record_id = "tsk_" + std::to_string(++written_);
    row.version = 1;
    row.body.assign(kMegabyte, 'x');
    Do<RetiredRow>([row](Connection& connection) { return KeepRetired(connection, row); });
  }
  // The log is read up to here, until the connection commits.
  static void Look(Connection& connection) {
    int64_t count = 0;
    connection.BeginRead();
    connection.sql() << "SELECT COUNT(*) FROM positions", soci::into(count);
  }

  int written_ = 0;
  bool begun_[2] = {false, false};  // each its own reader's
};

// It grew for as long as they went on: one reader is always there who began before the last write.
TEST_P(DatabaseLogTest, ReadsWithoutAGapDoNotLetItGrow) {
  std::atomic<bool> stop = false;
  std::atomic<int> turn = 0;
  // Each read begins before that of the other ends.
  const auto read = [&](int self) {
    Connection connection(target_);
    const auto await_turn = [&] {
      while (!stop && turn != self) std::this_thread::yield();
    };
    for (await_turn(); !stop; await_turn()) {
      if (begun_[self]) connection.Commit();
      Look(connection);
      begun_[self] = true;
      turn = 1 - self;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  };
  std::thread one(read, 0), other(read, 1);
  uint64_t largest = 0;
  for (int i = 0; i < 60; ++i) {
    WriteMegabyte();
    largest = std::max(largest, LogBytes());
  }
  stop = true;
  one.join();
  other.join();
  EXPECT_LT(largest, 40 * kMegabyte);
}

TEST_P(DatabaseLogTest, AReadThatTakesLongHoldsUpNoWrite) {
  Connection reader(target_);
  Look(reader);
  while (LogBytes() < 18 * kMegabyte) WriteMegabyte();
  reader.Commit();
  const int until = 2 * written_;
  while (written_ < until && LogBytes() >= 18 * kMegabyte) WriteMegabyte();
  EXPECT_LT(LogBytes(), 18 * kMegabyte) << "once it has ended";
}

INSTANTIATE_TEST_SUITE_P(Sqlite, DatabaseLogTest, ::testing::Values(Dialect::kSqlite), DialectName);

INSTANTIATE_TEST_SUITE_P(All, DatabaseLanesTest,
                         ::testing::Values(Dialect::kSqlite, Dialect::kPostgres), DialectName);

INSTANTIATE_TEST_SUITE_P(Postgres, DatabaseServerTest, ::testing::Values(Dialect::kPostgres),
                         DialectName);

}  // namespace
}  // namespace baodao::records
