// Writing the archive: once, whoever writes and however often.
#include "services/records/store/archive.h"

#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "common/testing/matchers.h"
#include "common/testing/until.h"
#include "services/records/store/retired.h"
#include "services/records/store/tables.h"
#include "tests/integration/records/database_fixture.h"

namespace baodao::records {
namespace {

Entry TaskAt(StreamId id, int64_t state, const std::string& category = "cleaning") {
  TaskRow row(id);
  row.task_id = "tsk_1";
  row.title = "楼道清理 '\"; --";
  row.category = category;
  row.area_code = "310110001001";
  row.state = state;
  Entry entry{id, false, {}};
  entry.rows.task = row;
  return entry;
}

Entry AssignmentAt(StreamId id, int64_t state, int64_t task_state) {
  Entry entry{id, false, {}};
  TaskHead head(id);
  head.task_id = "tsk_1";
  head.title = "楼道清理";
  head.area_code = "310110001001";
  head.state = task_state;
  entry.rows.task_head = head;
  AssignmentRow row(id);
  row.task_id = "tsk_1";
  row.person_id = "per_1";
  row.state = state;
  entry.rows.assignment = row;
  return entry;
}

Entry HoursAt(StreamId id, int64_t sequence, int64_t minutes) {
  Entry entry{id, false, {}};
  LedgerRow row(id);
  row.person_id = "per_1";
  row.sequence = sequence;
  row.task_id = "tsk_1";
  row.minutes = minutes;
  entry.rows.ledger = row;
  return entry;
}

// The rows of the events numbered from+1 … to, in their order.
Batch HoursOf(int from, int to) {
  Batch batch{{"dispatch", 3}, {}, {from, 0}};
  for (int i = from + 1; i <= to; ++i) batch.entries.push_back(HoursAt({i, 0}, i, 10));
  return batch;
}

class ArchiveTest : public DatabaseTest {
 protected:
  ArchiveTest() { Ensure(); }

