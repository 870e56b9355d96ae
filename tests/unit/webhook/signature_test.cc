// Signatures and settings of webhooks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/webhook/sender.h"

namespace baodao::webhook {
namespace {

using ::testing::ElementsAre;

// The key and signature are those of the example in the specification's documentation.
TEST(Webhook, IsSignedAsTheSpecificationDoes) {
  const auto key = KeyOf("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  ASSERT_TRUE(key);
  const Time now(std::chrono::seconds(1'614'265'330));
  EXPECT_THAT(
      HeadersOf("msg_p5jXN8AQM9LWM0D4loKWxJek", "{\"test\": 2432232314}", *key, now),
      ElementsAre("content-type: application/json", "webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek",
                  "webhook-timestamp: 1614265330",
                  "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
}

TEST(Webhook, SecretsThatNobodyShouldUseAreNone) {
  EXPECT_FALSE(KeyOf(""));
  EXPECT_FALSE(KeyOf("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")) << "no whsec_";
  EXPECT_FALSE(KeyOf("whsec_c2hvcnQ=")) << "five bytes";
  EXPECT_FALSE(KeyOf("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw!"));
  EXPECT_EQ(Secret()(config::Value(std::string())), "");
  EXPECT_NE(Secret()(config::Value(std::string("whsec_"))), "");
}

TEST(Webhook, AnAddressIsSecureUnlessItIsHere) {
  const auto judged = [](std::string url) { return Url()(config::Value(std::move(url))); };
  for (const char* url : {"https://push.example.cn/v1", "http://127.0.0.1:8080", "http://[::1]/x",
                          "http://localhost", ""}) {
    EXPECT_EQ(judged(url), "") << url;
  }
  for (const char* url :
       {"push.example.cn", "ftp://push.example.cn", "https://", "file:///etc", "http://10.0.0.1",
        "http://localhost.example.cn", "https://user:word@push.example.cn"}) {
    EXPECT_NE(judged(url), "") << url;
  }
}

}  // namespace
}  // namespace baodao::webhook
