// The coordinator's desk, from both databases.
#include <gmock/gmock.h>

#include "common/testing/matchers.h"
#include "services/records/store/summary_reads.h"
#include "tests/integration/records/report_town.h"

namespace baodao::records {
namespace {

class SummaryTest : public ReportTown {
 protected:
  AreaSummary Read(const std::vector<std::string>& areas) {
    return Do<AreaSummary>([&](Connection& connection) { return ReadSummary(connection, areas); });
  }
  // A task made at `minute`, begun an hour later, ended two hours later and changed three hours
  // later.
  void Put(const std::string& task_id, const std::string& area, dispatch::v1::TaskState state,
           int64_t minute, int64_t escalation = 0, int64_t rating = 0) {
    PutRow<TaskRow>(&Rows::task, [&](TaskRow& row) {
      row.task_id = task_id;
      row.area_code = area;
      row.state = state;
      row.escalation_level = escalation;
      row.rating = rating;
      row.create_ms = At(minute);
      row.start_ms = At(minute + 60);
      row.end_ms = At(minute + 120);
      row.update_ms = At(minute + 180);
    });
  }
  void Offer(const std::string& task_id, const std::string& person, const std::string& area,
             dispatch::v1::AssignmentState state, int64_t minute) {
    PutRow<AssignmentRow>(&Rows::assignment, [&](AssignmentRow& row) {
      row.task_id = task_id;
      row.person_id = person;
      row.area_code = area;
      row.state = state;
      row.update_ms = At(minute);
    });
  }
  void Need(const std::string& need_id, const std::string& area, lists::v1::NeedState state,
            int64_t minute) {
    PutRow<NeedRow>(&Rows::need, [&](NeedRow& row) {
      row.need_id = need_id;
      row.area_code = area;
      row.state = state;
      row.update_ms = At(minute);
    });
  }
  void Registration(const std::string& id, const std::string& area,
                    registration::v1::RegistrationState state, int64_t minute) {
    PutRow<RegistrationRow>(&Rows::registration, [&](RegistrationRow& row) {
      row.registration_id = id;
      row.area_code = area;
      row.state = state;
      row.update_ms = At(minute);
    });
  }
  static int64_t At(int64_t minute) { return MsAt("2026-11-28T00:00:00Z") + minute * 60'000; }

  static void Expect(const WaitingCount& waiting, int64_t count, int64_t since_minute) {
    EXPECT_EQ(waiting.count, count);
    EXPECT_EQ(waiting.oldest_ms, count == 0 ? 0 : At(since_minute));
  }
};

TEST_P(SummaryTest, CountsWhatWaitsAndSinceWhen) {
  using namespace dispatch::v1;  // NOLINT
  Put("t1", kWestOne, TASK_STATE_OPEN, 5);
  Put("t2", kWestTwo, TASK_STATE_OPEN, 3, 2);
  Put("t3", kWestOne, TASK_STATE_STAFFED, 1, 1);
  Put("t4", kWestOne, TASK_STATE_IN_SERVICE, 0);
  Put("t5", kWestOne, TASK_STATE_SERVED, 0);
  Put("t6", kWestOne, TASK_STATE_EVALUATED, 0, 0, 2);
  Put("t7", kWestOne, TASK_STATE_EVALUATED, 0, 0, 3);
  Put("t8", kWestOne, TASK_STATE_CLOSED, 0, 3, 1);
  Put("t9", kEastOne, TASK_STATE_OPEN, 0);
  Offer("t1", "per_1", kWestOne, ASSIGNMENT_STATE_OFFERED, 7);
  Offer("t1", "per_2", kWestOne, ASSIGNMENT_STATE_OFFERED, 6);
  Offer("t1", "per_3", kWestOne, ASSIGNMENT_STATE_DECLINED, 1);
  Need("n1", kWestOne, lists::v1::NEED_STATE_SUBMITTED, 9);
  Need("n2", kWestOne, lists::v1::NEED_STATE_SUBMITTED, 8);
  Need("n3", kWestTwo, lists::v1::NEED_STATE_ACCEPTED, 4);
  Need("n4", kWestTwo, lists::v1::NEED_STATE_RETURNED, 2);
  Need("n5", kWestTwo, lists::v1::NEED_STATE_CLOSED, 1);
  Registration("r1", kWestOne, registration::v1::REGISTRATION_STATE_PENDING, 11);
  Registration("r2", kWestOne, registration::v1::REGISTRATION_STATE_ACTIVE, 1);

  const AreaSummary summary = Read({kWest, kWestOne, kWestTwo});
  Expect(summary.open_tasks, 3, 1);
  Expect(summary.short_tasks, 2, 3);
  Expect(summary.escalated_tasks, 1, 3);
  Expect(summary.running_tasks, 1, 60);
  Expect(summary.unrated_tasks, 1, 120);
  Expect(summary.low_rated_tasks, 1, 180);
  Expect(summary.open_offers, 2, 6);
  Expect(summary.submitted_needs, 2, 8);
  Expect(summary.accepted_needs, 1, 4);
  Expect(summary.returned_needs, 1, 2);
  Expect(summary.pending_registrations, 1, 11);
}

TEST_P(SummaryTest, NothingWaitsWhereNothingIs) {
  const AreaSummary summary = Read({kWestOne});
  Expect(summary.open_tasks, 0, 0);
  Expect(summary.pending_registrations, 0, 0);
  Expect(summary.open_offers, 0, 0);
}

// More areas than one statement takes.
TEST_P(SummaryTest, ACityIsAskedForInParts) {
  std::vector<std::string> areas;
  for (int i = 0; i < 1'200; ++i) areas.push_back("area" + std::to_string(i));
  Put("t1", areas.front(), dispatch::v1::TASK_STATE_OPEN, 5);
  Put("t2", areas.back(), dispatch::v1::TASK_STATE_OPEN, 4);
  Expect(Read(areas).short_tasks, 2, 4);
}

// The plans of PostgreSQL depend on statistics.
class SummaryPlansTest : public SummaryTest {};

TEST_P(SummaryPlansTest, OnlyWhatWaitsIsRead) {
  const std::string plans = PlansOf([](Connection& connection) {
    EXPECT_THAT(ReadSummary(connection, {kWestOne, kWestTwo}), testing::IsOk());
  });
  for (const char* index :
       {"registrations_waiting", "needs_waiting", "tasks_waiting", "assignments_waiting"}) {
    EXPECT_THAT(plans, ::testing::HasSubstr(std::string("INDEX ") + index));
  }
}

INSTANTIATE_TEST_SUITE_P(Sqlite, SummaryPlansTest, ::testing::Values(Dialect::kSqlite),
                         DialectName);

INSTANTIATE_TEST_SUITE_P(All, SummaryTest, ::testing::Values(Dialect::kSqlite, Dialect::kPostgres),
                         DialectName);

}  // namespace
}  // namespace baodao::records
