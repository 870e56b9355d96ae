#include "services/dispatch/domain/publish.h"

#include "common/ids/ids.h"
#include "common/testing/matchers.h"
#include "services/dispatch/store/indexes.h"
#include "services/dispatch/store/need_task_id.h"
#include "tests/unit/dispatch/fixture.h"

namespace baodao::dispatch {
namespace {

class PublishTest : public ::testing::Test {
 protected:
  PublishTest() {
    request_.set_title("陪诊");
    request_.set_category("elderly_care");
    request_.set_area_code("310110001002");
    request_.mutable_place()->set_latitude(31.274567);
    request_.mutable_place()->set_longitude(121.523449);
    Window(kNow + hours(6), kNow + hours(8));
    request_.set_slots_min(1);
    request_.set_slots_max(3);
  }
  void Window(Time start, Time end) {
    *request_.mutable_window()->mutable_start() = ToTimestamp(start);
    *request_.mutable_window()->mutable_end() = ToTimestamp(end);
  }
  absl::StatusOr<Published> Publish() {
    PublishCommand command;
    command.request = &request_;
    command.task_id = kTaskId;
    command.publisher_id = "per_c";
    command.eligible_area_code = "310110001";
    command.sealed_contact = "sealed";
    return DecidePublish(command, kNow);
  }

