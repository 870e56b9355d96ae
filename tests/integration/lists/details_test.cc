// Exactly where a need is, is as private as its contact: a regression suite for places that every
// coordinator of a subtree was shown to the metre, also of needs that were over, and for those of
// people's resources, which were shown to everybody.
#include <gtest/gtest.h>

#include "common/testing/matchers.h"
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
                         BackendName);

TEST_P(DetailsTest, OnlyTheRequesterSeesTheExactPlaceInPassing) {
  const v1::Need need = NeedAtADoor();
  ExpectExact(need);
  ExpectExact(*Call<v1::NeedService>(&Needs::CreateNeed, requester_, request_at_door_));
  ExpectExact(*GetNeed(requester_, need.need_id()));
  const auto mine =
      Call<v1::NeedService>(&Needs::ListMyNeeds, requester_, v1::ListMyNeedsRequest());
  ASSERT_THAT(mine, testing::IsOk());
  ExpectExact(mine->needs(0));

  const auto accepted = Review(coordinator_, need.need_id(), v1::NEED_VERDICT_ACCEPT);
  ASSERT_THAT(accepted, testing::IsOk());
  ExpectRounded(*accepted);
  v1::ListNeedsRequest list;
  list.set_area_code(kSubdistrict);
  const auto listed = Call<v1::NeedService>(&Needs::ListNeeds, coordinator_, list);
  ASSERT_THAT(listed, testing::IsOk());
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
  ASSERT_THAT(seen, testing::IsOk());
  ExpectExact(*seen);
  EXPECT_FALSE(seen->has_contact());
  EXPECT_EQ(Releases(), 2u);
}

TEST_P(DetailsTest, OfANeedThatIsOverCoordinatorsSeeTheRoundedPlaceOnly) {
  const v1::Need need = NeedAtADoor();
  ASSERT_THAT(Review(coordinator_, need.need_id(), v1::NEED_VERDICT_REJECT), testing::IsOk());
  ExpectRounded(*GetNeed(coordinator_, need.need_id()));
  ExpectExact(*GetNeed(requester_, need.need_id()));
  EXPECT_EQ(Releases(), 0u);
}

TEST_P(DetailsTest, TheExactPlaceIsSealedAtRestAndStillReachesDispatch) {
  const v1::Need need = NeedAtADoor();
  ExpectRounded(Record(need.need_id()).need());
  ASSERT_THAT(Review(coordinator_, need.need_id(), v1::NEED_VERDICT_ACCEPT), testing::IsOk());
  peers_.fates = {FakePeers::Fate::kUnreachable};
  EXPECT_FALSE(Publish(coordinator_, need.need_id(), "p1").ok());
  const v1::NeedRecord publishing = Record(need.need_id());
  EXPECT_DOUBLE_EQ(publishing.publish_request().place().latitude(), kRoundLatitude);
  const auto published = Publish(coordinator_, need.need_id(), "p1");
  ASSERT_THAT(published, testing::IsOk());
  ExpectRounded(*published);
  EXPECT_DOUBLE_EQ(peers_.requests.back().place().latitude(), kLatitude);
  EXPECT_DOUBLE_EQ(peers_.requests.back().place().longitude(), kLongitude);
  for (const events::v1::Event& event : Events()) ExpectRounded(event.need_changed().need());
}

class ResourcePlaceTest : public ListsTest {
 protected:
  using Resources = rpc::AsyncOf<v1::ResourceService>;

  absl::StatusOr<v1::Resource> ResourceAtADoor(const std::string& owner = "") {
    v1::CreateResourceRequest request;
    request.set_request_id(NextRequest());
    request.set_title("轮椅");
    request.set_category("goods");
    request.set_area_code(kCommunity);
    request.set_capacity(1);
    request.set_owner_id(owner);
    request.mutable_place()->set_latitude(kLatitude);
    request.mutable_place()->set_longitude(kLongitude);
    return Call<v1::ResourceService>(&Resources::CreateResource, requester_, request);
  }
  v1::Resource Get(const std::string& token, const std::string& id) {
    v1::GetResourceRequest request;
    request.set_resource_id(id);
    return *Call<v1::ResourceService>(&Resources::GetResource, token, request);
  }
  v1::Resource First(const std::string& token) {
    v1::ListResourcesRequest request;
    request.set_area_code(kDistrict);
    return Call<v1::ResourceService>(&Resources::ListResources, token, request)->resources(0);
  }
  static void ExpectPlace(const v1::Resource& resource, double latitude, double longitude) {
    EXPECT_DOUBLE_EQ(resource.place().latitude(), latitude);
    EXPECT_DOUBLE_EQ(resource.place().longitude(), longitude);
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, ResourcePlaceTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis), BackendName);

TEST_P(ResourcePlaceTest, OnlyTheOwnerSeesExactlyWhereTheirResourceIs) {
  const auto created = ResourceAtADoor();
  ASSERT_THAT(created, testing::IsOk());
  const std::string& id = created->resource_id();
  ExpectPlace(*created, kLatitude, kLongitude);
  ExpectPlace(Get(requester_, id), kLatitude, kLongitude);
  ExpectPlace(First(requester_), kLatitude, kLongitude);
  for (const std::string& token : {coordinator_, tokens_.Person(NewPerson())}) {
    ExpectPlace(Get(token, id), kRoundLatitude, kRoundLongitude);
    ExpectPlace(First(token), kRoundLatitude, kRoundLongitude);
  }
  const auto record = testing::Run(loop_, replicas_[0]->records.Load(kResource, id));
  ExpectPlace(record->record.resource(), kRoundLatitude, kRoundLongitude);
  EXPECT_FALSE(record->record.sealed_place().empty());

  v1::WithdrawResourceRequest withdraw;
  withdraw.set_request_id("w1");
  withdraw.set_resource_id(id);
  withdraw.set_reason("已损坏");
  for (int i = 0; i < 2; ++i) {
    const auto withdrawn =
        Call<v1::ResourceService>(&Resources::WithdrawResource, coordinator_, withdraw);
    ASSERT_THAT(withdrawn, testing::IsOk());
    ExpectPlace(*withdrawn, kRoundLatitude, kRoundLongitude);
  }
  ExpectPlace(Get(requester_, id), kLatitude, kLongitude);
  for (const events::v1::Event& event : Events()) {
    ExpectPlace(event.resource_changed().resource(), kRoundLatitude, kRoundLongitude);
  }
}

TEST_P(ResourcePlaceTest, AUnitIsFoundAtItsAddress) {
  const std::string unit = ids::New("unt", 2);
  peers_.liaisons[unit] = requester_id_;
  const auto created = ResourceAtADoor(unit);
  ASSERT_THAT(created, testing::IsOk());
  EXPECT_TRUE(peers_.unit_asked_for.has_value()) << "on behalf of the caller";
  ExpectPlace(Get(tokens_.Person(NewPerson()), created->resource_id()), kLatitude, kLongitude);
}

}  // namespace
}  // namespace baodao::lists
