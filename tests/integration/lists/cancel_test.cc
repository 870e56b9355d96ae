// A need that is no longer wanted ends, and the task that serves it with it, whatever is lost or
// killed in between: nobody could once end one that was submitted or accepted.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "common/testing/matchers.h"
#include "tests/integration/lists/world.h"

namespace baodao::lists {
namespace {

using Fate = FakePeers::Fate;

class CancelTest : public ListsTest {
 protected:
  v1::Need PublishedNeed() {
    const v1::Need need = AcceptedNeed();
    const auto published = Publish(coordinator_, need.need_id(), NextRequest());
    if (!published.ok()) throw std::runtime_error(published.status().ToString());
    return *published;
  }
  dispatch::v1::Task& TaskOf(const std::string& need_id) { return peers_.tasks.at({need_id, 1}); }

  void ExpectCancelled(const std::string& need_id) {
    const v1::NeedRecord record = Record(need_id);
    EXPECT_EQ(record.need().state(), v1::NEED_STATE_CANCELLED);
    EXPECT_EQ(record.need().cancel_reason(), "女儿回来了");
    EXPECT_TRUE(record.need().task_id().empty());
    EXPECT_FALSE(record.publishing());
  }
  // Who is said to have cancelled it: once.
  std::vector<std::string> Actors(const std::string& need_id) {
    std::vector<std::string> actors;
    for (const events::v1::Event& event : Events()) {
      const v1::Need& need = event.need_changed().need();
      if (need.need_id() != need_id || need.state() != v1::NEED_STATE_CANCELLED) continue;
      actors.push_back(event.actor_id());
    }
    return actors;
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, CancelTest, ::testing::Values(Backend::kMemory, Backend::kRedis),
                         BackendName);

TEST_P(CancelTest, ByTheRequesterOrACoordinatorBeforeAnybodyServes) {
  const auto submitted = CreateNeed(requester_, kCommunity);
  const auto returned = CreateNeed(requester_, kCommunity);
  ASSERT_THAT(Review(coordinator_, returned->need_id(), v1::NEED_VERDICT_RETURN), testing::IsOk());
  const std::string stranger = tokens_.Person(NewPerson());
  for (const std::string& id :
       {submitted->need_id(), returned->need_id(), AcceptedNeed().need_id()}) {
    EXPECT_THAT(Cancel(stranger, id, NextRequest()), testing::IsRefusal(Reason::PERMISSION_DENIED));
    const std::string request = NextRequest();
    const auto cancelled = Cancel(requester_, id, request);
    ASSERT_THAT(cancelled, testing::IsOk());
    ExpectCancelled(id);
    EXPECT_EQ(cancelled->contact().phone(), "13812345678");
    const auto again = Cancel(requester_, id, request, 1);
    ASSERT_THAT(again, testing::IsOk());
    EXPECT_EQ(again->SerializeAsString(), cancelled->SerializeAsString());
    EXPECT_THAT(Cancel(coordinator_, id, NextRequest()), testing::IsRefusal(Reason::WRONG_STATE));
    EXPECT_EQ(Actors(id), std::vector<std::string>{requester_id_});
  }
  const std::string id = AcceptedNeed().need_id();
  const auto by_coordinator = Cancel(coordinator_, id, NextRequest());
  ASSERT_THAT(by_coordinator, testing::IsOk());
  EXPECT_EQ(by_coordinator->contact().phone(), "138****5678");
  EXPECT_EQ(Actors(id), std::vector<std::string>{coordinator_id_});
}

TEST_P(CancelTest, AReasonIsAsked) {
  v1::CancelNeedRequest silent;
  silent.set_request_id(NextRequest());
  silent.set_need_id(AcceptedNeed().need_id());
  const absl::Status status =
      Call<v1::NeedService>(&Needs::CancelNeed, requester_, silent).status();
  ASSERT_EQ(ViolationsOf(status).size(), 1u) << status;
  EXPECT_EQ(ViolationsOf(status)[0].field, "reason");
}

TEST_P(CancelTest, TheTaskEndsWithItsNeed) {
  const std::string id = PublishedNeed().need_id();
  const auto cancelled = Cancel(requester_, id, "c1");
  ASSERT_THAT(cancelled, testing::IsOk());
  ExpectCancelled(id);
  EXPECT_EQ(TaskOf(id).state(), dispatch::v1::TASK_STATE_CANCELLED);
  EXPECT_EQ(TaskOf(id).need_outcome(), dispatch::v1::NEED_OUTCOME_CANCEL);
  EXPECT_EQ(TaskOf(id).cancel_reason(), "女儿回来了");
  ASSERT_THAT(TellTask(TaskOf(id), "lists"), testing::IsOk());
  EXPECT_EQ(Actors(id), std::vector<std::string>{requester_id_});
  EXPECT_EQ(Cancel(requester_, id, "c1", 1)->SerializeAsString(), cancelled->SerializeAsString());
}

TEST_P(CancelTest, ServiceUnderWayGoesOn) {
  const std::string id = PublishedNeed().need_id();
  TaskOf(id).set_state(dispatch::v1::TASK_STATE_IN_SERVICE);
  const std::string before = Record(id).SerializeAsString();
  // lists has not heard of it yet.
  EXPECT_THAT(Cancel(requester_, id, "c1"), testing::IsRefusal(Reason::NEED_IN_SERVICE));
  EXPECT_EQ(Record(id).SerializeAsString(), before) << "a refused call leaves nothing behind";
  EXPECT_EQ(Record(id).need().state(), v1::NEED_STATE_MATCHED);
  TaskOf(id).set_version(5);
  ASSERT_THAT(TellTask(TaskOf(id), "per_v"), testing::IsOk());
  EXPECT_THAT(Cancel(requester_, id, "c2"), testing::IsRefusal(Reason::NEED_IN_SERVICE));
  EXPECT_EQ(Record(id).need().state(), v1::NEED_STATE_IN_PROGRESS);
}

// lists died between dispatch's decision and its own: the task's event completes it.
TEST_P(CancelTest, ALostCallerIsActedForAndFindsTheirAnswer) {
  const std::string id = PublishedNeed().need_id();
  peers_.cancel_fates = {Fate::kLostAnswer};
  EXPECT_THAT(Cancel(requester_, id, "c1"), testing::IsRefusal(Reason::PEER_UNAVAILABLE));
  EXPECT_EQ(Record(id).need().state(), v1::NEED_STATE_MATCHED);
  ASSERT_THAT(TellTask(TaskOf(id), "lists"), testing::IsOk());
  ExpectCancelled(id);
  EXPECT_EQ(Actors(id), std::vector<std::string>{requester_id_});
  const auto again = Cancel(requester_, id, "c1", 1);
  ASSERT_THAT(again, testing::IsOk());
  EXPECT_THAT(Cancel(requester_, id, "c2"), testing::IsRefusal(Reason::WRONG_STATE));
  EXPECT_EQ(Actors(id).size(), 1u);
}

TEST_P(CancelTest, WhereDispatchCannotBeAskedNothingHasHappened) {
  const std::string id = PublishedNeed().need_id();
  peers_.cancel_fates = {Fate::kUnreachable};
  EXPECT_THAT(Cancel(requester_, id, "c1"), testing::IsRefusal(Reason::PEER_UNAVAILABLE));
  EXPECT_EQ(Record(id).need().state(), v1::NEED_STATE_MATCHED);
  EXPECT_EQ(TaskOf(id).state(), dispatch::v1::TASK_STATE_OPEN);
  ASSERT_THAT(Cancel(requester_, id, "c1"), testing::IsOk());
  ExpectCancelled(id);
}

TEST_P(CancelTest, ARunningPublicationIsEndedFirst) {
  for (const Fate fate : {Fate::kUnreachable, Fate::kLostAnswer}) {
    const std::string id = AcceptedNeed().need_id();
    peers_.fates = {fate};
    EXPECT_FALSE(Publish(coordinator_, id, NextRequest()).ok());
    ASSERT_TRUE(Record(id).publishing());
    const auto cancelled = Cancel(requester_, id, NextRequest());
    ASSERT_THAT(cancelled, testing::IsOk());
    ExpectCancelled(id);
    EXPECT_EQ(TaskOf(id).state(), dispatch::v1::TASK_STATE_CANCELLED);
  }
  // Dispatch refuses the task: there is none to cancel.
  const std::string id = AcceptedNeed().need_id();
  peers_.fates = {Fate::kUnreachable, Fate::kRefused};
  EXPECT_FALSE(Publish(coordinator_, id, NextRequest()).ok());
  ASSERT_THAT(Cancel(requester_, id, NextRequest()), testing::IsOk());
  ExpectCancelled(id);
}

TEST_P(CancelTest, ACoordinatorWhoCancelsTheTaskDecidesOverTheNeed) {
  const std::string kept = PublishedNeed().need_id(), ended = PublishedNeed().need_id();
  for (const std::string& id : {kept, ended}) {
    TaskOf(id).set_state(dispatch::v1::TASK_STATE_CANCELLED);
    TaskOf(id).set_version(5);
    TaskOf(id).set_cancel_reason("女儿回来了");
    TaskOf(id).set_need_outcome(id == kept ? dispatch::v1::NEED_OUTCOME_KEEP
                                           : dispatch::v1::NEED_OUTCOME_CANCEL);
    // Those released hear first, and their events do not say which.
    events::Delivery released;
    auto* changed = released.event.mutable_assignment_changed();
    changed->mutable_assignment()->set_task_id(TaskOf(id).task_id());
    changed->mutable_task()->set_need_id(id);
    changed->mutable_task()->set_state(dispatch::v1::TASK_STATE_CANCELLED);
    changed->mutable_task()->set_before(dispatch::v1::TASK_STATE_OPEN);
    changed->mutable_task()->set_version(5);
    ASSERT_THAT(testing::Run(loop_, replicas_[0]->follower.OnEvent(released)), testing::IsOk());
    EXPECT_EQ(Record(id).need().state(), v1::NEED_STATE_MATCHED);
    ASSERT_THAT(TellTask(TaskOf(id), coordinator_id_), testing::IsOk());
  }
  EXPECT_EQ(Record(kept).need().state(), v1::NEED_STATE_ACCEPTED);
  ExpectCancelled(ended);
  EXPECT_EQ(Actors(ended), std::vector<std::string>{coordinator_id_});
}

// Both at once, from two replicas, each sent twice: one is told that it was they.
TEST_P(CancelTest, OneOfManyCancelsIt) {
  const std::string id = PublishedNeed().need_id();
  std::vector<Task<absl::StatusOr<v1::Need>>> calls;
  for (int i = 0; i < 8; ++i) {
    const bool requester = i % 2 == 0;
    v1::CancelNeedRequest request;
    request.set_request_id(requester ? "r" : "c");
    request.set_need_id(id);
    request.set_reason("女儿回来了");
    calls.push_back(CallTask<v1::NeedService>(
        &Needs::CancelNeed, requester ? requester_ : coordinator_, request, i / 4));
  }
  const auto answers = RunAll(std::move(calls));
  ExpectCancelled(id);
  EXPECT_EQ(Actors(id).size(), 1u);
  EXPECT_THAT(answers, ::testing::Contains(testing::IsOk()));
}

// Losses of the store and of dispatch at any point, replayable by seed.
class CancelSimulation : public CancelTest {};

INSTANTIATE_TEST_SUITE_P(Stores, CancelSimulation, ::testing::Values(Backend::kMemory),
                         [](const auto&) { return "Memory"; });

TEST_P(CancelSimulation, NeedAndTaskAlwaysEndTogether) {
  for (int seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    requester_id_ = NewPerson();
    requester_ = tokens_.Person(requester_id_);
    peers_.tasks.clear();
    const std::string id = random() % 2 == 0 ? PublishedNeed().need_id() : AcceptedNeed().need_id();
    if (!Record(id).need().task_id().empty() || random() % 2 == 0) {
      peers_.fates = {Fate::kUnreachable};
      (void)Publish(coordinator_, id, NextRequest()).ok();
    }
    peers_.fates.clear();
    SetFaults(AnyFault(random));
    const std::string request = NextRequest();
    bool answered = false;
    for (int step = 0; step < 40 && !answered; ++step) {
      peers_.fates = {static_cast<Fate>(random() % 3)};
      peers_.cancel_fates = {static_cast<Fate>(random() % 3)};
      switch (random() % 4) {
        case 0:
          (void)Resume(id, static_cast<int>(random() % 2)).ok();
          break;
        case 1:
          if (peers_.tasks.count({id, 1}) > 0) (void)TellTask(TaskOf(id), "lists").ok();
          break;
        default:
          answered = Cancel(requester_, id, request, static_cast<int>(random() % 2)).ok();
      }
    }
    SetFaults(nullptr);
    peers_.fates.clear();
    peers_.cancel_fates.clear();
    const auto answer = Cancel(requester_, id, request);
    ASSERT_THAT(answer, testing::IsOk());
    ExpectCancelled(id);
    for (const auto& [attempt, task] : peers_.tasks) {
      EXPECT_EQ(task.state(), dispatch::v1::TASK_STATE_CANCELLED);
    }
    EXPECT_EQ(Actors(id), std::vector<std::string>{requester_id_});
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace baodao::lists
