// A person cannot fill the lists: adding to them was once unlimited.
#include <gtest/gtest.h>

#include "common/testing/matchers.h"
#include "services/lists/store/records.h"
#include "tests/integration/lists/world.h"

namespace baodao::lists {
namespace {

class LimitsTest : public ListsTest {
 protected:
  absl::StatusOr<v1::Need> Raise(const v1::CreateNeedRequest& request) {
    return Call<v1::NeedService>(&Needs::CreateNeed, requester_, request);
  }
  absl::Status OfferRoom(const std::string& token) {
    return Call<v1::ResourceService>(&rpc::AsyncOf<v1::ResourceService>::CreateResource, token,
                                     RoomIn(kCommunity))
        .status();
  }
  absl::Status Propose(const std::string& token) {
    v1::CreateProjectRequest request;
    request.set_request_id(NextRequest());
    request.set_title("适老化改造");
    request.set_category("repair");
    request.set_area_code(kSubdistrict);
    return Call<v1::ProjectService>(&rpc::AsyncOf<v1::ProjectService>::CreateProject, token,
                                    request)
        .status();
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, LimitsTest, ::testing::Values(Backend::kMemory, Backend::kRedis),
                         BackendName);

TEST_P(LimitsTest, APersonRaisesFiftyNeedsADay) {
  const v1::CreateNeedRequest first = RequestFor(kCommunity);
  const auto raised = Raise(first);
  ASSERT_THAT(raised, testing::IsOk());
  // Wherever they are raised.
  for (int i = 1; i < kCreatedPerDay; ++i) {
    ASSERT_THAT(CreateNeed(requester_, i % 2 == 0 ? kCommunity : kElsewhere), testing::IsOk()) << i;
  }
  const v1::CreateNeedRequest more = RequestFor(kCommunity);
  for (int i = 0; i < 2; ++i) {
    const absl::Status refused = Raise(more).status();
    EXPECT_THAT(refused, testing::IsRefusal(Reason::RATE_LIMITED)) << refused;
    EXPECT_TRUE(RetryAfterOf(refused).has_value());
  }
  // A request that was answered before is answered again; other people and other lists are free.
  const auto again = Raise(first);
  ASSERT_THAT(again, testing::IsOk());
  EXPECT_EQ(again->need_id(), raised->need_id());
  EXPECT_THAT(CreateNeed(tokens_.Person(NewPerson()), kCommunity), testing::IsOk());
  EXPECT_THAT(OfferRoom(requester_), testing::IsOk());
  if (GetParam() != Backend::kMemory) return;  // Redis keeps its own time
  clock_.Advance(std::chrono::hours(24));
  EXPECT_THAT(CreateNeed(tokens_.Person(requester_id_), kCommunity), testing::IsOk());
}

TEST_P(LimitsTest, CopiesOfOneRequestCountOnce) {
  const v1::CreateNeedRequest request = RequestFor(kCommunity);
  for (int i = 0; i < kCreatedPerDay + 5; ++i) ASSERT_THAT(Raise(request), testing::IsOk()) << i;
  EXPECT_THAT(CreateNeed(requester_, kCommunity), testing::IsOk());
}

TEST_P(LimitsTest, ResourcesAndProjectsOfAPersonAreLimitedToo) {
  for (int i = 0; i < kCreatedPerDay; ++i) {
    ASSERT_THAT(OfferRoom(requester_), testing::IsOk()) << i;
    ASSERT_THAT(Propose(coordinator_), testing::IsOk()) << i;
  }
  EXPECT_THAT(OfferRoom(requester_), testing::IsRefusal(Reason::RATE_LIMITED));
  EXPECT_THAT(Propose(coordinator_), testing::IsRefusal(Reason::RATE_LIMITED));
}

}  // namespace
}  // namespace baodao::lists
