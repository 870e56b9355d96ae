// Ways in which a need once got stuck on its way to a task, or after it.
#include <gtest/gtest.h>

#include "baodao/lists/v1/match.grpc.pb.h"
#include "common/testing/matchers.h"
#include "tests/integration/lists/world.h"

namespace baodao::lists {
namespace {

using Fate = FakePeers::Fate;

class UnstuckTest : public ListsTest {
 protected:
  // A coordinator whose requests are marked in the need's own shard.
  void MoveCoordinatorTo(const std::string& need_id) {
    coordinator_id_ = ids::New("per", replicas_[0]->records.store().keys().ShardOfId(need_id));
    coordinator_ = tokens_.Coordinator(coordinator_id_, kSubdistrict);
  }

  void ExpectTask(const std::string& need_id) {
    const v1::NeedRecord record = Record(need_id);
    EXPECT_FALSE(record.publishing());
    EXPECT_EQ(record.need().state(), v1::NEED_STATE_MATCHED);
    EXPECT_FALSE(record.need().task_id().empty());
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, UnstuckTest, ::testing::Values(Backend::kMemory, Backend::kRedis),
                         BackendName);

TEST_P(UnstuckTest, ARunningPublicationKeepsItsRequestIdFromOtherCalls) {
  const v1::Need need = AcceptedNeed();
  MoveCoordinatorTo(need.need_id());
  const auto other = CreateNeed(requester_, kCommunity);
  ASSERT_THAT(other, testing::IsOk());
  peers_.fates = {Fate::kUnreachable};
  EXPECT_FALSE(Publish(coordinator_, need.need_id(), "same").ok());
  v1::ReviewNeedRequest review;
  review.set_request_id("same");
  review.set_need_id(other->need_id());
  review.set_verdict(v1::NEED_VERDICT_ACCEPT);
  EXPECT_THAT(Call<v1::NeedService>(&Needs::ReviewNeed, coordinator_, review),
              testing::IsRefusal(Reason::REQUEST_ID_REUSED));
  ASSERT_THAT(Resume(need.need_id()), testing::IsOk());
  ExpectTask(need.need_id());
  const auto answer = Publish(coordinator_, need.need_id(), "same");
  ASSERT_THAT(answer, testing::IsOk());
  EXPECT_EQ(answer->task_id(), Record(need.need_id()).need().task_id());
}

TEST_P(UnstuckTest, ARequestIdUsedBeforeIsRefusedBeforeDispatchIsAsked) {
  const v1::Need need = AcceptedNeed();
  MoveCoordinatorTo(need.need_id());
  const auto other = CreateNeed(requester_, kCommunity);
  ASSERT_THAT(other, testing::IsOk());
  v1::ReviewNeedRequest review;
  review.set_request_id("same");
  review.set_need_id(other->need_id());
  review.set_verdict(v1::NEED_VERDICT_ACCEPT);
  ASSERT_THAT(Call<v1::NeedService>(&Needs::ReviewNeed, coordinator_, review), testing::IsOk());
  EXPECT_THAT(Publish(coordinator_, need.need_id(), "same"),
              testing::IsRefusal(Reason::REQUEST_ID_REUSED));
  EXPECT_TRUE(peers_.requests.empty());
  EXPECT_FALSE(Record(need.need_id()).publishing());
}

// The mark may have run out, or been another build's that set none.
TEST_P(UnstuckTest, AnAnswerOfAnotherCallUnderTheRequestIdDoesNotHoldThePublicationUp) {
  const v1::Need need = AcceptedNeed();
  peers_.fates = {Fate::kUnreachable};
  EXPECT_FALSE(Publish(coordinator_, need.need_id(), "same").ok());
  const store::Keys& keys = stores_[0]->keys();
  const int shard = keys.ShardOfId(need.need_id());
  store::Commit forget(shard);
  forget.Remove(keys.Answer(shard, coordinator_id_, "same"));
  ASSERT_THAT(testing::Run(loop_, stores_[0]->Apply(std::move(forget))), testing::IsOk());
  store::Commit other(shard);
  other.Answer({coordinator_id_, "same", 1}, "another call's");
  ASSERT_THAT(testing::Run(loop_, stores_[0]->Apply(std::move(other))), testing::IsOk());
  ASSERT_THAT(Resume(need.need_id()), testing::IsOk());
  ExpectTask(need.need_id());
  EXPECT_EQ(peers_.tasks.size(), 1u);
}

// The requester says that the old task was served while a coordinator publishes the need anew: the
// need was ACCEPTED once dispatch had refused that, and EXPIRED a day later.
TEST_P(UnstuckTest, ServiceConfirmedWhileAPublicationRunsIsNotLost) {
  const v1::Need need = AcceptedNeed();
  const std::string& id = need.need_id();
  const auto published = Publish(coordinator_, id, "p1");
  ASSERT_THAT(published, testing::IsOk());
  const std::string task = published->task_id();
  ASSERT_THAT(TellTask(id, task, dispatch::v1::TASK_STATE_EXPIRED, 4), testing::IsOk());
  peers_.fates = {Fate::kUnreachable, Fate::kUnreachable, Fate::kRefused};
  EXPECT_FALSE(Publish(coordinator_, id, "p2").ok());
  ASSERT_TRUE(Record(id).publishing());
  EXPECT_FALSE(TellTask(id, task, dispatch::v1::TASK_STATE_SERVED, 5).ok()) << "again later";
  EXPECT_TRUE(Record(id).publishing());
  ASSERT_THAT(TellTask(id, task, dispatch::v1::TASK_STATE_SERVED, 5), testing::IsOk());
  const v1::NeedRecord record = Record(id);
  EXPECT_FALSE(record.publishing());
  EXPECT_EQ(record.need().state(), v1::NEED_STATE_RESOLVED);
  EXPECT_EQ(record.need().task_id(), task);
  EXPECT_EQ(Events().back().need_changed().need().state(), v1::NEED_STATE_RESOLVED);
  EXPECT_THAT(Publish(coordinator_, id, "p2"), testing::IsRefusal(Reason::NEED_ALREADY_PUBLISHED));
}

TEST_P(UnstuckTest, AnAreaOrATagThatDispatchDoesNotKnowYetIsNoDecision) {
  const v1::Need need = AcceptedNeed();
  peers_.fates = {Fate::kAreaUnknown, Fate::kTagUnknown};
  EXPECT_THAT(Publish(coordinator_, need.need_id(), "p1"),
              testing::IsRefusal(Reason::PEER_UNAVAILABLE));
  EXPECT_TRUE(Record(need.need_id()).publishing());
  EXPECT_FALSE(Resume(need.need_id()).ok());
  EXPECT_TRUE(Record(need.need_id()).publishing());
  ASSERT_THAT(Resume(need.need_id()), testing::IsOk());
  ExpectTask(need.need_id());
  EXPECT_EQ(peers_.requests.back().need_attempt(), 1);
}

TEST_P(UnstuckTest, AnAreaWithoutACentreLiesWhereTheOneAboveIt) {
  const std::string coordinator = tokens_.Coordinator(coordinator_id_, kDistrict);
  const auto need = CreateNeed(requester_, kUncharted);
  ASSERT_THAT(need, testing::IsOk());
  ASSERT_THAT(Review(coordinator, need->need_id(), v1::NEED_VERDICT_ACCEPT), testing::IsOk());
  ASSERT_THAT(Publish(coordinator, need->need_id(), "p1"), testing::IsOk());
  EXPECT_NEAR(peers_.requests[0].place().latitude(), 31.27, 1e-9);
  EXPECT_NEAR(peers_.requests[0].place().longitude(), 121.52, 1e-9);
}

TEST_P(UnstuckTest, ALinkedNeedThatLosesItsTaskCanBeResolvedByHand) {
  const v1::Need need = AcceptedNeed();
  const auto resource = Call<v1::ResourceService>(
      &rpc::AsyncOf<v1::ResourceService>::CreateResource, requester_, RoomIn(kCommunity));
  ASSERT_THAT(resource, testing::IsOk());
  v1::CreateMatchRequest link;
  link.set_request_id(NextRequest());
  link.set_need_id(need.need_id());
  link.set_answer_id(resource->resource_id());
  ASSERT_THAT(
      Call<v1::MatchService>(&rpc::AsyncOf<v1::MatchService>::CreateMatch, coordinator_, link),
      testing::IsOk());
  const auto published = Publish(coordinator_, need.need_id(), "p1");
  ASSERT_THAT(published, testing::IsOk());
  ASSERT_THAT(TellTask(need.need_id(), published->task_id(), dispatch::v1::TASK_STATE_EXPIRED, 4),
              testing::IsOk());
  EXPECT_EQ(Record(need.need_id()).need().state(), v1::NEED_STATE_MATCHED);
  const auto resolved = Resolve(need.need_id());
  ASSERT_THAT(resolved, testing::IsOk());
  EXPECT_EQ(resolved->state(), v1::NEED_STATE_RESOLVED);
}

// A need that is linked, too, stays MATCHED: nothing once told that its task was gone.
TEST_P(UnstuckTest, AnEventNamesTheTaskThatWasLost) {
  const auto expect_lost = [&](const std::string& task) {
    const events::v1::Event event = Events().back();
    ASSERT_TRUE(event.has_need_changed());
    EXPECT_EQ(event.need_changed().lost_task_id(), task);
    EXPECT_TRUE(event.need_changed().need().task_id().empty());
  };
  const v1::Need need = AcceptedNeed();
  v1::CreateResourceRequest resource;
  resource.set_request_id(NextRequest());
  resource.set_title("轮椅");
  resource.set_category("goods");
  resource.set_area_code(kCommunity);
  resource.set_capacity(1);
  const auto created = Call<v1::ResourceService>(&rpc::AsyncOf<v1::ResourceService>::CreateResource,
                                                 requester_, resource);
  ASSERT_THAT(created, testing::IsOk());
  v1::CreateMatchRequest link;
  link.set_request_id(NextRequest());
  link.set_need_id(need.need_id());
  link.set_answer_id(created->resource_id());
  ASSERT_THAT(
      Call<v1::MatchService>(&rpc::AsyncOf<v1::MatchService>::CreateMatch, coordinator_, link),
      testing::IsOk());
  const auto published = Publish(coordinator_, need.need_id(), "p1");
  ASSERT_THAT(published, testing::IsOk());
  EXPECT_TRUE(Events().back().need_changed().lost_task_id().empty());
  ASSERT_THAT(TellTask(need.need_id(), published->task_id(), dispatch::v1::TASK_STATE_EXPIRED, 4),
              testing::IsOk());
  EXPECT_EQ(Record(need.need_id()).need().state(), v1::NEED_STATE_MATCHED);
  expect_lost(published->task_id());

  // Lost before the need had heard that it was there: only the event tells.
  const v1::Need other = AcceptedNeed();
  peers_.fates = {Fate::kLostAnswer};
  EXPECT_FALSE(Publish(coordinator_, other.need_id(), "p2").ok());
  const std::string task = peers_.tasks.at({other.need_id(), 1}).task_id();
  ASSERT_THAT(TellTask(other.need_id(), task, dispatch::v1::TASK_STATE_CANCELLED, 2),
              testing::IsOk());
  expect_lost(task);
}

}  // namespace
}  // namespace baodao::lists
