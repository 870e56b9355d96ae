// People who hear that their task fell away hear what else they could take near it.
#include <gtest/gtest.h>

#include "common/testing/matchers.h"
#include "tests/integration/inbox/world.h"

namespace baodao::inbox {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class NearbyNoticesTest : public InboxTest {
 protected:
  // Somebody's part in a task for which there are enough people ends.
  events::Delivery Released(const std::string& person, dispatch::v1::AssignmentState before) {
    events::Delivery delivery =
        Accepted(++number_, dispatch::v1::ASSIGNMENT_STATE_RELEASED, clock_.Now());
    delivery.event.set_actor_id("dispatch");
    auto* changed = delivery.event.mutable_assignment_changed();
    changed->set_before(before);
    changed->mutable_assignment()->set_person_id(person);
    changed->mutable_assignment()->set_end_cause(dispatch::v1::END_CAUSE_ENOUGH_PEOPLE);
    return delivery;
  }
  void PutNear(const std::string& person, const std::string& title) {
    dispatch::v1::NearbyTask& task = *near_[person].add_tasks();
    task.set_task_id("tsk_near");
    task.set_title(title);
    *task.mutable_window()->mutable_start() = ToTimestamp(clock_.Now());
    task.set_distance_m(420);
  }
  v1::Notification Last(const std::string& person) {
    v1::ListNotificationsRequest request;
    request.set_person_id(person);
    const auto heard = Call(&Inbox::ListNotifications, tokens_.Person(person), request);
    EXPECT_THAT(heard, testing::IsOk());
    return heard.ok() && !heard->notifications().empty() ? heard->notifications(0)
                                                         : v1::Notification();
  }

 private:
  int number_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Stores, NearbyNoticesTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis), BackendName);

TEST_P(NearbyNoticesTest, EachHearsWhatTheyThemselvesCouldTake) {
  const std::string waited = ids::New("per", 1), busy = ids::New("per", 2);
  PutNear(reader_id_, "理发");
  PutNear(waited, "陪同就医");
  near_[busy];
  ASSERT_THAT(Deliver(Released(reader_id_, dispatch::v1::ASSIGNMENT_STATE_OFFERED)),
              testing::IsOk());
  const v1::Notification filled = Last(reader_id_);
  EXPECT_EQ(filled.kind(), v1::NOTIFICATION_KIND_TASK_FILLED);
  EXPECT_THAT(filled.body(), HasSubstr("附近还可以报名：“理发”"));
  ASSERT_EQ(filled.nearby_tasks_size(), 1);
  EXPECT_EQ(filled.nearby_tasks(0).task_id(), "tsk_near");
  EXPECT_EQ(filled.nearby_tasks(0).title(), "理发");
  EXPECT_TRUE(filled.nearby_tasks(0).window().has_start());
  EXPECT_EQ(filled.nearby_tasks(0).distance_m(), 420);

  ASSERT_THAT(Deliver(Released(waited, dispatch::v1::ASSIGNMENT_STATE_WAITLISTED)),
              testing::IsOk());
  EXPECT_EQ(Last(waited).kind(), v1::NOTIFICATION_KIND_TASK_RELEASED);
  EXPECT_THAT(Last(waited).body(), HasSubstr("陪同就医"));
  ASSERT_THAT(Deliver(Released(busy, dispatch::v1::ASSIGNMENT_STATE_WAITLISTED)), testing::IsOk());
  EXPECT_EQ(Last(busy).kind(), v1::NOTIFICATION_KIND_TASK_RELEASED);
  EXPECT_THAT(Last(busy).body(), Not(HasSubstr("附近")));
  EXPECT_TRUE(Last(busy).nearby_tasks().empty());
}

TEST_P(NearbyNoticesTest, SoDoWhoseTaskIsCancelledOrExpires) {
  PutNear(reader_id_, "理发");
  for (const auto& [state, kind] :
       {std::pair(dispatch::v1::TASK_STATE_CANCELLED, v1::NOTIFICATION_KIND_TASK_CANCELLED),
        std::pair(dispatch::v1::TASK_STATE_EXPIRED, v1::NOTIFICATION_KIND_TASK_EXPIRED)}) {
    events::Delivery over = Released(reader_id_, dispatch::v1::ASSIGNMENT_STATE_ACCEPTED);
    over.event.mutable_assignment_changed()->mutable_assignment()->clear_end_cause();
    over.event.mutable_assignment_changed()->mutable_task()->set_state(state);
    ASSERT_THAT(Deliver(over), testing::IsOk());
    EXPECT_EQ(Last(reader_id_).kind(), kind);
    EXPECT_THAT(Last(reader_id_).body(), HasSubstr("附近还可以报名：“理发”"));
    EXPECT_EQ(Last(reader_id_).nearby_tasks_size(), 1);
  }
}

