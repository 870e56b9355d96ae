// Exactly where a need is, is as private as its contact: a regression suite for places that every
// coordinator of a subtree was shown to the metre, also of needs that were over.
#include <gtest/gtest.h>

#include "tests/integration/lists/world.h"

namespace baodao::lists {
namespace {

constexpr double kLatitude = 31.2598712, kLongitude = 121.5261234;
constexpr double kRoundLatitude = 31.260, kRoundLongitude = 121.526;

class DetailsTest : public ListsTest {
 protected:
  v1::Need NeedAtADoor(bool with_contact = true) {
    request_at_door_ = RequestFor(kCommunity);
    request_at_door_.mutable_place()->set_latitude(kLatitude);
    request_at_door_.mutable_place()->set_longitude(kLongitude);
    if (!with_contact) request_at_door_.clear_contact();
    const auto need = Call<v1::NeedService>(&Needs::CreateNeed, requester_, request_at_door_);
    if (!need.ok()) throw std::runtime_error(need.status().ToString());
    return *need;
  }

  size_t Releases() {
    size_t releases = 0;
    for (const events::v1::Event& event : Events()) releases += event.has_contact_released();
    return releases;
  }

  static void ExpectExact(const v1::Need& need) {
    EXPECT_DOUBLE_EQ(need.place().latitude(), kLatitude);
    EXPECT_DOUBLE_EQ(need.place().longitude(), kLongitude);
  }
  static void ExpectRounded(const v1::Need& need) {
    EXPECT_DOUBLE_EQ(need.place().latitude(), kRoundLatitude);
    EXPECT_DOUBLE_EQ(need.place().longitude(), kRoundLongitude);
  }

  v1::CreateNeedRequest request_at_door_;
};

INSTANTIATE_TEST_SUITE_P(Stores, DetailsTest, ::testing::Values(Backend::kMemory, Backend::kRedis),
                         [](const auto& info) {
                           return info.param == Backend::kMemory ? "Memory" : "Redis";
                         });

TEST_P(DetailsTest, OnlyTheRequesterSeesTheExactPlaceInPassing) {
  const v1::Need need = NeedAtADoor();
  ExpectExact(need);
  ExpectExact(*Call<v1::NeedService>(&Needs::CreateNeed, requester_, request_at_door_));
  ExpectExact(*GetNeed(requester_, need.need_id()));
  const auto mine =
      Call<v1::NeedService>(&Needs::ListMyNeeds, requester_, v1::ListMyNeedsRequest());
  ASSERT_TRUE(mine.ok()) << mine.status();
  ExpectExact(mine->needs(0));

  const auto accepted = Review(coordinator_, need.need_id(), v1::NEED_VERDICT_ACCEPT);
  ASSERT_TRUE(accepted.ok()) << accepted.status();
  ExpectRounded(*accepted);
  v1::ListNeedsRequest list;
  list.set_area_code(kSubdistrict);
  const auto listed = Call<v1::NeedService>(&Needs::ListNeeds, coordinator_, list);
  ASSERT_TRUE(listed.ok()) << listed.status();
  ExpectRounded(listed->needs(0));
  EXPECT_EQ(Releases(), 0u);
}

TEST_P(DetailsTest, ACoordinatorWhoAsksForItSeesTheExactPlaceOnRecord) {
  const v1::Need need = NeedAtADoor();
  ExpectExact(*GetNeed(coordinator_, need.need_id()));
  EXPECT_EQ(Releases(), 1u);
  // A place without a contact is a release too.
  const v1::Need nameless = NeedAtADoor(false);
  const auto seen = GetNeed(coordinator_, nameless.need_id());
  ASSERT_TRUE(seen.ok()) << seen.status();
  ExpectExact(*seen);
  EXPECT_FALSE(seen->has_contact());
  EXPECT_EQ(Releases(), 2u);
}

TEST_P(DetailsTest, OfANeedThatIsOverCoordinatorsSeeTheRoundedPlaceOnly) {
  const v1::Need need = NeedAtADoor();
  ASSERT_TRUE(Review(coordinator_, need.need_id(), v1::NEED_VERDICT_REJECT).ok());
  ExpectRounded(*GetNeed(coordinator_, need.need_id()));
  ExpectExact(*GetNeed(requester_, need.need_id()));
  EXPECT_EQ(Releases(), 0u);
}

TEST_P(DetailsTest, TheExactPlaceIsSealedAtRestAndStillReachesDispatch) {
  const v1::Need need = NeedAtADoor();
  ExpectRounded(Record(need.need_id()).need());
  ASSERT_TRUE(Review(coordinator_, need.need_id(), v1::NEED_VERDICT_ACCEPT).ok());
  peers_.fates = {FakePeers::Fate::kUnreachable};
  EXPECT_FALSE(Publish(coordinator_, need.need_id(), "p1").ok());
  const v1::NeedRecord publishing = Record(need.need_id());
  EXPECT_DOUBLE_EQ(publishing.publish_request().place().latitude(), kRoundLatitude);
  const auto published = Publish(coordinator_, need.need_id(), "p1");
  ASSERT_TRUE(published.ok()) << published.status();
  ExpectRounded(*published);
  EXPECT_DOUBLE_EQ(peers_.requests.back().place().latitude(), kLatitude);
  EXPECT_DOUBLE_EQ(peers_.requests.back().place().longitude(), kLongitude);
  for (const events::v1::Event& event : Events()) ExpectRounded(event.need_changed().need());
}

}  // namespace
}  // namespace baodao::lists
