// The threads that SQL runs on, and the connections they use.
#include "services/records/store/database.h"

#include <gmock/gmock.h>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <atomic>
#include <future>
#include <vector>

#include "common/testing/matchers.h"
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

INSTANTIATE_TEST_SUITE_P(All, DatabaseLanesTest,
                         ::testing::Values(Dialect::kSqlite, Dialect::kPostgres), DialectName);

INSTANTIATE_TEST_SUITE_P(Postgres, DatabaseServerTest, ::testing::Values(Dialect::kPostgres),
                         DialectName);

}  // namespace
}  // namespace baodao::records