  v1::PublishTaskRequest request_;
};

TEST_F(PublishTest, Defaults) {
  const auto published = Publish();
  ASSERT_THAT(published, testing::IsOk());
  const v1::Task& task = published->record.task();
  EXPECT_EQ(task.state(), v1::TASK_STATE_OPEN);
  EXPECT_EQ(task.version(), 1u);
  EXPECT_EQ(task.waitlist_max(), 6);
  EXPECT_EQ(task.geofence_m(), 300);
  EXPECT_EQ(ToTime(task.accept_by()), kNow + hours(3));  // half of what is left before the SLA
  EXPECT_EQ(ToTime(task.withdraw_by()), kNow + hours(4));
  EXPECT_EQ(task.eligible_area_code(), "310110001");
  EXPECT_EQ(task.publisher_id(), "per_c");
  EXPECT_DOUBLE_EQ(task.place().latitude(), 31.275);  // the exact place is sealed
  EXPECT_EQ(published->record.sealed_contact(), "sealed");
  EXPECT_FALSE(task.show_teammates());
  EXPECT_EQ(Armed(published->effects, Timer("sla")), kNow + hours(3));
  EXPECT_EQ(Armed(published->effects, Timer("noshow")), kNow + hours(6) + minutes(30));
  EXPECT_EQ(Armed(published->effects, Timer("end")), kNow + hours(9));
  ASSERT_EQ(published->effects.events.size(), 1u);
  EXPECT_EQ(published->effects.events[0].task_changed().kind(), events::v1::TASK_CHANGE_PUBLISHED);
}

TEST_F(PublishTest, PeopleOfSmallTasksCanBeHeardFrom) {
  request_.set_check_in_minutes(9);
  EXPECT_EQ(Refusal(Publish()), "INVALID_ARGUMENT_FIELDS");
  request_.set_check_in_minutes(10);
  EXPECT_EQ(Publish()->record.task().check_in_minutes(), 10);
  request_.set_slots_max(kMaxCheckedIn + 1);
  EXPECT_EQ(Refusal(Publish()), "TOO_MANY_TO_CHECK_IN");
}

TEST_F(PublishTest, TasksThatStartSoon) {
  Window(kNow + hours(1), kNow + hours(2));
  const auto published = Publish();
  ASSERT_THAT(published, testing::IsOk());
  // No time for the usual deadlines. It is escalated while others can still come: at the start,
  // as it was once, is too late.
  EXPECT_EQ(ToTime(published->record.task().accept_by()), kNow + minutes(30));
  EXPECT_EQ(ToTime(published->record.task().withdraw_by()), kNow + hours(1));
}

// Nobody may serve more than eight hours of a day: such a task could never be taken.
TEST_F(PublishTest, NobodyIsAskedForMoreThanADaysWork) {
  Window(kNow + hours(1), kNow + hours(9));
  EXPECT_EQ(Refusal(Publish()), "OK");
  Window(kNow + hours(1), kNow + hours(9) + minutes(1));
  EXPECT_EQ(Refusal(Publish()), "DAILY_HOURS_EXCEEDED");
  // Midnight makes no difference: kNow is eight in the morning.
  Window(kNow + hours(11), kNow + hours(20));
  EXPECT_EQ(Refusal(Publish()), "DAILY_HOURS_EXCEEDED");
}

TEST_F(PublishTest, WaitlistOfAManyPeopleTaskIsBounded) {
  request_.set_slots_max(1000);
  EXPECT_EQ(Publish()->record.task().waitlist_max(), 100);
  request_.set_waitlist_max(700);
  EXPECT_EQ(Publish()->record.task().waitlist_max(), 700);
}

TEST_F(PublishTest, Windows) {
  Window(kNow, kNow + hours(1));
  EXPECT_EQ(Refusal(Publish()), "WINDOW_INVALID");
  Window(kNow - hours(1), kNow + hours(1));
  EXPECT_EQ(Refusal(Publish()), "WINDOW_INVALID");
  Window(kNow + hours(2), kNow + hours(2));
  EXPECT_EQ(Refusal(Publish()), "WINDOW_INVALID");
  Window(kNow + hours(2), kNow + hours(1));
  EXPECT_EQ(Refusal(Publish()), "WINDOW_INVALID");
  Window(kNow + hours(2), kNow + hours(26) + Millis(1));
  EXPECT_EQ(Refusal(Publish()), "WINDOW_INVALID");
  Window(kNow + hours(24 * 365 - 1), kNow + hours(24 * 365) + Millis(1));
  EXPECT_EQ(Refusal(Publish()), "WINDOW_INVALID");
}

TEST_F(PublishTest, SlotsPlaceAndGeofence) {
  request_.set_slots_min(4);
  EXPECT_EQ(Refusal(Publish()), "SLOTS_INVALID");
  request_.set_slots_min(-1);
  EXPECT_EQ(Refusal(Publish()), "SLOTS_INVALID");
  request_.set_slots_min(3);
  EXPECT_EQ(Refusal(Publish()), "OK");
  request_.set_geofence_m(49);
  EXPECT_EQ(Refusal(Publish()), "INVALID_ARGUMENT_FIELDS");
  request_.set_geofence_m(50);
  EXPECT_EQ(Refusal(Publish()), "OK");
  request_.mutable_place()->Clear();
  EXPECT_EQ(Refusal(Publish()), "INVALID_ARGUMENT_FIELDS");
}

TEST(NeedTaskIdTest, SameForEverAndWellFormed) {
  const std::string need = ids::New("ned", 11);
  const std::string id = NeedTaskId(need, 1, 11);
  EXPECT_EQ(id, NeedTaskId(need, 1, 11));
  EXPECT_TRUE(ids::IsValid(id, "tsk"));
  EXPECT_EQ(ids::ShardOf(id), 11);
  EXPECT_EQ(ids::TimeOf(id), ids::TimeOf(need));
  EXPECT_NE(id, NeedTaskId(need, 2, 11));
  EXPECT_NE(id, NeedTaskId(ids::New("ned", 11), 1, 11));
  EXPECT_EQ(ids::ShardOf(NeedTaskId(need, 1, 1023)), 1023);
}

class IndexesTest : public TaskFixture {
 protected:
  IndexesTest() : keys_(store::Keys("dispatch", 16)) {
    record_.add_listed_under("310110001002");
    record_.add_listed_under("310110001");
  }
  // How many index operations lead from the record to what `change` makes of it.
  template <class F>
  size_t Operations(F change) {
    v1::TaskRecord after = record_;
    change(*after.mutable_task());
    store::Commit commit(3);
    UpdateIndexes(keys_, record_, after, commit);
    return commit.writes().size();
  }
  DispatchKeys keys_;
};

TEST_F(IndexesTest, AClaimThatLeavesASlotFreeWritesNone) {
  EXPECT_EQ(Operations([](v1::Task& t) { t.set_accepted_count(1); }), 0u);
  EXPECT_EQ(Operations([](v1::Task& t) {
              t.set_accepted_count(1);
              t.set_state(v1::TASK_STATE_STAFFED);
            }),
            0u);
}

TEST_F(IndexesTest, AFullTaskLeavesTheOpenListsOnly) {
  EXPECT_EQ(Operations([](v1::Task& t) { t.set_accepted_count(2); }), 2u);
  EXPECT_EQ(Operations([](v1::Task& t) { t.set_held_count(2); }), 2u);
}

TEST_F(IndexesTest, AnEndedTaskIsOnlyInTheListsOfTheEnded) {
  v1::TaskRecord after = record_;
  after.mutable_task()->set_state(v1::TASK_STATE_CANCELLED);
  store::Commit commit(3);
  UpdateIndexes(keys_, record_, after, commit);
  std::vector<std::string> removed, added;
  for (const auto& write : commit.writes()) {
    (write.op == store::Commit::Op::kIndexRemove ? removed : added).push_back(write.key);
  }
  EXPECT_THAT(removed, ::testing::UnorderedElementsAre(keys_.List(3, "open", "310110001002"),
                                                       keys_.List(3, "open", "310110001"),
                                                       keys_.List(3, "live", "310110001002"),
                                                       keys_.List(3, "live", "310110001")));
  EXPECT_THAT(added, ::testing::UnorderedElementsAre(keys_.List(3, "ended", "310110001002"),
                                                     keys_.List(3, "ended", "310110001")));
}

// Service confirmed after the fact brings it back.
TEST_F(IndexesTest, ATaskThatWasServedAfterAllHasNotEnded) {
  record_.mutable_task()->set_state(v1::TASK_STATE_EXPIRED);
  v1::TaskRecord after = record_;
  after.mutable_task()->set_state(v1::TASK_STATE_SERVED);
  store::Commit commit(3);
  UpdateIndexes(keys_, record_, after, commit);
  std::vector<std::string> removed;
  for (const auto& write : commit.writes()) {
    if (write.op == store::Commit::Op::kIndexRemove) removed.push_back(write.key);
  }
  EXPECT_THAT(removed, ::testing::UnorderedElementsAre(keys_.List(3, "ended", "310110001002"),
                                                       keys_.List(3, "ended", "310110001")));
}

TEST_F(IndexesTest, ScoresOrderByStartAndSpreadEqualStarts) {
  v1::Task a = record_.task(), b = record_.task();
  b.set_task_id("tsk_01JWN8Z0000000000000000002");
  EXPECT_NE(TaskScore(a), TaskScore(b));
  EXPECT_LT(std::abs(TaskScore(a) - TaskScore(b)), 1);
  *b.mutable_window()->mutable_start() = ToTimestamp(StartOf(a) + Millis(1));
  EXPECT_LT(TaskScore(a), TaskScore(b));
}

}  // namespace
}  // namespace baodao::dispatch
