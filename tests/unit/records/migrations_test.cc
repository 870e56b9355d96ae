// The schema: how it comes to be, and what is refused.
#include "services/records/store/migrations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/testing/matchers.h"
#include "common/testing/temp_dir.h"
#include "services/records/store/tables.h"

namespace baodao::records {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class MigrationsTest : public ::testing::Test {
 protected:
  absl::StatusOr<int64_t> MigrateTo(const std::vector<Migration>& migrations) {
    try {
      Connection connection(dir_.File("records.db"));
      return Migrate(connection, migrations, Time(Millis(1)));
    } catch (const soci::soci_error& error) {
      return StatusOf(error);
    }
  }
  int64_t Count(const std::string& what) {
    int64_t count = 0;
    Connection connection(dir_.File("records.db"));
    connection.sql() << "SELECT COUNT(*) FROM " + what, soci::into(count);
    return count;
  }
  int64_t Tables(const std::string& name) {
    return Count("sqlite_master WHERE type = 'table' AND name = '" + name + "'");
  }

  const testing::TempDir dir_;
  const Migration first_{"0001_a.sql", "CREATE TABLE a (x BIGINT NOT NULL);\n"};
  const Migration second_{"0002_b.sql",
                          "-- More.\nCREATE TABLE b (\n  y TEXT\n);\nDROP TABLE a;\n"};
};

TEST_F(MigrationsTest, StatementsEndWithALine) {
  EXPECT_THAT(
      StatementsOf("-- one; two\nCREATE TABLE a (\n  x TEXT DEFAULT ';'\n);\n\nDROP TABLE b;",
                   Dialect::kSqlite),
      ElementsAre("CREATE TABLE a (\n  x TEXT DEFAULT ';'\n)", "DROP TABLE b"));
  EXPECT_THAT(StatementsOf("", Dialect::kSqlite), ElementsAre());
}

TEST_F(MigrationsTest, AStatementMayBeForOneDatabase) {
  const std::string text =
      "-- sqlite:\nCREATE a (\n-- why\n  x\n);\n-- postgres:\nCREATE b;\nCREATE c;\n";
  EXPECT_THAT(StatementsOf(text, Dialect::kSqlite), ElementsAre("CREATE a (\n  x\n)", "CREATE c"));
  EXPECT_THAT(StatementsOf(text, Dialect::kPostgres), ElementsAre("CREATE b", "CREATE c"));
}

TEST_F(MigrationsTest, EachIsAppliedOnceAndInOrder) {
  EXPECT_EQ(*MigrateTo({first_}), 1);
  EXPECT_EQ(*MigrateTo({first_}), 1);
  EXPECT_EQ(Tables("a"), 1);
  EXPECT_EQ(*MigrateTo({first_, second_}), 2);
  EXPECT_EQ(Tables("a"), 0);
  EXPECT_EQ(Tables("b"), 1);
  EXPECT_EQ(Count("migrations"), 2);
}

TEST_F(MigrationsTest, ASchemaNewerThanTheProgramIsRefused) {
  ASSERT_EQ(*MigrateTo({first_, second_}), 2);
  const absl::Status refused = MigrateTo({first_}).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("schema 2, this program knows 1"));
  EXPECT_EQ(Tables("b"), 1);
}

TEST_F(MigrationsTest, OneThatFailsLeavesNothingOfItself) {
  const Migration broken{"0002_broken.sql", "CREATE TABLE c (x TEXT);\nDROP TABLE nowhere;\n"};
  EXPECT_FALSE(MigrateTo({first_, broken}).ok());
  EXPECT_EQ(Tables("a"), 1);
  EXPECT_EQ(Tables("c"), 0);
  EXPECT_EQ(Count("migrations"), 1);
  EXPECT_EQ(*MigrateTo({first_, second_}), 2);
}

// Their number is their place: a gap or a repeated number would shift all that follow.
TEST_F(MigrationsTest, OursAreNumberedWithoutGaps) {
  int number = 0;
  for (const Migration& migration : Migrations()) {
    const std::string name(migration.name);
    EXPECT_EQ(std::stoi(name.substr(0, 4)), ++number) << name;
  }
  EXPECT_GT(number, 0);
  EXPECT_EQ(*MigrateTo(Migrations()), number);
}

// A write that was acknowledged is there after a crash, and references are checked.
TEST_F(MigrationsTest, SqliteIsOpenedSafely) {
  Connection connection(dir_.File("records.db"));
  std::string mode;
  int64_t synchronous = 0, foreign_keys = 0;
  connection.sql() << "PRAGMA journal_mode", soci::into(mode);
  connection.sql() << "PRAGMA synchronous", soci::into(synchronous);
  connection.sql() << "PRAGMA foreign_keys", soci::into(foreign_keys);
  EXPECT_EQ(mode, "wal");
  EXPECT_EQ(synchronous, 2);
  EXPECT_EQ(foreign_keys, 1);
}

TEST(TablesTest, OnlyALaterEventReplacesARow) {
  const std::string text = UpsertText(RegistrationsTable());
  EXPECT_THAT(text, HasSubstr("ON CONFLICT (registration_id) DO UPDATE SET subject_id = "
                              "excluded.subject_id, "));
  EXPECT_THAT(text, HasSubstr("WHERE (registrations.event_ms, registrations.event_seq) < "
                              "(excluded.event_ms, excluded.event_seq)"));
  EXPECT_THAT(UpsertText(TaskHeadsTable()), HasSubstr("WHERE (tasks.head_ms, tasks.head_seq) < "
                                                      "(excluded.head_ms, excluded.head_seq)"));
}

TEST(ConnectionTest, TheTargetTellsTheDatabase) {
  EXPECT_EQ(DialectOf("var/records.db"), Dialect::kSqlite);
  EXPECT_EQ(DialectOf("postgresql://baodao@db/records"), Dialect::kPostgres);
  EXPECT_EQ(DialectOf("postgres://baodao@db/records"), Dialect::kPostgres);
}

// A server that is gone must not hold a thread, and with it the end of the process, for ever.
TEST(ConnectionTest, AServerThatDoesNotAnswerIsGivenUp) {
  EXPECT_EQ(WithTimeouts("postgresql://db/records"),
            "postgresql://db/records?connect_timeout=5&keepalives_idle=10&keepalives_interval=5&"
            "keepalives_count=3&tcp_user_timeout=15000");
  EXPECT_EQ(WithTimeouts("postgresql://db/records?host=/tmp&connect_timeout=60&"
                         "tcp_user_timeout=1"),
            "postgresql://db/records?host=/tmp&connect_timeout=60&tcp_user_timeout=1&"
            "keepalives_idle=10&keepalives_interval=5&keepalives_count=3");
}

TEST(ConnectionTest, AnErrorTellsNoValuesOfTheRow) {
  const soci::soci_error error("ERROR: duplicate key\nDETAIL: Key (person_id)=(per_1) exists.");
  const absl::Status status = StatusOf(error);
  EXPECT_THAT(std::string(status.message()), HasSubstr("duplicate key"));
  EXPECT_THAT(std::string(status.message()), ::testing::Not(HasSubstr("per_1")));
}

}  // namespace
}  // namespace baodao::records
