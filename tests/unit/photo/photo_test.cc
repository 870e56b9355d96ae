#include "common/photo/photo.h"

#include <gtest/gtest.h>

#include <string>

#include "common/status/status.h"
#include "common/testing/matchers.h"

namespace baodao::photo {
namespace {

TEST(Photo, LiesAtAnHttpsAddressAndHasASha256) {
  google::protobuf::RepeatedPtrField<common::v1::Photo> photos;
  EXPECT_THAT(CheckPhotos(photos, "photos"), testing::IsOk());
  for (int i = 0; i < 2; ++i) {
    photos.Add()->set_url("https://photos.example.org/1.jpg");
    photos[i].set_sha256(std::string(32, 'x'));
  }
  EXPECT_THAT(CheckPhotos(photos, "photos"), testing::IsOk());
  photos[1].set_sha256(std::string(31, 'x'));
  EXPECT_EQ(ViolationsOf(CheckPhotos(photos, "photos"))[0].field, "photos[1].sha256");
  for (const char* url : {"http://photos.example.org/1.jpg", "https://", "1.jpg"}) {
    photos[0].set_url(url);
    EXPECT_EQ(ViolationsOf(CheckPhotos(photos, "photos"))[0].field, "photos[0].url") << url;
    EXPECT_EQ(ViolationsOf(CheckPhoto(photos[0], "photo"))[0].field, "photo.url") << url;
  }
}

}  // namespace
}  // namespace baodao::photo
