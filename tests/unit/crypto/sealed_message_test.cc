#include "common/crypto/sealed_message.h"

#include <gtest/gtest.h>

#include "baodao/common/v1/common.pb.h"
#include "common/testing/matchers.h"

namespace baodao::crypto {
namespace {

using common::v1::GeoPoint;

TEST(SealedMessage, OpensOnlyForItsPlace) {
  const KeyRing ring = KeyRing::Generate();
  GeoPoint home;
  home.set_latitude(31.27);
  const std::string sealed = SealMessage(ring, home, "person:per_1:home");
  const auto opened = OpenMessage<GeoPoint>(ring, sealed, "person:per_1:home");
  ASSERT_THAT(opened, testing::IsOk());
  EXPECT_EQ(opened->latitude(), 31.27);
  EXPECT_EQ(OpenMessage<GeoPoint>(ring, sealed, "person:per_2:home").status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(OpenMessage<GeoPoint>(ring, ring.Seal("\xff", "x"), "x").status().code(),
            absl::StatusCode::kDataLoss);
}

TEST(SealedMessage, NothingIsSealedToNothing) {
  const KeyRing ring = KeyRing::Generate();
  EXPECT_EQ(SealMessage(ring, GeoPoint(), "x"), "");
  EXPECT_THAT(OpenMessage<GeoPoint>(ring, "", "x"), testing::IsOk());
}

}  // namespace
}  // namespace baodao::crypto
