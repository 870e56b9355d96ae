// Events become notifications once, in the reader's words.
#include <gtest/gtest.h>

#include "common/events/group_consumer.h"
#include "common/store/redis_store.h"
#include "common/testing/matchers.h"
#include "tests/integration/inbox/world.h"

namespace baodao::inbox {
namespace {

INSTANTIATE_TEST_SUITE_P(Stores, InboxTest, ::testing::Values(Backend::kMemory, Backend::kRedis),
                         BackendName);

TEST_P(InboxTest, SpeaksTheLanguageOfTheReader) {
  ASSERT_THAT(Deliver(Hours(1)), testing::IsOk());
  const auto zh = List();
  ASSERT_THAT(zh, testing::IsOk());
  ASSERT_EQ(zh->notifications_size(), 1);
  EXPECT_EQ(zh->notifications(0).kind(), v1::NOTIFICATION_KIND_HOURS_CREDITED);
  EXPECT_EQ(zh->notifications(0).title(), "服务时长已记录");
  EXPECT_EQ(zh->notifications(0).body(), "感谢您参加“陪诊”，已记录服务时长 1 小时。");
  EXPECT_EQ(zh->notifications(0).subject_id(), "tsk_1");
  EXPECT_EQ(List(20, 1, "en")->notifications(0).title(), "Your hours are credited");
}

TEST_P(InboxTest, AnEventToldManyTimesIsOneNotification) {
  const events::Delivery delivery = Hours(1);
  std::vector<Task<absl::Status>> told;
  for (int i = 0; i < 20; ++i)
    told.push_back(replicas_[i % 2]->deliverer.OnEvents(std::vector(1, delivery)));
  EXPECT_THAT(RunAll(std::move(told)), ::testing::Each(testing::IsOk()));
  EXPECT_EQ(List()->notifications_size(), 1);
  EXPECT_EQ(List()->unread_count(), 1);
}

// The events of a rush on one task are told to its coordinators in a few commits.
TEST_P(InboxTest, EventsOfABatchAreToldInOneCommitAndOnce) {
  std::vector<events::Delivery> batch;
  for (int i = 1; i <= 5; ++i) batch.push_back(Hours(i));
  ASSERT_THAT(Deliver(batch), testing::IsOk());
  const auto list = List();
  ASSERT_EQ(list->notifications_size(), 5);
  EXPECT_EQ(list->notifications(0).subject_id(), "tsk_5") << "the newest first";
  EXPECT_EQ(list->notifications(4).subject_id(), "tsk_1");
  const Owner reader = *replicas_[0]->inbox.PersonOwner(reader_id_);
  const auto head = testing::Run(loop_, replicas_[0]->inbox.LoadHead(reader, store::Read::kFresh));
  EXPECT_EQ(head->version, 1u);
  // The cursor had not been saved, and events that are known come with new ones.
  batch.push_back(Hours(6));
  ASSERT_THAT(Deliver(batch, 1), testing::IsOk());
  for (const events::Delivery& delivery : batch) ASSERT_THAT(Deliver(delivery), testing::IsOk());
  EXPECT_EQ(List()->unread_count(), 6);
}

// An inbox once remembered for a day only what it had told, and then the last 64 events: whoever
// heard more while the events of a killed replica came again was told twice.
TEST_P(InboxTest, EventsThatComeAgainAreTheSameNotificationsHoweverManyAndHoweverLate) {
  constexpr int kEvents = 300;
  for (int i = 1; i <= kEvents; ++i) ASSERT_THAT(Deliver(Hours(i)), testing::IsOk());
  clock_.Advance(std::chrono::hours(50));
  for (int i = 1; i <= kEvents; ++i) ASSERT_THAT(Deliver(Hours(i), 1), testing::IsOk());
  reader_ = tokens_.Person(reader_id_);  // the old token has expired
  EXPECT_EQ(List()->unread_count(), kEvents);
}

TEST_P(InboxTest, AHeadRemembersOnePositionOfEachStream) {
  for (int i = 1; i <= 100; ++i) {
    events::Delivery delivery = Hours(i);
    delivery.shard = i % 4;
    ASSERT_THAT(Deliver(delivery, i % 2), testing::IsOk());
  }
  const Owner owner = *replicas_[0]->inbox.PersonOwner(reader_id_);
  const auto head = testing::Run(loop_, replicas_[0]->inbox.Head(owner));
  ASSERT_THAT(head, testing::IsOk());
  ASSERT_EQ(head->told_size(), 4);
  for (const v1::ToldRecord& told : head->told()) EXPECT_EQ(told.names_size(), 1);
  EXPECT_EQ(head->added(), 100u);
}

// Two of somebody's needs were merged into one that is resolved now: they once heard of one only.
TEST_P(InboxTest, OneEventTellsOnePersonOfSeveralThings) {
  events::Delivery delivery = Hours(1);
  auto* changed = delivery.event.mutable_need_changed();
  changed->mutable_need()->set_need_id("ned_1");
  changed->mutable_need()->set_requester_id(reader_id_);
  changed->mutable_need()->set_area_code(kCommunity);
  changed->mutable_need()->set_state(lists::v1::NEED_STATE_RESOLVED);
  changed->set_before(lists::v1::NEED_STATE_IN_PROGRESS);
  for (const char* id : {"ned_2", "ned_3"}) {
    changed->add_merged()->set_need_id(id);
    changed->mutable_merged()->rbegin()->set_requester_id(reader_id_);
  }
  ASSERT_THAT(Deliver(delivery), testing::IsOk());
  ASSERT_THAT(Deliver(delivery, 1), testing::IsOk());
  EXPECT_EQ(List()->notifications_size(), 3);
}

// It comes after later events of its stream: its position says nothing.
TEST_P(InboxTest, ADeadLetterSentAgainTellsWhomItHadNotReached) {
  const std::string unit = ids::New("unt", 1), liaison = ids::New("per", 9);
  unit_liaisons_[unit] = liaison;
  registration_is_down_ = true;
  EXPECT_FALSE(Deliver(Hours(1, unit)).ok());
  registration_is_down_ = false;
  ASSERT_THAT(Deliver(Hours(2, unit)), testing::IsOk());
  events::Delivery letter = Hours(1, unit);
  letter.requeued = true;
  for (int i = 0; i < 2; ++i) ASSERT_THAT(Deliver(letter, i), testing::IsOk());
  EXPECT_EQ(List()->notifications_size(), 2);
  v1::ListNotificationsRequest request;
  request.set_person_id(liaison);
  EXPECT_EQ(Call(&Inbox::ListNotifications, tokens_.Person(liaison), request)->notifications_size(),
            2);
}

TEST_P(InboxTest, TheUnitsLiaisonHearsTheResultToo) {
  const std::string unit = ids::New("unt", 1), liaison = ids::New("per", 9);
  unit_liaisons_[unit] = liaison;
  registration_is_down_ = true;
  EXPECT_FALSE(Deliver({Hours(1, unit), Hours(2)}).ok());
  EXPECT_EQ(List()->notifications_size(), 1) << "nobody hears of what came later";
  registration_is_down_ = false;
  events::Delivery again = Hours(1, unit);
  again.event.set_trace_id("0123456789abcdef0123456789abcdef");
  ASSERT_THAT(Deliver(again), testing::IsOk());
  EXPECT_EQ(trace_asked_, "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(List()->notifications_size(), 1);
  v1::ListNotificationsRequest request;
  request.set_person_id(liaison);
  const auto heard = Call(&Inbox::ListNotifications, tokens_.Person(liaison), request);
  ASSERT_THAT(heard, testing::IsOk());
  ASSERT_EQ(heard->notifications_size(), 1);
  EXPECT_EQ(heard->notifications(0).kind(), v1::NOTIFICATION_KIND_UNIT_HOURS_CREDITED);
  // Remembered for a while, then asked again; a unit that is gone has nobody to tell.
  const int asked = units_asked_;
  ASSERT_THAT(Deliver(Hours(2, unit)), testing::IsOk());
  EXPECT_EQ(units_asked_, asked);
  clock_.Advance(std::chrono::minutes(6));
  unit_liaisons_.clear();
  ASSERT_THAT(Deliver(Hours(3, unit)), testing::IsOk());
  EXPECT_EQ(units_asked_, asked + 1);
}

// The liaison of the moment hears of what happened, and of nothing that came later.
TEST_P(InboxTest, AUnitThatChangesWithinABatchIsToldAsItWas) {
  const std::string unit = ids::New("unt", 1), before = ids::New("per", 9),
                    after = ids::New("per", 9);
  unit_liaisons_[unit] = before;
  events::Delivery changed = Hours(2);
  changed.event.mutable_unit_changed()->mutable_unit()->set_unit_id(unit);
  changed.event.mutable_unit_changed()->mutable_unit()->add_liaison_ids(after);
  ASSERT_THAT(Deliver({Hours(1, unit), changed, Hours(3, unit), Hours(4)}), testing::IsOk());
  EXPECT_EQ(List()->notifications_size(), 3);
  const auto heard = [&](const std::string& liaison) {
    v1::ListNotificationsRequest request;
    request.set_person_id(liaison);
    std::vector<std::string> subjects;
    const auto list = Call(&Inbox::ListNotifications, tokens_.Person(liaison), request);
    for (const v1::Notification& notification : list->notifications()) {
      if (notification.kind() != v1::NOTIFICATION_KIND_UNIT_HOURS_CREDITED) continue;
      subjects.push_back(notification.subject_id());
    }
    return subjects;
  };
  EXPECT_THAT(heard(before), ::testing::ElementsAre("tsk_1"));
  EXPECT_THAT(heard(after), ::testing::ElementsAre("tsk_3"));
}

// As its proposer, as its follower, or for the unit that has it now.
TEST_P(InboxTest, ALiaisonHearsOfAProjectOnceWhateverElseTheyAreToIt) {
  using namespace lists::v1;  // NOLINT
  const std::string unit = ids::New("unt", 1);
  unit_liaisons_[unit] = reader_id_;
  for (const bool proposed : {true, false}) {
    events::Delivery delivery = Hours(proposed ? 1 : 2);
    auto* changed = delivery.event.mutable_project_changed();
    changed->set_before(PROJECT_STATE_CLAIMED);
    changed->mutable_project()->set_project_id(proposed ? "prj_1" : "prj_2");
    changed->mutable_project()->set_area_code(kCommunity);
    changed->mutable_project()->set_state(PROJECT_STATE_CANCELLED);
    changed->mutable_project()->set_unit_id(unit);
    changed->mutable_project()->set_liaison_id(ids::New("per", 2));  // who claimed it
    if (proposed) changed->mutable_project()->set_proposer_id(reader_id_);
    if (!proposed) changed->add_follower_ids(reader_id_);
    ASSERT_THAT(Deliver(delivery), testing::IsOk());
    EXPECT_EQ(List()->notifications_size(), proposed ? 1 : 2);
  }
}

TEST_P(InboxTest, AreaInboxesAreForTheirCoordinators) {
  events::Delivery delivery = Hours(1);
  auto* changed = delivery.event.mutable_registration_changed();
  changed->mutable_registration()->set_registration_id("reg_1");
  changed->mutable_registration()->set_subject_id(reader_id_);
  changed->mutable_registration()->set_area_code(kCommunity);
  changed->mutable_registration()->set_state(registration::v1::REGISTRATION_STATE_PENDING);
  ASSERT_THAT(Deliver(delivery), testing::IsOk());
  v1::ListAreaNotificationsRequest request;
  request.set_area_code(kCommunity);
  const std::string above = tokens_.Coordinator(ids::New("per", 1), "310110009");
  const auto listed = Call(&Inbox::ListAreaNotifications, above, request);
  ASSERT_THAT(listed, testing::IsOk());
  ASSERT_EQ(listed->notifications_size(), 1);
  EXPECT_EQ(listed->notifications(0).body(), "同济新村收到新的报到申请，请审核。");
  EXPECT_THAT(Call(&Inbox::ListAreaNotifications, reader_, request),
              testing::IsRefusal(Reason::PERMISSION_DENIED));
  request.set_area_code("310110");
  EXPECT_THAT(Call(&Inbox::ListAreaNotifications, above, request),
              testing::IsRefusal(Reason::PERMISSION_DENIED));
}

// Somebody reports to a community, as the first event.
events::Delivery ReportTo(const std::string& community, events::Delivery delivery) {
  auto* changed = delivery.event.mutable_registration_changed();
  changed->mutable_registration()->set_registration_id("reg_1");
  changed->mutable_registration()->set_subject_id("per_01J00000000000000000000077");
  changed->mutable_registration()->set_area_code(community);
  changed->mutable_registration()->set_state(registration::v1::REGISTRATION_STATE_PENDING);
  return delivery;
}

// An inbox that is told of a later event takes an earlier one for told.
TEST_P(InboxTest, ANoticeForAnAreaNotKnownYetHoldsUpWhatComesAfterIt) {
  const std::string community = "310110009077";
  const std::vector<events::Delivery> batch{Hours(1), ReportTo(community, Hours(2)), Hours(3)};
  EXPECT_TRUE(absl::IsUnavailable(Deliver(batch)));
  EXPECT_EQ(List()->notifications_size(), 1);
  imported_.push_back(
      testing::AreaOf(community, "310110009", registration::v1::AREA_LEVEL_COMMUNITY, "鞍山新村"));
  ASSERT_THAT(Deliver(batch), testing::IsOk());
  EXPECT_EQ(List()->notifications_size(), 2);
  v1::ListAreaNotificationsRequest request;
  request.set_area_code(community);
  const std::string above = tokens_.Coordinator(ids::New("per", 1), "310110009");
  EXPECT_EQ(Call(&Inbox::ListAreaNotifications, above, request)->notifications_size(), 1);
}

// The shard was once guessed from the code, and the notice lay where nobody reads.
TEST_P(InboxTest, ANoticeForAnAreaNotKnownYetWaitsForTheTree) {
  const std::string community = "310110009077";
  const events::Delivery delivery = ReportTo(community, Hours(1));
  const int read = areas_read_;
  EXPECT_TRUE(absl::IsUnavailable(Deliver(delivery)));
  EXPECT_EQ(areas_read_, read + 1);
  registration_is_down_ = true;
  EXPECT_TRUE(absl::IsUnavailable(Deliver(delivery)));
  registration_is_down_ = false;
  imported_.push_back(
      testing::AreaOf(community, "310110009", registration::v1::AREA_LEVEL_COMMUNITY, "鞍山新村"));
  ASSERT_THAT(Deliver(delivery), testing::IsOk());
  v1::ListAreaNotificationsRequest request;
  request.set_area_code(community);
  const std::string above = tokens_.Coordinator(ids::New("per", 1), "310110009");
  const auto listed = Call(&Inbox::ListAreaNotifications, above, request);
  ASSERT_THAT(listed, testing::IsOk());
  EXPECT_EQ(listed->notifications_size(), 1);
}

TEST_P(InboxTest, WhatComesToAClosedAreaIsToldToItsSuccessor) {
  areas::Area closed = testing::AreaOf("310110009078", "310110009",
                                       registration::v1::AREA_LEVEL_COMMUNITY, "鞍山新村");
  closed.set_successor_code(kCommunity);
  imported_.push_back(closed);
  events::Delivery delivery = Hours(1);
  auto* changed = delivery.event.mutable_registration_changed();
  changed->mutable_registration()->set_registration_id("reg_1");
  changed->mutable_registration()->set_subject_id(reader_id_);
  changed->mutable_registration()->set_area_code(closed.code());
  changed->mutable_registration()->set_state(registration::v1::REGISTRATION_STATE_PENDING);
  ASSERT_THAT(Deliver(delivery), testing::IsOk());
  v1::ListAreaNotificationsRequest request;
  request.set_area_code(kCommunity);
  const std::string coordinator = tokens_.Coordinator(ids::New("per", 1), kCommunity);
  const auto listed = Call(&Inbox::ListAreaNotifications, coordinator, request);
  ASSERT_THAT(listed, testing::IsOk());
  ASSERT_EQ(listed->notifications_size(), 1);
  EXPECT_EQ(listed->notifications(0).body(), "鞍山新村收到新的报到申请，请审核。");
}

TEST_P(InboxTest, NobodyReadsTheInboxOfAnother) {
  v1::ListNotificationsRequest request;
  request.set_person_id(reader_id_);
  const std::string stranger = tokens_.Person(ids::New("per", 2));
  EXPECT_THAT(Call(&Inbox::ListNotifications, stranger, request),
              testing::IsRefusal(Reason::PERMISSION_DENIED));
  EXPECT_THAT(Call(&Inbox::ListNotifications, "", request),
              testing::IsRefusal(Reason::UNAUTHENTICATED));
}

TEST_P(InboxTest, ReadUpToACursorAndNeverBack) {
  for (int i = 1; i <= 5; ++i) ASSERT_THAT(Deliver(Hours(i), i % 2), testing::IsOk());
  const auto before = List();
  ASSERT_EQ(before->notifications_size(), 5);
  EXPECT_EQ(before->unread_count(), 5);
  EXPECT_EQ(MarkRead(before->notifications(2).cursor())->unread_count(), 2);
  const auto after = List(200, 1);
  EXPECT_EQ(after->unread_count(), 2);
  EXPECT_FALSE(after->notifications(1).read());
  EXPECT_TRUE(after->notifications(2).read());
  EXPECT_EQ(MarkRead(before->notifications(4).cursor(), 1)->unread_count(), 2);
  EXPECT_EQ(MarkRead(before->notifications(0).cursor())->unread_count(), 0);
  ASSERT_THAT(Deliver(Hours(6)), testing::IsOk());
  EXPECT_EQ(List()->unread_count(), 1);
  EXPECT_THAT(MarkRead("nonsense"), testing::IsRefusal(Reason::INVALID_ARGUMENT_FIELDS));
}

TEST_P(InboxTest, PagesShowEverythingOnce) {
  for (int i = 1; i <= 23; ++i) ASSERT_THAT(Deliver(Hours(i)), testing::IsOk());
  v1::ListNotificationsRequest request;
  request.set_person_id(reader_id_);
  request.set_page_size(5);
  std::vector<std::string> subjects;
  for (int extra = 100;; ++extra) {
    const auto page = Call(&Inbox::ListNotifications, reader_, request);
    ASSERT_THAT(page, testing::IsOk());
    for (const auto& one : page->notifications()) subjects.push_back(one.subject_id());
    if (page->next_page_token().empty()) break;
    request.set_page_token(page->next_page_token());
    ASSERT_THAT(Deliver(Hours(extra)), testing::IsOk());
  }
  ASSERT_EQ(subjects.size(), 23u);
  for (int i = 0; i < 23; ++i) EXPECT_EQ(subjects[i], "tsk_" + std::to_string(23 - i));
}

// The real consumer on the streams of another service.
class ConsumerTest : public InboxTest {};
INSTANTIATE_TEST_SUITE_P(Stores, ConsumerTest, ::testing::Values(Backend::kRedis), BackendName);

TEST_P(ConsumerTest, DeliversWhatDispatchWrites) {
  auto dispatch = testing::Run(
      loop_, store::RedisStore::Open(loop_, client(), store::Keys("dispatch", kShards)));
  ASSERT_THAT(dispatch, testing::IsOk());
  for (int i = 1; i <= 40; ++i) {
    store::Commit commit(i % kShards);
    commit.Emit(Hours(i).event.SerializeAsString());
    ASSERT_THAT(testing::Run(loop_, (*dispatch)->Apply(commit)), testing::IsOk());
  }
  events::GroupOptions options;
  options.group = "inbox";
  options.services = {"registration", "lists", "dispatch"};
  options.shards = kShards;
  const auto consumer = events::NewBatchConsumer(
      loop_, client(), SystemClock(), options, [this](std::vector<events::Delivery> deliveries) {
        return replicas_[0]->deliverer.OnEvents(std::move(deliveries));
      });
  bool stopped = false;
  asio::co_spawn(loop_, consumer->Run(), [&](std::exception_ptr) { stopped = true; });
  EXPECT_TRUE(Await([&] { return consumer->stats().handled >= 40; }));
  consumer->Stop();
  EXPECT_TRUE(Await([&] { return stopped; }));
  EXPECT_EQ(List()->notifications_size(), 40);
  EXPECT_EQ(List()->unread_count(), 40);
}

}  // namespace
}  // namespace baodao::inbox
