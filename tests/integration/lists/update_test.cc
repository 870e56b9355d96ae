// Needs are edited by those who raised them and by coordinators, until a task is made of them.
#include <gtest/gtest.h>

#include "common/testing/matchers.h"
#include "tests/integration/lists/world.h"

namespace baodao::lists {
namespace {

class UpdateTest : public ListsTest {
 protected:
  v1::UpdateNeedRequest Retitled(const std::string& id, const std::string& title) {
    v1::UpdateNeedRequest request;
    request.set_request_id(NextRequest());
    request.set_need_id(id);
    request.set_title(title);
    request.mutable_update_mask()->add_paths("title");
    return request;
  }
  absl::StatusOr<v1::Need> Update(const std::string& token, const v1::UpdateNeedRequest& request,
                                  int replica = 0) {
    return Call<v1::NeedService>(&Needs::UpdateNeed, token, request, replica);
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, UpdateTest, ::testing::Values(Backend::kMemory, Backend::kRedis),
                         BackendName);

TEST_P(UpdateTest, ItsRequesterAndTheAreasCoordinatorsEditANeedAndNobodyElse) {
  const std::string id = CreateNeed(requester_, kCommunity)->need_id();
  EXPECT_THAT(Update(requester_, Retitled(id, "一")), testing::IsOk());
  EXPECT_THAT(Update(coordinator_, Retitled(id, "二")), testing::IsOk());
  EXPECT_THAT(Update(tokens_.Person(NewPerson()), Retitled(id, "三")),
              testing::IsRefusal(Reason::PERMISSION_DENIED));
  const std::string elsewhere = tokens_.Coordinator(NewPerson(), "310110016");
  EXPECT_THAT(Update(elsewhere, Retitled(id, "四")), testing::IsRefusal(Reason::PERMISSION_DENIED));
  EXPECT_EQ(Record(id).need().title(), "二");
}

TEST_P(UpdateTest, OfTwoWhoReadTheSameOnlyOneOverwritesIt) {
  const auto need = CreateNeed(requester_, kCommunity);
  v1::UpdateNeedRequest one = Retitled(need->need_id(), "陪诊，上午");
  v1::UpdateNeedRequest other = Retitled(need->need_id(), "陪诊，下午");
  one.set_etag(need->etag());
  other.set_etag(need->etag());
  const auto updated = Update(requester_, one, 0);
  ASSERT_THAT(updated, testing::IsOk());
  EXPECT_NE(updated->etag(), need->etag());
  EXPECT_THAT(Update(coordinator_, other, 1), testing::IsRefusal(Reason::STALE_VERSION));
  const auto replayed = Update(requester_, one, 1);
  ASSERT_THAT(replayed, testing::IsOk()) << "sent again, it gets its answer";
  EXPECT_EQ(replayed->etag(), updated->etag());
  EXPECT_EQ(Record(need->need_id()).edits(), 1);
  other.set_etag(GetNeed(requester_, need->need_id())->etag());
  other.set_request_id(NextRequest());
  EXPECT_THAT(Update(coordinator_, other, 1), testing::IsOk());
}

TEST_P(UpdateTest, EveryAnswerCarriesTheEtagToGoOnWith) {
  const v1::Need need = AcceptedNeed();
  const auto published = Publish(coordinator_, need.need_id(), "p1");
  ASSERT_THAT(published, testing::IsOk());
  EXPECT_EQ(published->etag(), GetNeed(requester_, need.need_id())->etag());
  const auto cancelled = Cancel(requester_, need.need_id(), "c1");
  ASSERT_THAT(cancelled, testing::IsOk());
  EXPECT_EQ(cancelled->etag(), GetNeed(requester_, need.need_id())->etag());
}

TEST_P(UpdateTest, ANewTimeIsReviewedAgainAndMovesTheDeadline) {
  const v1::Need need = AcceptedNeed();
  v1::UpdateNeedRequest later = Retitled(need.need_id(), "陪诊");
  later.mutable_update_mask()->add_paths("window");
  *later.mutable_window()->mutable_start() = ToTimestamp(clock_.Now() + std::chrono::hours(72));
  *later.mutable_window()->mutable_end() = ToTimestamp(clock_.Now() + std::chrono::hours(74));
  const auto updated = Update(requester_, later);
  ASSERT_THAT(updated, testing::IsOk());
  EXPECT_EQ(updated->state(), v1::NEED_STATE_SUBMITTED);
  EXPECT_EQ(DeadlineOf(Record(need.need_id())), clock_.Now() + std::chrono::hours(74 + 24));
  EXPECT_THAT(Publish(coordinator_, need.need_id(), "p1"),
              testing::IsRefusal(Reason::NEED_NOT_ACCEPTED));
  ASSERT_THAT(Review(coordinator_, need.need_id(), v1::NEED_VERDICT_ACCEPT), testing::IsOk());
  ASSERT_THAT(Publish(coordinator_, need.need_id(), "p2"), testing::IsOk());
  EXPECT_EQ(ToTime(peers_.requests.back().window().start()), clock_.Now() + std::chrono::hours(72));
}

// A promise to volunteers does not change under them, nor while dispatch is being asked.
TEST_P(UpdateTest, NotOnceATaskIsMadeOfIt) {
  const v1::Need need = AcceptedNeed();
  peers_.fates = {FakePeers::Fate::kUnreachable};
  EXPECT_THAT(Publish(coordinator_, need.need_id(), "p1"),
              testing::IsRefusal(Reason::PEER_UNAVAILABLE));
  ASSERT_TRUE(Record(need.need_id()).publishing());
  EXPECT_THAT(Update(requester_, Retitled(need.need_id(), "买菜"), 1),
              testing::IsRefusal(Reason::NEED_ALREADY_PUBLISHED));
  ASSERT_THAT(Resume(need.need_id()), testing::IsOk());
  EXPECT_THAT(Update(requester_, Retitled(need.need_id(), "买菜"), 1),
              testing::IsRefusal(Reason::NEED_ALREADY_PUBLISHED));
  EXPECT_EQ(Record(need.need_id()).need().title(), "陪诊");
}

TEST_P(UpdateTest, TheEventSaysThatItWasEditedAndNothingPrivate) {
  v1::CreateNeedRequest request = RequestFor(kCommunity);
  request.add_photos()->set_url("https://photos.example.org/1.jpg");
  request.mutable_photos(0)->set_sha256(std::string(32, 'x'));
  const auto need = Call<v1::NeedService>(&Needs::CreateNeed, requester_, request);
  ASSERT_THAT(need, testing::IsOk());
  EXPECT_EQ(need->photos_size(), 1);
  const size_t before = Events().size();
  v1::UpdateNeedRequest call = Retitled(need->need_id(), "陪诊");
  call.mutable_contact()->set_phone("13900001234");
  call.mutable_update_mask()->add_paths("contact");
  const auto answered = Update(coordinator_, call);
  ASSERT_THAT(answered, testing::IsOk());
  EXPECT_EQ(answered->photos_size(), 0) << "only GetNeed shows them, and puts that on record";
  const auto events = Events();
  ASSERT_EQ(events.size(), before + 1) << "also where only the contact has changed";
  const events::v1::NeedChanged& changed = events.back().need_changed();
  EXPECT_TRUE(changed.edited());
  EXPECT_EQ(events.back().actor_id(), coordinator_id_);
  EXPECT_FALSE(changed.need().has_contact());
  EXPECT_EQ(changed.need().photos_size(), 0);
  EXPECT_EQ(Record(need->need_id()).need().photos_size(), 0) << "sealed";
  EXPECT_EQ(GetNeed(requester_, need->need_id())->contact().phone(), "13900001234");
  for (const std::string& caller : {requester_, coordinator_}) {
    EXPECT_EQ(GetNeed(caller, need->need_id())->photos_size(), 1);
  }
}

}  // namespace
}  // namespace baodao::lists
