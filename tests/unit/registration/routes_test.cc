#include "services/registration/rpc/routes.h"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace baodao::registration {
namespace {

using google::protobuf::DescriptorPool;

// One person could write as often as the common bucket lets them read.
TEST(LimitWrites, GivesCostlyWritesBucketsOfTheirOwn) {
  rpc::RateLimits limits;
  LimitWrites(&limits);
  ASSERT_EQ(limits.methods.size(), 8u);
  for (const auto& [method, bucket] : limits.methods) {
    std::string name = method;
    std::replace(name.begin(), name.end(), '/', '.');
    EXPECT_NE(DescriptorPool::generated_pool()->FindMethodByName(name), nullptr) << name;
    rpc::RateLimiter limiter(10);
    const rpc::RateLimiter::Now now{};
    const bool update = method.ends_with("/UpdatePerson");
    for (int i = 0; i < (update ? 30 : 20); ++i) {
      EXPECT_EQ(limiter.Take("per_1", bucket, now).count(), 0) << i;
    }
    const auto wait = limiter.Take("per_1", bucket, now);
    EXPECT_NEAR(wait.count(), update ? 600'000 : 300'000, 1) << method;
    // Answers are kept for a day: so many at most.
    EXPECT_LT(bucket.burst + 86'400 * bucket.per_second, 400) << method;
  }
}

}  // namespace
}  // namespace baodao::registration
