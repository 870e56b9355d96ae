// A person who does the same thing a thousand times does not bury what matters to others.
#include <gtest/gtest.h>

#include <set>

#include "common/testing/matchers.h"
#include "tests/integration/inbox/world.h"

namespace baodao::inbox {
namespace {

class FloodTest : public InboxTest {
 protected:
  events::Delivery Next() {
    events::Delivery delivery;
    delivery.service = "dispatch";
    delivery.shard = 3;
    delivery.id = "1748736000002-" + std::to_string(++event_);
    delivery.event.set_actor_id(churner_);
    *delivery.event.mutable_time() = ToTimestamp(clock_.Now());
    return delivery;
  }
  // Somebody leaves, others still come: a task of `slots_max` has enough people, or is short.
  events::Delivery Dropout(bool enough_left) {
    events::Delivery delivery = Churn(false);
    auto* task = delivery.event.mutable_assignment_changed()->mutable_task();
    task->set_slots_max(20);
    task->set_accepted_count(9);
    if (enough_left) task->set_state(dispatch::v1::TASK_STATE_STAFFED);
    return delivery;
  }
  // The churner takes, or leaves, the reader's only slot.
  events::Delivery Churn(bool on) {
    events::Delivery delivery = Next();
    auto* changed = delivery.event.mutable_assignment_changed();
    changed->mutable_assignment()->set_task_id("tsk_1");
    changed->mutable_assignment()->set_person_id(churner_);
    changed->mutable_assignment()->set_state(on ? dispatch::v1::ASSIGNMENT_STATE_ACCEPTED
                                                : dispatch::v1::ASSIGNMENT_STATE_WITHDRAWN);
    if (!on) changed->set_before(dispatch::v1::ASSIGNMENT_STATE_ACCEPTED);
    auto* task = changed->mutable_task();
    task->set_title("陪诊");
    task->set_area_code(kCommunity);
    task->set_requester_id(reader_id_);
    task->set_slots_max(1);
    task->set_accepted_count(on ? 1 : 0);
    task->set_before(on ? dispatch::v1::TASK_STATE_OPEN : dispatch::v1::TASK_STATE_STAFFED);
    task->set_state(on ? dispatch::v1::TASK_STATE_STAFFED : dispatch::v1::TASK_STATE_OPEN);
    *task->mutable_start_time() = ToTimestamp(clock_.Now() + std::chrono::hours(5));
    return delivery;
  }
  events::Delivery Cancelled() {
    events::Delivery delivery = Next();
    auto* changed = delivery.event.mutable_task_changed();
    changed->set_kind(events::v1::TASK_CHANGE_CANCELLED);
    changed->mutable_task()->set_task_id("tsk_1");
    changed->mutable_task()->set_area_code(kCommunity);
    changed->mutable_task()->set_requester_id(reader_id_);
    return delivery;
  }
  events::Delivery LowRating(int number) {
    events::Delivery delivery = Next();
    auto* changed = delivery.event.mutable_task_changed();
    changed->set_kind(events::v1::TASK_CHANGE_EVALUATED);
    changed->mutable_task()->set_task_id("tsk_low" + std::to_string(number));
    changed->mutable_task()->set_area_code(kCommunity);
    changed->mutable_task()->mutable_evaluation()->set_rating(1);
    return delivery;
  }
  // Each of another person: nothing coalesces.
  events::Delivery Reported(int number) {
    events::Delivery delivery = Next();
    auto* changed = delivery.event.mutable_registration_changed();
    changed->mutable_registration()->set_registration_id("reg_" + std::to_string(number));
    changed->mutable_registration()->set_subject_id("per_" + std::to_string(number));
    changed->mutable_registration()->set_area_code(kCommunity);
    changed->mutable_registration()->set_state(registration::v1::REGISTRATION_STATE_PENDING);
    return delivery;
  }
  // As many as an inbox holds.
  std::vector<events::Delivery> ManyReported() {
    std::vector<events::Delivery> all;
    for (uint64_t i = 0; i < kKept; ++i) all.push_back(Reported(static_cast<int>(i)));
    return all;
  }
  Task<void> DeliverAll(std::vector<events::Delivery> all) {
    for (size_t i = 0; i < all.size(); ++i) {
      const absl::Status status =
          co_await replicas_[i % 2]->deliverer.OnEvents(std::vector(1, all[i]));
      if (!status.ok()) throw std::runtime_error(status.ToString());
    }
  }
  // Fires what is due of them.
  void FireHeldTimers() {
    for (const timers::Timer& timer : TakeDue(clock_.Now())) {
      if (timer.kind != kHeldTimer) continue;
      EXPECT_THAT(Run(replicas_[0]->deliverer.OnHeld(timer)), testing::IsOk());
    }
  }
  std::vector<v1::Notification> ListArea() {
    std::vector<v1::Notification> all;
    v1::ListAreaNotificationsRequest request;
    request.set_area_code(kCommunity);
    request.set_page_size(70);
    const std::string coordinator = tokens_.Coordinator(ids::New("per", 1), kCommunity);
    do {
      const auto page = Call(&Inbox::ListAreaNotifications, coordinator, request);
      EXPECT_THAT(page, testing::IsOk());
      if (!page.ok()) break;
      all.insert(all.end(), page->notifications().begin(), page->notifications().end());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return all;
  }
  static std::vector<std::string> SubjectsOf(const std::vector<v1::Notification>& all,
                                             v1::NotificationKind kind) {
    std::vector<std::string> subjects;
    for (const auto& one : all) {
      if (one.kind() == kind) subjects.push_back(one.subject_id());
    }
    return subjects;
  }

  std::string churner_ = ids::New("per", 6);
  int event_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Stores, FloodTest, ::testing::Values(Backend::kMemory, Backend::kRedis),
                         BackendName);

// It once pushed a thousand notices into the requester's and the area's inbox.
TEST_P(FloodTest, ClaimingAndLeavingInALoopIsAFewNoticesAndTheLastOneIsTrue) {
  constexpr int kRounds = 2'500;
  ASSERT_THAT(Deliver(LowRating(0)), testing::IsOk());
  std::vector<events::Delivery> flood;
  for (int i = 0; i < kRounds; ++i) {
    flood.push_back(Churn(true));
    flood.push_back(Churn(false));
  }
  testing::Run(loop_, DeliverAll(std::move(flood)));
  EXPECT_EQ(List()->notifications_size(), 5);
  clock_.Advance(std::chrono::minutes(15));
  FireHeldTimers();
  reader_ = tokens_.Person(reader_id_);  // the old token has expired
  const auto heard = List();
  ASSERT_EQ(heard->notifications_size(), 6);
  EXPECT_EQ(heard->notifications(0).kind(), v1::NOTIFICATION_KIND_NOBODY_COMING);
  EXPECT_NE(heard->notifications(0).body().find("共 4995 条"), std::string::npos)
      << heard->notifications(0).body();
  const auto area = ListArea();
  EXPECT_EQ(area.size(), 7u);
  EXPECT_EQ(area.front().kind(), v1::NOTIFICATION_KIND_TASK_SHORT);
  EXPECT_EQ(SubjectsOf(area, v1::NOTIFICATION_KIND_LOW_RATING),
            std::vector<std::string>{"tsk_low0"});
  // A watcher sees the one that stands for the others as a new one.
  const auto after = testing::Run(
      loop_, replicas_[1]->inbox.After(*replicas_[1]->inbox.PersonOwner(reader_id_), kStart, 100));
  const std::vector<Entry>& entries = after->entries;
  for (size_t i = 0; i < entries.size(); ++i) EXPECT_EQ(entries[i].record.number(), i + 1);
}

TEST_P(FloodTest, UrgentNoticesOfAnAreaAreNotDisplaced) {
  constexpr int kUrgent = 90;
  std::vector<events::Delivery> all;
  for (int i = 0; i < kUrgent; ++i) all.push_back(LowRating(i));
  for (int i = 0; i < 1'500; ++i) all.push_back(Reported(i));
  all.push_back(LowRating(kUrgent));
  testing::Run(loop_, DeliverAll(std::move(all)));
  const auto area = ListArea();
  std::vector<std::string> expected;
  for (int i = kUrgent; i >= 0; --i) expected.push_back("tsk_low" + std::to_string(i));
  EXPECT_EQ(SubjectsOf(area, v1::NOTIFICATION_KIND_LOW_RATING), expected);
  std::set<std::string> pending;
  for (const std::string& id : SubjectsOf(area, v1::NOTIFICATION_KIND_REGISTRATION_PENDING)) {
    EXPECT_TRUE(pending.insert(id).second) << id;
  }
  EXPECT_GE(pending.size(), 900u);
  EXPECT_TRUE(pending.contains("reg_1499"));
  EXPECT_FALSE(pending.contains("reg_0"));
}

// Notices that a page had shown came again among the urgent ones once it had been displaced.
TEST_P(FloodTest, PagesShowEverythingOnceThoughItIsDisplacedInBetween) {
  for (int i = 0; i < 10; ++i) ASSERT_THAT(Deliver(LowRating(i)), testing::IsOk());
  v1::ListAreaNotificationsRequest request;
  request.set_area_code(kCommunity);
  request.set_page_size(4);
  const std::string coordinator = tokens_.Coordinator(ids::New("per", 1), kCommunity);
  std::vector<std::string> shown;
  do {
    const auto page = Call(&Inbox::ListAreaNotifications, coordinator, request);
    ASSERT_THAT(page, testing::IsOk());
    for (const auto& one : page->notifications()) shown.push_back(one.subject_id());
    if (request.page_token().empty()) testing::Run(loop_, DeliverAll(ManyReported()));
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  std::vector<std::string> expected;
  for (int i = 9; i >= 0; --i) expected.push_back("tsk_low" + std::to_string(i));
  EXPECT_EQ(shown, expected);
}

// A displaced one stayed until the oldest of those that displaced it was old.
TEST_P(FloodTest, DisplacedNoticesLeaveWhenTheyAreOld) {
  InboxStore& inbox = replicas_[0]->inbox;
  const Owner area{kCommunity, replicas_[0]->areas.tree()->ShardOf(kCommunity, stores_[0]->keys())};
  const Time first = clock_.Now(), second = first + std::chrono::hours(1),
             others = first + std::chrono::hours(24);
  ASSERT_THAT(Deliver(LowRating(0)), testing::IsOk());
  clock_.AdvanceTo(second);
  ASSERT_THAT(Deliver(LowRating(1)), testing::IsOk());
  clock_.AdvanceTo(others);
  testing::Run(loop_, DeliverAll(ManyReported()));
  const auto next_after = [&](Time now) {
    const std::string timer = timers::Member(kAgeTimer, kCommunity);
    EXPECT_THAT(Run(inbox.DropOld(area, timer, now)), testing::IsOk());
    return *Run(stores_[0]->NextTimer(area.shard));
  };
  EXPECT_EQ(next_after(first + kKeep + Millis(1)), second + kKeep);
  EXPECT_EQ(next_after(second + kKeep + Millis(1)), others + kKeep);
  EXPECT_EQ(next_after(others + kKeep + Millis(1)), std::nullopt);
}

// Ten minutes after "it was cancelled" they once heard "somebody is coming".
// It once waited, and then only the harmless one that came after it was shown.
TEST_P(FloodTest, WhatIsUrgentDoesNotWaitAmongWhatIsNot) {
  for (int i = 0; i < 8; ++i) ASSERT_THAT(Deliver(Dropout(true), i % 2), testing::IsOk());
  EXPECT_EQ(ListArea().size(), 5u);
  ASSERT_THAT(Deliver(Dropout(false)), testing::IsOk());
  std::vector<v1::Notification> area = ListArea();
  ASSERT_EQ(area.size(), 6u);
  EXPECT_EQ(area[0].kind(), v1::NOTIFICATION_KIND_TASK_SHORT);
  // Those before it are older, and are not shown after it.
  clock_.Advance(std::chrono::minutes(15));
  FireHeldTimers();
  EXPECT_EQ(ListArea().size(), 6u);
  // One more loss while it is short is urgent as well.
  ASSERT_THAT(Deliver(Dropout(false)), testing::IsOk());
  area = ListArea();
  ASSERT_EQ(area.size(), 7u);
  EXPECT_EQ(area[0].kind(), v1::NOTIFICATION_KIND_TASK_SHORT);
}

TEST_P(FloodTest, WhatIsHeldBackIsNotToldAfterTheEndOfWhatItIsAbout) {
  for (int i = 0; i < 4; ++i) {
    ASSERT_THAT(Deliver(Churn(true), i % 2), testing::IsOk());
    ASSERT_THAT(Deliver(Churn(false), i % 2), testing::IsOk());
  }
  clock_.Advance(std::chrono::minutes(5));
  ASSERT_THAT(Deliver(Cancelled()), testing::IsOk());
  const int area_shard = replicas_[0]->areas.tree()->ShardOf(kCommunity, stores_[0]->keys());
  for (const std::string& held : {stores_[0]->keys().Of(5, "held", reader_id_),
                                  stores_[0]->keys().Of(area_shard, "held", kCommunity)}) {
    EXPECT_TRUE(testing::Run(loop_, stores_[0]->ListFields(held))->empty()) << held;
  }
  clock_.Advance(std::chrono::minutes(10));
  FireHeldTimers();
  reader_ = tokens_.Person(reader_id_);
  const auto heard = List();
  ASSERT_EQ(heard->notifications_size(), 6);
  EXPECT_EQ(heard->notifications(0).kind(), v1::NOTIFICATION_KIND_REQUEST_CANCELLED);
  EXPECT_EQ(ListArea().size(), 5u);
  // Nothing waits that the next one would be counted with.
  ASSERT_THAT(Deliver(Churn(true)), testing::IsOk());
  clock_.Advance(std::chrono::minutes(15));
  FireHeldTimers();
  reader_ = tokens_.Person(reader_id_);
  EXPECT_EQ(List()->notifications(0).body().find("共"), std::string::npos);
}

// The sixth was told a quarter of an hour after it had been decided.
TEST_P(FloodTest, WhatAsksForADecisionIsNotToldAfterIt) {
  using namespace lists::v1;         // NOLINT
  using namespace registration::v1;  // NOLINT
  const auto need = [&](NeedState before, NeedState after) {
    events::Delivery delivery = Next();
    auto* changed = delivery.event.mutable_need_changed();
    changed->set_before(before);
    changed->mutable_need()->set_need_id("ned_1");
    changed->mutable_need()->set_area_code(kCommunity);
    changed->mutable_need()->set_requester_id(churner_);
    changed->mutable_need()->set_state(after);
    EXPECT_THAT(Deliver(delivery), testing::IsOk());
  };
  const auto registration = [&](RegistrationState before, RegistrationState after) {
    events::Delivery delivery = Next();
    auto* changed = delivery.event.mutable_registration_changed();
    changed->set_before(before);
    changed->mutable_registration()->set_registration_id("reg_1");
    changed->mutable_registration()->set_subject_id(churner_);
    changed->mutable_registration()->set_area_code(kCommunity);
    changed->mutable_registration()->set_state(after);
    EXPECT_THAT(Deliver(delivery), testing::IsOk());
  };
  const auto project = [&](ProjectState before, ProjectState after) {
    events::Delivery delivery = Next();
    auto* changed = delivery.event.mutable_project_changed();
    changed->set_before(before);
    changed->mutable_project()->set_project_id("prj_1");
    changed->mutable_project()->set_area_code(kCommunity);
    changed->mutable_project()->set_state(after);
    EXPECT_THAT(Deliver(delivery), testing::IsOk());
  };
  for (int i = 0; i < 3; ++i) {
    project(PROJECT_STATE_APPROVED, PROJECT_STATE_CLAIMED);
    project(PROJECT_STATE_CLAIMED, PROJECT_STATE_APPROVED);
    registration(REGISTRATION_STATE_UNSPECIFIED, REGISTRATION_STATE_PENDING);
    if (i < 2) registration(REGISTRATION_STATE_PENDING, REGISTRATION_STATE_ENDED);
  }
  registration(REGISTRATION_STATE_UNSPECIFIED, REGISTRATION_STATE_PENDING);
  for (int i = 0; i < 6; ++i) need(NEED_STATE_RETURNED, NEED_STATE_SUBMITTED);
  EXPECT_EQ(ListArea().size(), 15u);
  const int area_shard = replicas_[0]->areas.tree()->ShardOf(kCommunity, stores_[0]->keys());
  const std::string held = stores_[0]->keys().Of(area_shard, "held", kCommunity);
  EXPECT_EQ(testing::Run(loop_, stores_[0]->ListFields(held))->size(), 3u);

  project(PROJECT_STATE_APPROVED, PROJECT_STATE_CANCELLED);
  registration(REGISTRATION_STATE_PENDING, REGISTRATION_STATE_ACTIVE);
  need(NEED_STATE_SUBMITTED, NEED_STATE_ACCEPTED);
  EXPECT_TRUE(testing::Run(loop_, stores_[0]->ListFields(held))->empty());
  clock_.Advance(std::chrono::minutes(15));
  FireHeldTimers();
  const std::vector<v1::Notification> told = ListArea();
  ASSERT_EQ(told.size(), 16u);
  EXPECT_EQ(told[0].kind(), v1::NOTIFICATION_KIND_PROJECT_CANCELLED);
}

// A liaison who ended something was once told of it a quarter of an hour later.
TEST_P(FloodTest, WhatALiaisonEndsIsOverForThemToo) {
  using namespace lists::v1;  // NOLINT
  const std::string unit = ids::New("unt", 1);
  unit_liaisons_[unit] = reader_id_;
  const auto project = [&](ProjectState before, ProjectState after, const std::string& actor) {
    events::Delivery delivery = Next();
    delivery.event.set_actor_id(actor);
    auto* changed = delivery.event.mutable_project_changed();
    changed->set_before(before);
    changed->mutable_project()->set_project_id("prj_1");
    changed->mutable_project()->set_area_code(kCommunity);
    changed->mutable_project()->set_unit_id(unit);
    changed->mutable_project()->set_state(after);
    EXPECT_THAT(Deliver(delivery), testing::IsOk());
  };
  for (int i = 0; i < 6; ++i) project(PROJECT_STATE_CLAIMED, PROJECT_STATE_APPROVED, churner_);
  const std::string held = stores_[0]->keys().Of(5, "held", reader_id_);
  EXPECT_EQ(testing::Run(loop_, stores_[0]->ListFields(held))->size(), 1u);
  project(PROJECT_STATE_APPROVED, PROJECT_STATE_CLAIMED, reader_id_);
  EXPECT_TRUE(testing::Run(loop_, stores_[0]->ListFields(held))->empty());
  EXPECT_EQ(List()->notifications_size(), 5) << "they did it";
}

TEST_P(FloodTest, WhatIsHeldBackIsToldOnceHoweverOftenItsTimerFires) {
  for (int i = 0; i < 4; ++i) {
    ASSERT_THAT(Deliver(Churn(true), i % 2), testing::IsOk());
    ASSERT_THAT(Deliver(Churn(false), i % 2), testing::IsOk());
  }
  clock_.Advance(std::chrono::minutes(15));
  for (int i = 0; i < 3; ++i) {
    FireHeldTimers();
    clock_.Advance(std::chrono::minutes(1));
  }
  reader_ = tokens_.Person(reader_id_);
  EXPECT_EQ(List()->notifications_size(), 6);
  const std::string held = stores_[0]->keys().Of(5, "held", reader_id_);
  EXPECT_TRUE(testing::Run(loop_, stores_[0]->ListFields(held))->empty());
  // The next one waits again.
  ASSERT_THAT(Deliver(Churn(true)), testing::IsOk());
  EXPECT_EQ(List()->notifications_size(), 6);
}

}  // namespace
}  // namespace baodao::inbox
