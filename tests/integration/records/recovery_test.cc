// records after a database, a Redis or an event was lost, late or broken.
#include <gmock/gmock.h>

#include "tests/integration/records/records_fixture.h"

namespace baodao::records {
namespace {

using ::testing::HasSubstr;

class RecoveryTest : public RecordsTest {};

// The database is the truth about what is in it: an older copy gets again what came after it.
TEST_P(RecoveryTest, AnOlderDatabaseCatchesUp) {
  StartIngest();
  Serve("tsk_1", kHere, 60);
  AwaitAll();
  const int64_t events = Events();
  EXPECT_TRUE(Await([&] { return Cursor(2) != "0-0"; }));
  StopIngest();
  Do<bool>([](Connection& connection) -> absl::StatusOr<bool> {
    for (const char* table : {"ledger", "assignments", "tasks"}) {
      connection.sql() << std::string("DELETE FROM ") + table;
    }
    connection.sql() << "UPDATE positions SET stream_id = '0-0', events = 0";
    return true;
  });
  StartIngest();
  AwaitAll();
  EXPECT_EQ(Events(), events);
  EXPECT_EQ(Statement(own_)->total().automatic_minutes(), 60);
  EXPECT_EQ(Number("SELECT CAST(SUM(complete_since_ms) AS BIGINT) FROM positions"), 0);
  EXPECT_FALSE(Statement(own_)->has_complete_since());
  const auto lag =
      Get(events::ReadGroupLag(*client_, SystemClock(), "records", services_, kShards));
  EXPECT_EQ(lag.unread, 0);
  EXPECT_EQ(lag.dead_letters, 0);
}

// Events that were trimmed before they came here are named, not passed over.
TEST_P(RecoveryTest, AStreamThatLacksItsBeginningIsNoted) {
  for (int i = 0; i < 3; ++i) Serve("tsk_" + std::to_string(i), kHere, 60);
  const std::string key = events::detail::EventsKey("dispatch", 2);
  testing::SharedRedis().Do({"XTRIM", key, "MAXLEN", "1"});
  StartIngest();
  AwaitAll();
  const std::string incomplete = "SELECT COUNT(*) FROM positions WHERE complete_since_ms > 0";
  EXPECT_EQ(Number(incomplete), 1);
  EXPECT_EQ(Text("SELECT service FROM positions WHERE complete_since_ms > 0"), "dispatch");
  EXPECT_THAT(registry_.Text(), HasSubstr("baodao_records_incomplete_streams 1"));
  const int64_t first = events::detail::MsOf(
      testing::SharedRedis().Do({"XRANGE", key, "-", "+"}).items.at(0).items[0].text);
  EXPECT_EQ(ToTime(List(own_)->complete_since()), Time(Millis(first)));
  EXPECT_EQ(ToTime(Statement(own_)->complete_since()), Time(Millis(first)));
  StopIngest();
  StartIngest();
  EXPECT_EQ(Number(incomplete), 1);
}

// An event that cannot be read is set aside; the others of its batch come in.
TEST_P(RecoveryTest, AnEventThatIsNoneHoldsBackNoOther) {
  Serve("tsk_1", kHere, 60);
  store::Commit commit(2);
  commit.Emit("\xff\xff");
  Get(stores_.at("dispatch")->Apply(std::move(commit)));
  Serve("tsk_2", kHere, 30);
  StartIngest();
  AwaitAll();
  EXPECT_EQ(Statement(own_)->total().automatic_minutes(), 90);
  const auto lag =
      Get(events::ReadGroupLag(*client_, SystemClock(), "records", services_, kShards));
  EXPECT_EQ(lag.dead_letters, 1);
}

// It is passed like any other, so that nobody takes what is behind it for missing.
TEST_P(RecoveryTest, ADeadLetterAtTheEndHoldsBackNothing) {
  StartIngest();
  Serve("tsk_1", kHere, 60);
  store::Commit commit(2);
  commit.Emit("\xff\xff");
  Get(stores_.at("dispatch")->Apply(std::move(commit)));
  AwaitAll();
  EXPECT_TRUE(Await([&] { return Cursor(2) == LastId(2); }));
  EXPECT_EQ(Text("SELECT stream_id FROM positions WHERE service = 'dispatch' AND shard = 2"),
            LastId(2));
  const std::string key = events::detail::EventsKey("dispatch", 2);
  testing::SharedRedis().Do({"XTRIM", key, "MAXLEN", "0"});
  StopIngest();
  StartIngest();
  EXPECT_EQ(Number("SELECT COUNT(*) FROM positions WHERE complete_since_ms > 0"), 0);
  EXPECT_TRUE(Await([&] { return consumers_[0]->stats().shards == kShards; }));
  const auto lag =
      Get(events::ReadGroupLag(*client_, SystemClock(), "records", services_, kShards));
  EXPECT_EQ(lag.dead_letters, 1) << "not once more";
}

// Nothing is acknowledged that is not on disk, and nothing is lost or given up meanwhile.
TEST_P(RecoveryTest, AnOutageOfTheDatabaseIsWaitedOut) {
  StartIngest();
  Serve("tsk_1", kHere, 60);
  AwaitAll();
  const bool postgres = GetParam() == Dialect::kPostgres;
  if (postgres) {
    SharedPostgres().Kill();
  } else {
    // The file that the writer has open is read-only, until it opens another connection.
    Do<bool>([](Connection& connection) -> absl::StatusOr<bool> {
      connection.sql() << "PRAGMA query_only = 1";
      return true;
    });
  }
  for (int i = 2; i <= 5; ++i) Serve("tsk_" + std::to_string(i), kHere, 30);
  EXPECT_TRUE(Await([&] { return metrics_.write_failures->Value() >= (postgres ? 3 : 1); }));
  if (postgres) {
    EXPECT_EQ(List(own_).status().code(), absl::StatusCode::kUnavailable);
    EXPECT_GE(metrics_.read_failures->Value(), 1);
    SharedPostgres().Restart();
  }
  EXPECT_TRUE(Await([&] {
    const auto statement = Statement(own_);
    return statement.ok() && statement->total().automatic_minutes() == 60 + 4 * 30;
  }));
  AwaitAll();
  const auto lag =
      Get(events::ReadGroupLag(*client_, SystemClock(), "records", services_, kShards));
  EXPECT_EQ(lag.dead_letters, 0);
}

// An older copy was put in its place, or a standby without the latest took over. Whether or not
// anything comes meanwhile.
TEST_P(RecoveryTest, ADatabaseThatGoesBackWhileItRunsGetsAgainWhatItLost) {
  StartIngest();
  StartAlignment();
  Serve("tsk_1", kHere, 60);
  AwaitAll();
  for (const bool at_rest : {true, false}) {
    const int64_t events = Events();
    EXPECT_TRUE(Await([&] { return Cursor(1) == LastId(1) && Cursor(2) == LastId(2); }));
    Do<bool>([](Connection& connection) -> absl::StatusOr<bool> {
      for (const char* table : {"ledger", "assignments", "tasks"}) {
        connection.sql() << std::string("DELETE FROM ") + table;
      }
      connection.sql() << "UPDATE positions SET stream_id = '0-0', events = 0";
      return true;
    });
    if (!at_rest) Serve("tsk_2", kHere, 30);
    EXPECT_TRUE(Await([&] { return Events() == events + (at_rest ? 0 : 3); }));
    AwaitAll();
    EXPECT_EQ(Statement(own_)->total().automatic_minutes(), at_rest ? 60 : 90);
    EXPECT_EQ(List(own_)->total_size(), at_rest ? 1 : 2);
  }
  const auto lag =
      Get(events::ReadGroupLag(*client_, SystemClock(), "records", services_, kShards));
  EXPECT_EQ(lag.dead_letters, 0);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM positions WHERE complete_since_ms > 0"), 0);
}

// Redis was restored from an older copy: its next events have lower ids than what the archive has.
TEST_P(RecoveryTest, AStreamThatLostItsEndIsFollowedFromThere) {
  StartIngest();
  Serve("tsk_1", kHere, 60);
  AwaitAll();
  Do<bool>([](Connection& connection) -> absl::StatusOr<bool> {
    connection.sql() << "UPDATE positions SET stream_id = '99999999999999-0' WHERE shard = 2";
    return true;
  });
  for (const std::string& service : services_) {
    const std::string key = events::detail::CursorsKey(service, 2);
    testing::SharedRedis().Do({"HSET", key, "records", "99999999999999-0|7|9"});
  }
  StopIngest();
  StartIngest();
  EXPECT_EQ(metrics_.positions_reset->Value(), 3) << "one of each service";
  EXPECT_EQ(Text("SELECT stream_id FROM positions WHERE service = 'dispatch' AND shard = 2"),
            LastId(2));
  Serve("tsk_2", kHere, 30);
  AwaitAll();
  EXPECT_EQ(Statement(own_)->total().automatic_minutes(), 90);
}

// A newcomer that starts beside them, too.
TEST_P(RecoveryTest, TwoReplicasWriteEverythingOnce) {
  StartIngest();
  StartIngest();
  for (int i = 1; i <= 30; ++i) {
    Serve("tsk_" + std::to_string(i), kHere, 10);
    if (i == 15) StartIngest();
  }
  AwaitAll();
  EXPECT_EQ(Events(), 90);
  EXPECT_EQ(Statement(own_)->total().automatic_minutes(), 300);
  EXPECT_TRUE(Await([&] {
    return std::ranges::all_of(consumers_, [](const auto& one) { return one->stats().shards > 0; });
  }));
  const auto lag =
      Get(events::ReadGroupLag(*client_, SystemClock(), "records", services_, kShards));
  EXPECT_EQ(lag.dead_letters, 0);
}

// Two files of SQLite: each would hold a part of what happened.
TEST_P(RecoveryTest, AReplicaWithAnotherDatabaseIsRefused) {
  ASSERT_THAT(testing::Run(loop_, alignment_.Align()), testing::IsOk());
  ASSERT_THAT(testing::Run(loop_, alignment_.Align()), testing::IsOk()) << "itself";
  EXPECT_EQ(testing::Run(loop_, ClaimDatabase(*client_, "another")).code(),
            absl::StatusCode::kFailedPrecondition);
  testing::SharedRedis().Do({"DEL", "{00}records:database"});
  ASSERT_THAT(testing::Run(loop_, ClaimDatabase(*client_, "another")), testing::IsOk());
  StartAlignment();
  EXPECT_TRUE(Await([this] { return !aligning_; })) << "its process ends";
}

// PostgreSQL's disk is another one's.
class FullDiskTest : public RecoveryTest {
 protected:
  // The error of the connection that writes next: the code is that of a disk without room.
  void AllowPages(const std::string& pages) {
    Do<bool>([pages](Connection& connection) -> absl::StatusOr<bool> {
      connection.sql() << "PRAGMA max_page_count = " + pages;
      return true;
    });
  }
};

TEST_P(FullDiskTest, AFullDiskIsWaitedOut) {
  StartIngest();
  int tasks = 0;
  const auto serve = [&] { Serve("tsk_" + std::to_string(++tasks), kHere, 10); };
  serve();
  AwaitAll();
  // A failure takes its connection along; the next one finds no more room.
  EXPECT_TRUE(Await([&] {
    serve();
    AllowPages("1");
    return metrics_.write_failures->Value() >= 4;
  }));
  EXPECT_THAT(List(own_), testing::IsOk()) << "what is in is still answered";
  EXPECT_EQ(metrics_.read_failures->Value(), 0);
  AllowPages("1000000");
  EXPECT_TRUE(Await([&] { return Events() == 3 * tasks; })) << "by itself";
  EXPECT_EQ(Number("SELECT CAST(SUM(minutes) AS BIGINT) FROM ledger"), 10 * tasks);
  const auto lag = [this] {
    return Get(events::ReadGroupLag(*client_, SystemClock(), "records", services_, kShards));
  };
  EXPECT_TRUE(Await([&] { return lag().unread == 0; }));
  EXPECT_EQ(lag().dead_letters, 0);
}

INSTANTIATE_TEST_SUITE_P(OverGrpc, FullDiskTest, ::testing::Values(Dialect::kSqlite), DialectName);

INSTANTIATE_TEST_SUITE_P(OverGrpc, RecoveryTest,
                         ::testing::Values(Dialect::kSqlite, Dialect::kPostgres), DialectName);

}  // namespace
}  // namespace baodao::records
