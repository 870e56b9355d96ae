// Login codes by an SMS gateway that takes them, fails and hangs.
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "baodao/registration/v1/sms.pb.h"
#include "common/testing/fake_clock.h"
#include "common/testing/http_server.h"
#include "common/testing/loop.h"
#include "common/testing/matchers.h"
#include "services/registration/app/code_sender.h"

namespace baodao::registration {
namespace {

class SmsTest : public ::testing::Test {
 protected:
  absl::Status Send(testing::HttpAnswer answer) {
    testing::HttpServer gateway([answer](const testing::HttpRequest&) { return answer; });
    webhook::Sender sender(loop_, gateway.url(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 1,
                           std::chrono::seconds(20));
    SmsCodeSender codes(sender, clock_, {"SMS_42", "验证码 {code}，{minutes} 分钟内有效"});
    // A little has passed since the code was made.
    const Time expires = clock_.Now() + std::chrono::minutes(5) - Millis(5);
    absl::Status status =
        testing::Run(loop_, codes.Send("lgn_1", "13812345678", "042042", expires));
    requests_ = gateway.requests();
    return status;
  }

  asio::io_context loop_;
  testing::FakeClock clock_{loop_};
  std::vector<testing::HttpRequest> requests_;
};

TEST_F(SmsTest, ACodeGoesOutByTemplateAndAsText) {
  ASSERT_THAT(Send({}), testing::IsOk());
  ASSERT_EQ(requests_.size(), 1u);
  EXPECT_EQ(requests_[0].headers.at("webhook-id"), "lgn_1");
  v1::Sms sms;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(requests_[0].body, &sms).ok());
  EXPECT_EQ(sms.phone(), "13812345678");
  EXPECT_EQ(sms.template_(), "SMS_42");
  EXPECT_EQ(sms.params().at("code"), "042042");
  EXPECT_EQ(sms.params().at("minutes"), "5");
  EXPECT_EQ(sms.text(), "验证码 042042，5 分钟内有效");
}

TEST_F(SmsTest, AGatewayThatFailsIsAnErrorThatDoesNotTellTheCode) {
  for (const int code : {503, 400}) {
    const absl::Status status = Send({code});
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
    EXPECT_EQ(status.ToString().find("042042"), std::string::npos);
    EXPECT_EQ(requests_.size(), 1u) << "tried once: the person asks again";
  }
}

TEST_F(SmsTest, ACodeThatMayArriveAllTheSameIsAnErrorOfItsOwn) {
  testing::HttpAnswer closes;
  closes.closes = true;
  const absl::Status status = Send(closes);
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
  EXPECT_EQ(status.ToString().find("042042"), std::string::npos);
}

}  // namespace
}  // namespace baodao::registration
