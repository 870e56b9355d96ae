// A need says all that a volunteer needs to arrive: it led them once to the centre of a community,
// with nobody to call; and a place in Beijing was taken for one in Yangpu.
#include <gtest/gtest.h>

#include "common/testing/matchers.h"
#include "tests/integration/lists/world.h"

namespace baodao::lists {
namespace {

constexpr double kBeijing[] = {39.9042, 116.4074};

class FindableTest : public ListsTest {
 protected:
  static void SetPlace(common::v1::GeoPoint* place, double latitude, double longitude) {
    place->set_latitude(latitude);
    place->set_longitude(longitude);
  }
  absl::StatusOr<v1::Need> Raise(const v1::CreateNeedRequest& request) {
    return Call<v1::NeedService>(&Needs::CreateNeed, requester_, request);
  }
  absl::StatusOr<v1::Need> PublishOf(const v1::CreateNeedRequest& request) {
    const auto need = Raise(request);
    if (!need.ok()) return need;
    const auto accepted = Review(coordinator_, need->need_id(), v1::NEED_VERDICT_ACCEPT);
    if (!accepted.ok()) return accepted;
    return Publish(coordinator_, need->need_id(), NextRequest());
  }
  v1::UpdateNeedRequest EditOf(const std::string& id, std::initializer_list<const char*> fields) {
    v1::UpdateNeedRequest request;
    request.set_request_id(NextRequest());
    request.set_need_id(id);
    for (const char* field : fields) request.mutable_update_mask()->add_paths(field);
    return request;
  }
  absl::StatusOr<v1::Need> Update(const v1::UpdateNeedRequest& request) {
    return Call<v1::NeedService>(&Needs::UpdateNeed, requester_, request);
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, FindableTest, ::testing::Values(Backend::kMemory, Backend::kRedis),
                         BackendName);

TEST_P(FindableTest, ANeedThatCannotBeFoundIsReturnedAndCompleted) {
  v1::CreateNeedRequest request = RequestFor(kCommunity);
  request.clear_contact();
  const auto need = Raise(request);
  ASSERT_THAT(need, testing::IsOk());
  const std::string& id = need->need_id();
  ASSERT_THAT(Review(coordinator_, id, v1::NEED_VERDICT_ACCEPT), testing::IsOk());
  const absl::Status refused = Publish(coordinator_, id, "p1").status();
  EXPECT_THAT(refused, testing::IsRefusal(Reason::NEED_INCOMPLETE)) << refused;
  EXPECT_EQ(MetadataOf(refused)["missing"], "place, contact.address, contact.phone");
  EXPECT_FALSE(Record(id).publishing());
  ASSERT_THAT(Review(coordinator_, id, v1::NEED_VERDICT_RETURN), testing::IsOk());

  v1::UpdateNeedRequest edit = EditOf(id, {"contact", "place"});
  edit.mutable_contact()->set_phone("13812345678");
  SetPlace(edit.mutable_place(), 31.2712345, 121.5212345);
  const auto edited = Update(edit);
  ASSERT_THAT(edited, testing::IsOk());
  EXPECT_EQ(edited->contact().phone(), "13812345678");
  v1::ResubmitNeedRequest again;
  again.set_request_id(NextRequest());
  again.set_need_id(id);
  ASSERT_THAT(Call<v1::NeedService>(&Needs::ResubmitNeed, requester_, again), testing::IsOk());
  EXPECT_DOUBLE_EQ(Record(id).need().place().latitude(), 31.271) << "rounded at rest";
  EXPECT_FALSE(Record(id).need().has_contact());
  ASSERT_THAT(Review(coordinator_, id, v1::NEED_VERDICT_ACCEPT), testing::IsOk());
  ASSERT_THAT(Publish(coordinator_, id, "p2"), testing::IsOk());
  EXPECT_EQ(peers_.requests.back().contact().phone(), "13812345678");
  EXPECT_DOUBLE_EQ(peers_.requests.back().place().latitude(), 31.2712345);
  EXPECT_DOUBLE_EQ(peers_.requests.back().contact().place().latitude(), 31.2712345);
}

TEST_P(FindableTest, AnEditKeepsWhatTheMaskDoesNotName) {
  v1::CreateNeedRequest request = RequestFor(kCommunity);
  SetPlace(request.mutable_place(), 31.2712345, 121.5212345);
  const std::string id = Raise(request)->need_id();
  v1::UpdateNeedRequest edit = EditOf(id, {"title"});
  edit.set_title("陪诊");
  edit.mutable_contact()->set_phone("13900001234");
  const auto titled = Update(edit);
  ASSERT_THAT(titled, testing::IsOk());
  EXPECT_EQ(titled->contact().phone(), "13812345678");
  EXPECT_DOUBLE_EQ(titled->place().latitude(), 31.2712345);
  edit = EditOf(id, {"contact"});
  edit.mutable_contact()->set_phone("13900001234");
  const auto called = Update(edit);
  ASSERT_THAT(called, testing::IsOk());
  EXPECT_EQ(called->contact().phone(), "13900001234");
  EXPECT_EQ(called->contact().address(), "") << "a contact is replaced as a whole";
  EXPECT_DOUBLE_EQ(called->place().latitude(), 31.2712345);
  const auto cleared = Update(EditOf(id, {"contact", "place"}));
  ASSERT_THAT(cleared, testing::IsOk());
  EXPECT_FALSE(cleared->has_contact());
  EXPECT_FALSE(cleared->has_place());
}

TEST_P(FindableTest, APhoneAndAPlaceOrAnAddressAreEnough) {
  v1::CreateNeedRequest addressed = RequestFor(kCommunity);
  ASSERT_THAT(PublishOf(addressed), testing::IsOk());
  EXPECT_NEAR(peers_.requests.back().place().latitude(), 31.27, 1e-9) << "the community's centre";
  EXPECT_FALSE(peers_.requests.back().contact().has_place()) << "nobody is sent there";
  v1::CreateNeedRequest placed = RequestFor(kCommunity);
  placed.mutable_contact()->clear_address();
  SetPlace(placed.mutable_place(), 31.28, 121.53);
  ASSERT_THAT(PublishOf(placed), testing::IsOk());
  EXPECT_NEAR(peers_.requests.back().place().latitude(), 31.28, 1e-9);
  v1::CreateNeedRequest silent = RequestFor(kCommunity);
  silent.mutable_contact()->clear_phone();
  EXPECT_EQ(MetadataOf(PublishOf(silent).status())["missing"], "contact.phone");
}

TEST_P(FindableTest, APlaceFarAwayIsAskedBack) {
  v1::CreateNeedRequest request = RequestFor(kCommunity);
  SetPlace(request.mutable_place(), kBeijing[0], kBeijing[1]);
  const absl::Status far = Raise(request).status();
  EXPECT_THAT(far, testing::IsRefusal(Reason::PLACE_FAR_FROM_AREA)) << far;
  EXPECT_TRUE(Events().empty());
  request.set_place_confirmed(true);
  ASSERT_THAT(PublishOf(request), testing::IsOk());
  EXPECT_TRUE(peers_.requests.back().place_confirmed()) << "dispatch does not ask again";

  const std::string id = CreateNeed(requester_, kCommunity)->need_id();
  v1::UpdateNeedRequest edit = EditOf(id, {"place"});
  SetPlace(edit.mutable_place(), kBeijing[0], kBeijing[1]);
  EXPECT_THAT(Update(edit), testing::IsRefusal(Reason::PLACE_FAR_FROM_AREA));
  edit.set_place_confirmed(true);
  EXPECT_THAT(Update(edit), testing::IsOk());

  using Resources = rpc::AsyncOf<v1::ResourceService>;
  v1::CreateResourceRequest room = RoomIn(kCommunity);
  SetPlace(room.mutable_place(), kBeijing[0], kBeijing[1]);
  EXPECT_THAT(Call<v1::ResourceService>(&Resources::CreateResource, requester_, room),
              testing::IsRefusal(Reason::PLACE_FAR_FROM_AREA));
  room.set_place_confirmed(true);
  EXPECT_THAT(Call<v1::ResourceService>(&Resources::CreateResource, requester_, room),
              testing::IsOk());
}

}  // namespace
}  // namespace baodao::lists