  Position At() {
    const auto all = Do<std::vector<Position>>(ReadPositions);
    EXPECT_EQ(all.size(), 1u);
    return all.at(0);
  }
};

TEST_P(ArchiveTest, RowsAndPositionComeTogether) {
  EXPECT_EQ(Put({TaskAt({5, 0}, 1), AssignmentAt({5, 1}, 2, 2), HoursAt({6, 0}, 1, 60)}), 3);
  EXPECT_EQ(At().id, (StreamId{6, 0}));
  EXPECT_EQ(At().events, 3);
  EXPECT_EQ(Number("SELECT state FROM tasks"), 2) << "as the assignment told";
  EXPECT_EQ(Text("SELECT category FROM tasks"), "cleaning");
  EXPECT_EQ(Number("SELECT COUNT(*) FROM assignments"), 1);
  EXPECT_EQ(Number("SELECT SUM(minutes) FROM ledger"), 60);
}

TEST_P(ArchiveTest, WhatComesAgainChangesNothing) {
  const std::vector<Entry> entries = {TaskAt({5, 0}, 1), HoursAt({6, 0}, 1, 60), TaskAt({7, 0}, 4)};
  EXPECT_EQ(Put(entries), 3);
  EXPECT_EQ(Put(entries), 0);
  EXPECT_EQ(Put({TaskAt({6, 5}, 2), HoursAt({6, 9}, 2, 90), TaskAt({8, 0}, 5)}), 1)
      << "the position has passed the first two";
  EXPECT_EQ(At().id, (StreamId{8, 0}));
  EXPECT_EQ(At().events, 4);
  EXPECT_EQ(Number("SELECT state FROM tasks"), 5);
  EXPECT_EQ(Number("SELECT SUM(minutes) FROM ledger"), 60);
}

TEST_P(ArchiveTest, AnEventWithoutRowsMovesThePosition) {
  EXPECT_EQ(Put({{{9, 2}, false, {}}}), 1);
  EXPECT_EQ(At().id, (StreamId{9, 2}));
}

// A dead letter that is sent again is written though the position has passed it, unless something
// later has been written.
TEST_P(ArchiveTest, ARequeuedEventFillsInButUndoesNothing) {
  EXPECT_EQ(Put({TaskAt({7, 0}, 4)}), 1);
  Entry old_task = TaskAt({5, 0}, 1);
  old_task.requeued = true;
  Entry old_hours = HoursAt({6, 0}, 1, 60);
  old_hours.requeued = true;
  EXPECT_EQ(Put({old_task}), 0);
  EXPECT_EQ(Put({old_hours}), 0);
  EXPECT_EQ(Put({old_hours}), 0);
  EXPECT_EQ(Number("SELECT state FROM tasks"), 4);
  EXPECT_EQ(Number("SELECT SUM(minutes) FROM ledger"), 60);
  EXPECT_EQ(At().id, (StreamId{7, 0}));
  EXPECT_EQ(At().events, 1);
}

// The task of which nothing else is known any more.
TEST_P(ArchiveTest, AnAssignmentBringsItsTaskWithIt) {
  EXPECT_EQ(Put({AssignmentAt({5, 0}, 2, 1)}), 1);
  EXPECT_EQ(Text("SELECT category FROM tasks"), "");
  EXPECT_EQ(Put({TaskAt({6, 0}, 4)}), 1);
  EXPECT_EQ(Text("SELECT category FROM tasks"), "cleaning");
}

TEST_P(ArchiveTest, ABatchWithAWrongRowLeavesNothing) {
  Entry orphan{{6, 0}, false, {}};
  orphan.rows.assignment = AssignmentRow(StreamId{6, 0});
  orphan.rows.assignment->task_id = "tsk_nowhere";
  const Batch batch{kStream, {TaskAt({5, 0}, 1), orphan}, {}};
  const auto written =
      Try<int64_t>([batch](Connection& connection) { return Write(connection, batch); });
  EXPECT_EQ(written.status().code(), absl::StatusCode::kInternal) << written.status();
  EXPECT_EQ(Number("SELECT COUNT(*) FROM tasks"), 0);
  EXPECT_EQ(At().id, StreamId{});
  EXPECT_EQ(Put({TaskAt({5, 0}, 1)}), 1) << "the connection is a new one";
}

TEST_P(ArchiveTest, AStreamWithoutAPositionIsNotWritten) {
  const Batch batch{{"lists", 9}, {TaskAt({5, 0}, 1)}, {}};
  const auto written =
      Try<int64_t>([batch](Connection& connection) { return Write(connection, batch); });
  EXPECT_EQ(written.status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM tasks"), 0);
}

TEST_P(ArchiveTest, WhatIsMissingIsNotForgotten) {
  Ensure(kStream, 7);
  Ensure(kStream, 0);
  EXPECT_EQ(At().complete_since_ms, 7);
  Ensure(kStream, 9);
  EXPECT_EQ(At().complete_since_ms, 9);
}

// A standby that lacks the latest took over, or an older copy was restored under a running replica.
TEST_P(ArchiveTest, NothingIsWrittenBehindAGap) {
  EXPECT_EQ(Put({TaskAt({5, 0}, 1)}), 1);
  const Batch batch{kStream, {TaskAt({8, 0}, 4)}, {7, 0}};
  const auto written =
      Try<int64_t>([batch](Connection& connection) { return Write(connection, batch); });
  EXPECT_EQ(written.status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(At().id, (StreamId{5, 0}));
  EXPECT_EQ(Number("SELECT state FROM tasks"), 1);
  EXPECT_EQ(Put({{{7, 0}, false, {}}}), 1);
  EXPECT_EQ(*Try<int64_t>([batch](Connection& connection) { return Write(connection, batch); }), 1);
}

TEST_P(ArchiveTest, APositionIsSetBackUnlessItHasMoved) {
  EXPECT_EQ(Put({TaskAt({5, 0}, 1)}), 1);
  for (const StreamId& from : {StreamId{4, 0}, StreamId{5, 0}}) {
    Do<bool>([from](Connection& connection) -> absl::StatusOr<bool> {
      SetBack(connection, kStream, from, {2, 0});
      return true;
    });
    EXPECT_EQ(At().id, (from == StreamId{4, 0} ? StreamId{5, 0} : StreamId{2, 0}));
  }
}

// Redis lost its newest entries: others come under their numbers.
TEST_P(ArchiveTest, ALaterEntryTakesTheNumberOfALostOne) {
  EXPECT_EQ(Put({HoursAt({5, 0}, 1, 60), HoursAt({6, 0}, 2, 90)}), 2);
  EXPECT_EQ(Put({HoursAt({8, 0}, 2, 15)}), 1);
  EXPECT_EQ(Number("SELECT SUM(minutes) FROM ledger"), 75);
}

// The event of an assignment does not keep out what only the task's own, older event
// tells.
TEST_P(ArchiveTest, AnOlderTaskEventAddsWhatTheAssignmentsDoNotTell) {
  EXPECT_EQ(Put({AssignmentAt({7, 0}, 2, 2)}), 1);
  Entry task = TaskAt({5, 0}, 1);
  task.requeued = true;
  EXPECT_EQ(Put({task}), 0);
  EXPECT_EQ(Text("SELECT category FROM tasks"), "cleaning");
  EXPECT_EQ(Number("SELECT state FROM tasks"), 2) << "as the later one told";
  EXPECT_EQ(Put({TaskAt({9, 0}, 4, "escort")}), 1);
  Entry assignment = AssignmentAt({8, 0}, 3, 3);
  assignment.requeued = true;
  EXPECT_EQ(Put({assignment}), 0);
  EXPECT_EQ(Number("SELECT state FROM tasks"), 4);
  EXPECT_EQ(Text("SELECT category FROM tasks"), "escort");
}

TEST_P(ArchiveTest, ADatabaseKeepsItsId) {
  const auto id = [this] {
    return Do<std::string>([](Connection& connection) { return DatabaseId(connection); });
  };
  const std::string first = id();
  EXPECT_EQ(first.size(), 16u);
  EXPECT_EQ(id(), first);
}

TEST_P(ArchiveTest, WhatWasRetiredOfAPersonGoesWithTheirAccount) {
  // Since when it is kept.
  const auto keep = [this](const std::string& id, const std::string& owner) {
    return Do<int64_t>([id, owner](Connection& connection) -> absl::StatusOr<int64_t> {
      RetiredRow row;
      row.record_id = id;
      row.owner_id = owner;
      row.version = 1;
      row.body = "bytes";
      row.retire_ms = 5;
      const auto kept = KeepRetired(connection, row);
      if (!kept.ok()) return kept.status();
      EXPECT_EQ(kept->body, "bytes");
      return kept->retire_ms;
    });
  };
  keep("ned_1", "per_1");
  keep("bkg_1", "per_1");
  keep("ned_2", "per_2");
  keep("tsk_1", "");
  Entry deleted{{9, 0}, false, {}};
  deleted.rows.erased_person_id = "per_1";
  EXPECT_EQ(Put({deleted}), 1);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM retired"), 2);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM retired WHERE owner_id = 'per_1'"), 0);
  // A record that was over, but still with its owner's service, is retired afterwards.
  EXPECT_EQ(keep("ned_1", "per_1"), 0);
  EXPECT_EQ(keep("res_1", "per_1"), 0);
  EXPECT_EQ(keep("ned_2", "per_2"), 5);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM retired"), 2);
}

// The copy was written by another lane at the moment of the deletion.
TEST_P(ArchiveTest, WhatCameInWhileAnAccountWasErasedGoesWhenItIsSentAgain) {
  Entry deleted{{9, 0}, false, {}};
  deleted.rows.erased_person_id = "per_1";
  EXPECT_EQ(Put({deleted}), 1);
  Do<bool>([](Connection& connection) -> absl::StatusOr<bool> {
    connection.sql() << "INSERT INTO retired (record_id, owner_id, version, body, retire_ms) "
                        "VALUES ('ned_1', 'per_1', 1, 'bytes', 1)";
    RetiredRow row;
    row.record_id = "ned_1";
    row.owner_id = "per_1";
    row.version = 1;
    return KeepRetired(connection, row).ok();
  });
  EXPECT_EQ(Number("SELECT COUNT(*) FROM retired"), 0);
}

// PostgreSQL has no file of ours.
class ArchiveFileTest : public ArchiveTest {};

TEST_P(ArchiveFileTest, TheFileIsItsOwnersAlone) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    const auto status = std::filesystem::status(target_ + suffix);
    EXPECT_EQ(status.permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
        << suffix;
  }
}

// Partial indexes whose condition was a list of states made two tables of their own for each row
// that was written: a quarter of what a claim cost here.
TEST_P(ArchiveFileTest, WritingARowMakesNoTableBeside) {
  const std::string statements[] = {UpsertText(TaskHeadsTable()),     UpsertText(TasksTable()),
                                    UpsertText(AssignmentsTable()),   UpsertText(NeedsTable()),
                                    UpsertText(UnitsTable()),         UpsertText(PeopleTable()),
                                    UpsertText(RegistrationsTable()), UpsertText(LedgerTable())};
  for (const std::string& statement : statements) {
    const auto steps = Do<std::string>([&](Connection& connection) -> absl::StatusOr<std::string> {
      int address = 0;
      std::string step, all;
      soci::statement explain = (connection.sql().prepare << "EXPLAIN " + statement,
                                 soci::into(address), soci::into(step));
      explain.execute();
      while (explain.fetch()) all += step + " ";
      return all;
    });
    EXPECT_THAT(steps, ::testing::HasSubstr("IdxInsert")) << statement;
    EXPECT_THAT(steps, ::testing::Not(::testing::HasSubstr("Ephemeral"))) << statement;
  }
}

// Another replica moves the position between this one's look at it and its write.
TEST_P(ArchiveTest, WhoeverWasSlowerWritesOnlyWhatIsLeft) {
  Connection other(target_);
  other.Begin();
  other.sql() << "UPDATE positions SET stream_id = '5-0', events = 1";
  std::atomic<bool> done = false;
  absl::StatusOr<int64_t> fresh;
  std::thread writer([&] {
    Connection connection(target_);
    fresh = Write(connection, {kStream, {HoursAt({5, 0}, 1, 60), HoursAt({6, 0}, 2, 30)}, {}});
    done = true;
  });
  if (GetParam() == Dialect::kPostgres) {
    // It has read the old position and waits for the row.
    EXPECT_TRUE(testing::Until(
        [&] { return Number("SELECT COUNT(*) FROM pg_locks WHERE NOT granted") > 0; }));
  }
  EXPECT_FALSE(done);
  other.Commit();
  writer.join();
  ASSERT_THAT(fresh, testing::IsOk());
  EXPECT_EQ(*fresh, 1);
  EXPECT_EQ(Number("SELECT SUM(minutes) FROM ledger"), 30);
  EXPECT_EQ(At().events, 2);
}

// Several writers of the same stream, all with everything.
TEST_P(ArchiveTest, ManyWritersWriteEverythingOnce) {
  constexpr int kEvents = 200;
  std::vector<std::thread> writers;
  std::atomic<int64_t> fresh = 0;
  for (int w = 0; w < 4; ++w) {
    writers.emplace_back([&] {
      for (int i = 0; i < kEvents;) {
        // As the workers of Database do: a new connection after an error.
        try {
          Connection connection(target_);
          for (; i < kEvents; i += 7) {
            const auto written = Write(connection, HoursOf(i, std::min(i + 7, kEvents)));
            if (!written.ok()) break;
            fresh += *written;
          }
        } catch (const soci::soci_error&) {
        }
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(fresh, kEvents);
  EXPECT_EQ(At().events, kEvents);
  EXPECT_EQ(Number("SELECT SUM(minutes) FROM ledger"), 10 * kEvents);
}

INSTANTIATE_TEST_SUITE_P(All, ArchiveTest, ::testing::Values(Dialect::kSqlite, Dialect::kPostgres),
                         DialectName);

INSTANTIATE_TEST_SUITE_P(Sqlite, ArchiveFileTest, ::testing::Values(Dialect::kSqlite), DialectName);

}  // namespace
}  // namespace baodao::records
