// The archive filled from its owners' state, while events go on coming.
#include <gmock/gmock.h>

#include "tests/integration/records/records_fixture.h"

namespace baodao::records {
namespace {

using events::v1::Event;
using registration::v1::RegistrationState;

Event TaskNow(dispatch::v1::TaskState state, const std::string& category = "cleaning") {
  Event event;
  dispatch::v1::Task& task = *event.mutable_task_changed()->mutable_task();
  task.set_task_id("tsk_1");
  task.set_title("楼道清理");
  task.set_category(category);
  task.set_area_code(kHere);
  task.set_state(state);
  *task.mutable_window()->mutable_start() = ToTimestamp(Time(Millis(9'000)));
  return event;
}

Event AssignmentNow(dispatch::v1::AssignmentState state,
                    dispatch::v1::TaskState of_task = dispatch::v1::TASK_STATE_UNSPECIFIED) {
  Event event;
  events::v1::AssignmentChanged& change = *event.mutable_assignment_changed();
  change.mutable_assignment()->set_task_id("tsk_1");
  change.mutable_assignment()->set_person_id("per_1");
  change.mutable_assignment()->set_unit_id("unt_1");
  change.mutable_assignment()->set_state(state);
  change.mutable_task()->set_title("楼道清理");
  change.mutable_task()->set_state(of_task);
  change.mutable_task()->set_area_code(kHere);
  *change.mutable_task()->mutable_start_time() = ToTimestamp(Time(Millis(9'000)));
  return event;
}

Event HoursNow(uint64_t sequence, int64_t minutes) {
  Event event;
  dispatch::v1::LedgerEntry& entry = *event.mutable_hours_credited()->mutable_entry();
  entry.set_person_id("per_1");
  entry.set_sequence(sequence);
  entry.set_task_id("tsk_1");
  entry.set_minutes(minutes);
  entry.set_hash("\x01\xff");
  return event;
}

Event RegistrationNow(RegistrationState state, RegistrationState before, int64_t update_ms) {
  Event event;
  *event.mutable_time() = ToTimestamp(Time(Millis(update_ms)));
  events::v1::RegistrationChanged& change = *event.mutable_registration_changed();
  change.set_before(before);
  registration::v1::Registration& registration = *change.mutable_registration();
  registration.set_registration_id("reg_1");
  registration.set_subject_id("per_1");
  registration.set_area_code(kHere);
  registration.set_state(state);
  *registration.mutable_create_time() = ToTimestamp(Time(Millis(1)));
  *registration.mutable_update_time() = ToTimestamp(Time(Millis(update_ms)));
  return event;
}

class RestoreTest : public DatabaseTest {
 protected:
  RestoreTest() { Ensure(); }

  void Ingest(const Event& event, int64_t ms) { Put({{{ms, 0}, false, RowsOf(event, {ms, 0})}}); }
  void RestoreFrom(const std::vector<Event>& events) {
    std::vector<Rows> all;
    for (const Event& event : events) all.push_back(RowsOf(event, StreamId{}));
    const auto restored = Try<bool>([all](Connection& connection) -> absl::StatusOr<bool> {
      RETURN_IF_ERROR(Restore(connection, all));
      return true;
    });
    EXPECT_THAT(restored, testing::IsOk());
  }
};

TEST_P(RestoreTest, WhatIsMissingIsFilledIn) {
  const auto state = dispatch::v1::TASK_STATE_EVALUATED;
  const std::vector<Event> now = {TaskNow(state),
                                  AssignmentNow(dispatch::v1::ASSIGNMENT_STATE_CREDITED, state),
                                  HoursNow(1, 60)};
  for (int i = 0; i < 2; ++i) {
    RestoreFrom(now);
    EXPECT_EQ(Number("SELECT state FROM tasks"), state);
    EXPECT_EQ(Text("SELECT category FROM tasks"), "cleaning");
    EXPECT_EQ(Number("SELECT COUNT(*) FROM assignments"), 1);
    EXPECT_EQ(Number("SELECT SUM(minutes) FROM ledger"), 60);
    EXPECT_EQ(Text("SELECT title FROM ledger"), "楼道清理") << "its task's";
    EXPECT_EQ(Text("SELECT unit_id FROM ledger"), "unt_1") << "its assignment's";
    EXPECT_EQ(Text("SELECT area_code FROM ledger"), kHere);
    EXPECT_EQ(Number("SELECT start_ms FROM ledger"), 9'000);
    EXPECT_EQ(Text("SELECT hash FROM ledger"), "Af8=");
  }
}

// A state that was read a moment ago is older than what has come since.
TEST_P(RestoreTest, WhatAnEventHasWrittenStays) {
  Ingest(AssignmentNow(dispatch::v1::ASSIGNMENT_STATE_SIGNED_OUT), 5);
  Ingest(HoursNow(1, 60), 6);
  RestoreFrom({TaskNow(dispatch::v1::TASK_STATE_OPEN),
               AssignmentNow(dispatch::v1::ASSIGNMENT_STATE_ACCEPTED), HoursNow(1, 90)});
  EXPECT_EQ(Number("SELECT state FROM assignments"), dispatch::v1::ASSIGNMENT_STATE_SIGNED_OUT);
  EXPECT_EQ(Number("SELECT minutes FROM ledger"), 60);
  EXPECT_EQ(Number("SELECT state FROM tasks"), 0) << "as the assignment's event told";
  EXPECT_EQ(Text("SELECT category FROM tasks"), "cleaning") << "which it did not tell";
}

TEST_P(RestoreTest, EveryEventStillToComeReplacesIt) {
  RestoreFrom({TaskNow(dispatch::v1::TASK_STATE_SERVED),
               AssignmentNow(dispatch::v1::ASSIGNMENT_STATE_SIGNED_OUT)});
  Ingest(TaskNow(dispatch::v1::TASK_STATE_OPEN, "escort"), 5);
  EXPECT_EQ(Number("SELECT state FROM tasks"), dispatch::v1::TASK_STATE_OPEN);
  EXPECT_EQ(Text("SELECT category FROM tasks"), "escort");
  Ingest(AssignmentNow(dispatch::v1::ASSIGNMENT_STATE_ACCEPTED), 6);
  EXPECT_EQ(Number("SELECT state FROM assignments"), dispatch::v1::ASSIGNMENT_STATE_ACCEPTED);
}

// An older copy was put in its place, and the streams no longer hold what came after it.
TEST_P(RestoreTest, WhatWasWrittenBeforeAGapIsReplaced) {
  Ingest(TaskNow(dispatch::v1::TASK_STATE_OPEN), 5);
  Ingest(AssignmentNow(dispatch::v1::ASSIGNMENT_STATE_ACCEPTED), 6);
  Ingest(HoursNow(1, 60), 7);
  Ensure(kStream, 100);
  Ingest(AssignmentNow(dispatch::v1::ASSIGNMENT_STATE_SIGNED_OUT), 100);
  RestoreFrom({TaskNow(dispatch::v1::TASK_STATE_CLOSED, "escort"),
               AssignmentNow(dispatch::v1::ASSIGNMENT_STATE_CREDITED), HoursNow(1, 90)});
  EXPECT_EQ(Number("SELECT state FROM assignments"), dispatch::v1::ASSIGNMENT_STATE_SIGNED_OUT)
      << "of after it";
  EXPECT_EQ(Text("SELECT category FROM tasks"), "escort");
  EXPECT_EQ(Number("SELECT minutes FROM ledger"), 60) << "an entry never changes";
  Ingest(TaskNow(dispatch::v1::TASK_STATE_EVALUATED), 101);
  EXPECT_EQ(Number("SELECT state FROM tasks"), dispatch::v1::TASK_STATE_EVALUATED);
}

// Whatever part of its events is lost, whenever it was read, and between whichever of the others
// that comes in: at the end the sum says whether it is ACTIVE.
TEST_P(RestoreTest, AnActiveRegistrationCountsOnce) {
  using namespace registration::v1;  // NOLINT
  const std::vector<RegistrationState> states = {
      REGISTRATION_STATE_PENDING, REGISTRATION_STATE_ACTIVE, REGISTRATION_STATE_SUSPENDED,
      REGISTRATION_STATE_ACTIVE, REGISTRATION_STATE_ENDED};
  std::vector<Event> events;
  RegistrationState before = REGISTRATION_STATE_UNSPECIFIED;
  for (const RegistrationState state : states) {
    events.push_back(
        RegistrationNow(state, before, 1'000 * (static_cast<int64_t>(events.size()) + 1)));
    before = state;
  }
  for (size_t end = 1; end <= events.size(); ++end) {
    for (size_t lost = 0; lost <= end; ++lost) {
      for (size_t read = lost; read <= end; ++read) {
        for (size_t place = lost; read > 0 && place <= end; ++place) {
          Do<bool>([](Connection& connection) -> absl::StatusOr<bool> {
            connection.sql() << "DELETE FROM registrations";
            connection.sql() << "DELETE FROM activations";
            connection.sql() << "UPDATE positions SET stream_id = '0-0'";
            return true;
          });
          for (size_t i = lost; i <= end; ++i) {
            if (i == place) RestoreFrom({events[read - 1]});
            if (i < end) Ingest(events[i], static_cast<int64_t>(i + 1));
          }
          const std::string at = absl::StrCat(lost, " lost of ", end, ", read after ", read,
                                              ", written before ", place);
          const bool active = states[end - 1] == REGISTRATION_STATE_ACTIVE;
          const bool known = lost < end || read == end;
          EXPECT_EQ(Number("SELECT CAST(COALESCE(SUM(delta), 0) AS BIGINT) FROM activations"),
                    (known ? active : states[read - 1] == REGISTRATION_STATE_ACTIVE) ? 1 : 0)
              << at;
          if (lost > 1) continue;  // the first makes nothing ACTIVE
          EXPECT_EQ(Number("SELECT COUNT(*) FROM activations WHERE event_ms = 0"),
                    lost == end && active ? 1 : 0)
              << at;
        }
      }
    }
  }
}

TEST_P(RestoreTest, ASuspensionWithoutItsApprovalCountsFromTheCreation) {
  using namespace registration::v1;  // NOLINT
  Ingest(RegistrationNow(REGISTRATION_STATE_SUSPENDED, REGISTRATION_STATE_ACTIVE, 3'000), 5);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM activations"), 2);
  EXPECT_EQ(Number("SELECT time_ms FROM activations WHERE delta = 1"), 1);
  EXPECT_EQ(Number("SELECT time_ms FROM activations WHERE delta = -1"), 3'000);
}

TEST_P(RecordsTest, OnlyEventsAreRestoredAllOrNone) {
  const auto restore = [this](const std::string& token, const std::vector<std::string>& all) {
    v1::RestoreRecordsRequest request;
    for (const std::string& event : all) request.add_events(event);
    rpc::Client<v1::ArchiveService> client(server_->channel());
    return testing::Run(loop_, client.Call(&rpc::AsyncOf<v1::ArchiveService>::RestoreRecords,
                                           rpc::CallOptions::As(token), request));
  };
  const std::string task = TaskNow(dispatch::v1::TASK_STATE_OPEN).SerializeAsString();
  Event other;
  other.mutable_areas_imported()->set_areas(1);
  const std::string service = tokens_.Service("lists");
  for (const std::string& wrong : {std::string("\xff"), other.SerializeAsString()}) {
    const auto refused = restore(service, {task, wrong});
    ASSERT_THAT(refused, testing::IsRefusal(Reason::INVALID_ARGUMENT_FIELDS));
    EXPECT_EQ(ViolationsOf(refused.status()).at(0).field, "events[1]");
  }
  EXPECT_THAT(restore(tokens_.Operator(), {task}), testing::IsRefusal(Reason::PERMISSION_DENIED));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM tasks"), 0);
  EXPECT_THAT(restore(service, {task}), testing::IsOk());
  EXPECT_EQ(Number("SELECT COUNT(*) FROM tasks"), 1);
}

INSTANTIATE_TEST_SUITE_P(OverGrpc, RestoreTest,
                         ::testing::Values(Dialect::kSqlite, Dialect::kPostgres), DialectName);

}  // namespace
}  // namespace baodao::records
