// The rules of the archive that know no SQL.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/clock/time_text.h"
#include "common/clock/timestamp.h"
#include "common/testing/matchers.h"
#include "services/records/domain/newest_rows.h"
#include "services/records/domain/period.h"
#include "services/records/domain/rows_of.h"
#include "services/records/domain/statement.h"

namespace baodao::records {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

int64_t Ms(const char* text) { return FromRfc3339(text)->time_since_epoch().count(); }

TEST(StreamIdTest, IdsAreComparedAsNumbers) {
  EXPECT_LT(StreamId::Parse("9-0"), StreamId::Parse("10-0"));
  EXPECT_LT(StreamId::Parse("10-9"), StreamId::Parse("10-10"));
  EXPECT_EQ(StreamId::Parse("1764300000000-7").Text(), "1764300000000-7");
  for (const char* text : {"", "7", "-", "a-b", "7-", "7-x", "7-1-2"}) {
    EXPECT_EQ(StreamId::Parse(text), StreamId{}) << text;
  }
}

TEST(NewestRowsTest, TheNewestOfEachThingIsLeft) {
  const auto event = [](int64_t ms, const char* person, int64_t state) {
    const StreamId id{ms, 0};
    Rows rows;
    rows.task_head.emplace(id).task_id = "tsk_a";
    rows.task_head->accepted_count = ms;
    AssignmentRow& assignment = rows.assignment.emplace(id);
    assignment.task_id = "tsk_a";
    assignment.person_id = person;
    assignment.state = state;
    rows.staffed = TaskStaffed{"tsk_a", ms};
    return rows;
  };
  // One that was waiting comes late.
  const std::vector<Rows> events = {event(1, "per_a", 1), event(4, "per_a", 4),
                                    event(2, "per_a", 2), event(3, "per_b", 3)};
  NewestRows newest;
  for (const Rows& rows : events) newest.Add(rows);
  ASSERT_EQ(newest.task_heads.size(), 1u);
  EXPECT_EQ(newest.task_heads.at("tsk_a")->accepted_count, 4);
  ASSERT_EQ(newest.assignments.size(), 2u);
  EXPECT_EQ(newest.assignments.at({"tsk_a", "per_a"})->state, 4);
  EXPECT_EQ(newest.assignments.at({"tsk_a", "per_b"})->state, 3);
  EXPECT_EQ(newest.staffed.size(), 4u);
}

TEST(NewestRowsTest, ATaskIsAHeadToo) {
  Rows whole, head;
  whole.task.emplace(StreamId{2, 0}).task_id = "tsk_a";
  head.task_head.emplace(StreamId{1, 0}).task_id = "tsk_a";
  NewestRows newest;
  newest.Add(whole);
  newest.Add(head);
  EXPECT_EQ(newest.task_heads.at("tsk_a"), &*whole.task);
  EXPECT_EQ(newest.tasks.at("tsk_a"), &*whole.task);
}

TEST(PeriodTest, MonthsAreThoseOfChina) {
  // In UTC both are of October.
  EXPECT_EQ(MonthOfDay(DayOf(Ms("2026-10-31T15:59:59Z"))), "2026-10");
  EXPECT_EQ(MonthOfDay(DayOf(Ms("2026-10-31T16:00:00Z"))), "2026-11");
  EXPECT_EQ(DayOf(0), 0);
  EXPECT_EQ(DayOf(16 * 3'600'000), 1);
}

TEST(PeriodTest, ItEndsAfterItsStartAndIsNotTooLong) {
  const int64_t start = Ms("2026-01-01T00:00:00Z");
  const auto check = [&](int64_t length, int64_t days) {
    return CheckPeriod({start, start + length}, days);
  };
  constexpr int64_t kDay = 86'400'000;
  EXPECT_THAT(check(1, 0), testing::IsOk());
  EXPECT_THAT(check(3 * kDay, 3), testing::IsOk());
  EXPECT_THAT(check(3 * kDay + 1, 0), testing::IsOk());
  for (const absl::Status& status : {check(0, 0), check(-1, 3), check(3 * kDay + 1, 3)}) {
    const std::vector<Violation> violations = ViolationsOf(status);
    ASSERT_EQ(violations.size(), 1u) << status;
    EXPECT_EQ(violations[0].field, "period.end");
  }
}

TEST(StatementTest, SumsAddUpByEveryKey) {
  const int64_t october = DayOf(Ms("2026-10-05T02:00:00Z"));
  const int64_t november = DayOf(Ms("2026-11-05T02:00:00Z"));
  const Sums sums = SumUp({{october, "cleaning", "A", "", false, 60, 1},
                           {november, "cleaning", "B", "unt_1", true, 30, 2},
                           {november, "escort", "A", "unt_1", false, 90, 1, true},
                           {november, "escort", "A", "unt_1", true, -20, 1}});
  EXPECT_EQ(sums.total, (Minutes{150, 10}));
  EXPECT_EQ(sums.entries, 5);
  EXPECT_THAT(sums.months,
              ElementsAre(Pair("2026-10", Minutes{60, 0}), Pair("2026-11", Minutes{90, 10})));
  EXPECT_THAT(sums.categories,
              ElementsAre(Pair("cleaning", Minutes{60, 30}), Pair("escort", Minutes{90, -20})));
  EXPECT_THAT(sums.areas, ElementsAre(Pair("A", Minutes{150, -20}), Pair("B", Minutes{0, 30})));
  EXPECT_THAT(sums.units, ElementsAre(Pair("", Minutes{60, 0}), Pair("unt_1", Minutes{90, 10})));
  EXPECT_THAT(sums.posts,
              ElementsAre(Pair("community", Minutes{60, 10}), Pair("unit", Minutes{90, 0})));
}

TEST(RowsOfTest, AnAssignmentTellsOfItsTaskToo) {
  events::v1::Event event;
  events::v1::AssignmentChanged& change = *event.mutable_assignment_changed();
  change.mutable_assignment()->set_task_id("tsk_1");
  change.mutable_assignment()->set_person_id("per_1");
  change.mutable_assignment()->set_state(dispatch::v1::ASSIGNMENT_STATE_RELEASED);
  change.mutable_assignment()->set_end_cause(dispatch::v1::END_CAUSE_TASK_CANCELLED);
  change.mutable_task()->set_title("楼道清理");
  change.mutable_task()->set_area_code("310110001001");
  change.mutable_task()->set_state(dispatch::v1::TASK_STATE_CANCELLED);
  *change.mutable_task()->mutable_start_time() = ToTimestamp(Time(Millis(5'000)));
  const Rows rows = RowsOf(event, {7, 1});
  ASSERT_TRUE(rows.task_head && rows.assignment);
  EXPECT_FALSE(rows.task);
  EXPECT_EQ(rows.task_head->task_id, "tsk_1");
  EXPECT_EQ(rows.task_head->title, "楼道清理");
  EXPECT_EQ(rows.task_head->state, dispatch::v1::TASK_STATE_CANCELLED);
  EXPECT_EQ(rows.assignment->area_code, "310110001001");
  EXPECT_EQ(rows.assignment->start_ms, 5'000);
  EXPECT_EQ(rows.assignment->accept_ms, 0);
  EXPECT_EQ(rows.assignment->end_cause, dispatch::v1::END_CAUSE_TASK_CANCELLED);
  EXPECT_EQ(rows.assignment->event_ms, 7);
  EXPECT_EQ(rows.assignment->event_seq, 1);
}

// It changes the assignment beside its state; an archive made from the owners would have differed.
TEST(RowsOfTest, ARequestForCreditTellsOfItsAssignment) {
  events::v1::Event event;
  events::v1::CreditRequestChanged& change = *event.mutable_credit_request_changed();
  change.mutable_assignment()->set_task_id("tsk_1");
  change.mutable_assignment()->set_person_id("per_1");
  change.mutable_assignment()->set_state(dispatch::v1::ASSIGNMENT_STATE_NO_SHOW);
  *change.mutable_assignment()->mutable_update_time() = ToTimestamp(Time(Millis(9'000)));
  change.mutable_task()->set_area_code("310110001001");
  change.mutable_task()->set_state(dispatch::v1::TASK_STATE_SERVED);
  *change.mutable_task()->mutable_start_time() = ToTimestamp(Time(Millis(5'000)));
  const Rows rows = RowsOf(event, {7, 1});
  ASSERT_TRUE(rows.task_head && rows.assignment);
  EXPECT_EQ(rows.task_head->task_id, "tsk_1");
  EXPECT_EQ(rows.task_head->state, dispatch::v1::TASK_STATE_SERVED);
  EXPECT_EQ(rows.assignment->person_id, "per_1");
  EXPECT_EQ(rows.assignment->state, dispatch::v1::ASSIGNMENT_STATE_NO_SHOW);
  EXPECT_EQ(rows.assignment->start_ms, 5'000);
  EXPECT_EQ(rows.assignment->update_ms, 9'000);
  EXPECT_EQ(rows.assignment->event_ms, 7);
}

TEST(RowsOfTest, WhatNobodyAsksForLeavesNothing) {
  events::v1::Event event;
  event.mutable_notification_added()->set_number(3);
  const Rows rows = RowsOf(event, {7, 1});
  EXPECT_FALSE(rows.task || rows.task_head || rows.assignment || rows.need || rows.registration ||
               rows.ledger);
}

}  // namespace
}  // namespace baodao::records
