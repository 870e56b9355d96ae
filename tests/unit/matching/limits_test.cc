#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "services/matching/rpc/handlers.h"

namespace baodao::matching {
namespace {

// One caller could ask for a recommendation, which looks at everybody, 50 times a second.
TEST(LimitMatching, GivesEveryMethodABucketOfItsOwn) {
  rpc::RateLimits limits;
  LimitMatching(&limits);
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  const auto* service = pool->FindServiceByName("baodao.matching.v1.MatchingService");
  ASSERT_NE(service, nullptr);
  EXPECT_EQ(limits.methods.size(), static_cast<size_t>(service->method_count()));
  for (const auto& [method, bucket] : limits.methods) {
    std::string name = method;
    std::replace(name.begin(), name.end(), '/', '.');
    EXPECT_NE(pool->FindMethodByName(name), nullptr) << name;
    const bool run = method.ends_with("/RunMatching");
    EXPECT_EQ(bucket.per_second, run ? 1 : 5) << name;
    EXPECT_EQ(bucket.burst, run ? 5 : 20) << name;
  }
}

}  // namespace
}  // namespace baodao::matching