TEST_P(NearbyNoticesTest, NobodyIsAskedOfWhoHearsOfSomethingElse) {
  ASSERT_THAT(Deliver(Hours(1)), testing::IsOk());
  ASSERT_THAT(Deliver(Accepted(2, dispatch::v1::ASSIGNMENT_STATE_ACCEPTED, clock_.Now())),
              testing::IsOk());
  EXPECT_TRUE(near_asked_.empty());
}

TEST_P(NearbyNoticesTest, WhatBecameOfTheTaskIsToldThoughDispatchIsAway) {
  PutNear(reader_id_, "理发");
  dispatch_is_down_ = true;
  ASSERT_THAT(Deliver(Released(reader_id_, dispatch::v1::ASSIGNMENT_STATE_OFFERED)),
              testing::IsOk());
  EXPECT_EQ(Last(reader_id_).kind(), v1::NOTIFICATION_KIND_TASK_FILLED);
  EXPECT_TRUE(Last(reader_id_).nearby_tasks().empty());
  // The others do not wait for it one by one.
  const size_t asked = near_asked_.size();
  ASSERT_THAT(Deliver(Released(ids::New("per", 1), dispatch::v1::ASSIGNMENT_STATE_OFFERED)),
              testing::IsOk());
  EXPECT_EQ(near_asked_.size(), asked);
  dispatch_is_down_ = false;
  clock_.Advance(std::chrono::seconds(30));
  const std::string other = ids::New("per", 2);
  PutNear(other, "陪同就医");
  ASSERT_THAT(Deliver(Released(other, dispatch::v1::ASSIGNMENT_STATE_OFFERED)), testing::IsOk());
  EXPECT_EQ(Last(other).nearby_tasks_size(), 1);
  // One whom dispatch does not know keeps it from nobody else.
  ASSERT_THAT(Deliver(Released(ids::New("per", 3), dispatch::v1::ASSIGNMENT_STATE_OFFERED)),
              testing::IsOk());
  const std::string last = ids::New("per", 4);
  PutNear(last, "理发");
  ASSERT_THAT(Deliver(Released(last, dispatch::v1::ASSIGNMENT_STATE_OFFERED)), testing::IsOk());
  EXPECT_EQ(Last(last).nearby_tasks_size(), 1);
}

// Each answer of a slow dispatch once held up the stream, however far behind it was: thousands who
// were let go at once heard hours late, and so did whoever came behind them.
TEST_P(NearbyNoticesTest, WhoeverHearsLateIsNotKeptWaitingForIt) {
  PutNear(reader_id_, "理发");
  const events::Delivery late = Released(reader_id_, dispatch::v1::ASSIGNMENT_STATE_OFFERED);
  clock_.Advance(std::chrono::seconds(11));
  ASSERT_THAT(Deliver(late), testing::IsOk());
  EXPECT_EQ(Last(reader_id_).kind(), v1::NOTIFICATION_KIND_TASK_FILLED);
  EXPECT_TRUE(Last(reader_id_).nearby_tasks().empty());
  EXPECT_TRUE(near_asked_.empty());
  ASSERT_THAT(Deliver(Released(reader_id_, dispatch::v1::ASSIGNMENT_STATE_OFFERED)),
              testing::IsOk());
  EXPECT_EQ(near_asked_.size(), 1u);
}

TEST_P(NearbyNoticesTest, ToldAgainItIsTheSameNotification) {
  PutNear(reader_id_, "理发");
  const events::Delivery released = Released(reader_id_, dispatch::v1::ASSIGNMENT_STATE_OFFERED);
  ASSERT_THAT(Deliver(released), testing::IsOk());
  near_[reader_id_].clear_tasks();
  ASSERT_THAT(Deliver(released, 1), testing::IsOk());
  EXPECT_EQ(List()->notifications_size(), 1);
  EXPECT_EQ(List()->notifications(0).nearby_tasks_size(), 1);
}

}  // namespace
}  // namespace baodao::inbox
