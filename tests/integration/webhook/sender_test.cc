// Webhooks against real servers that take them, fail, hang, answer late and are not there.
#include "common/webhook/sender.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <atomic>
#include <optional>

#include "common/testing/http_server.h"
#include "common/testing/loop.h"

namespace baodao::webhook {
namespace {

using testing::HttpAnswer;
using testing::HttpRequest;
using testing::HttpServer;

constexpr char kSecret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr Time kNow(std::chrono::seconds(1'614'265'330));

class SenderTest : public ::testing::Test {
 protected:
  Outcome SendTo(const std::string& url, Millis timeout = std::chrono::seconds(20)) {
    Sender sender(loop_, url, kSecret, 2, timeout);
    return testing::Run(loop_, sender.Send("msg_1", "{}", kNow));
  }
  Outcome AnswerWith(HttpAnswer answer, Millis timeout = std::chrono::seconds(20)) {
    HttpServer server([answer](const HttpRequest&) { return answer; });
    return SendTo(server.url(), timeout);
  }

  asio::io_context loop_;
};

TEST_F(SenderTest, WhatIsSentArrivesSigned) {
  HttpServer server([](const HttpRequest&) { return HttpAnswer{200, "thanks"}; });
  const Outcome outcome = SendTo(server.url());
  EXPECT_EQ(outcome.kind, Outcome::Kind::kAccepted);
  EXPECT_EQ(outcome.body, "thanks");
  ASSERT_EQ(server.requests().size(), 1u);
  const HttpRequest request = server.requests()[0];
  EXPECT_EQ(request.target, "/push");
  EXPECT_EQ(request.body, "{}");
  EXPECT_EQ(request.headers.at("webhook-id"), "msg_1");
  EXPECT_EQ(request.headers.at("webhook-timestamp"), "1614265330");
  EXPECT_TRUE(request.headers.at("webhook-signature").starts_with("v1,"));
  EXPECT_EQ(request.headers.at("content-type"), "application/json");
}

TEST_F(SenderTest, OnlyWhatIsWrongWithTheMessageIsNotTriedAgain) {
  for (const int status : {500, 503, 408, 425, 429, 401, 403, 404, 301, 302}) {
    EXPECT_EQ(AnswerWith({status}).kind, Outcome::Kind::kFailed) << status;
  }
  for (const int status : {400, 410, 413, 422}) {
    EXPECT_EQ(AnswerWith({status}).kind, Outcome::Kind::kRefused) << status;
  }
  EXPECT_EQ(AnswerWith({204}).kind, Outcome::Kind::kAccepted);
  const Outcome busy = AnswerWith({503, "", "retry-after: 120\r\n"});
  EXPECT_EQ(busy.retry_after, std::chrono::seconds(120));
  EXPECT_EQ(AnswerWith({503, "", "retry-after: 99999999999\r\n"}).retry_after,
            std::chrono::hours(24));
  EXPECT_EQ(busy.why, "HTTP 503");
}

TEST_F(SenderTest, AServerThatHangsCostsTheTimeoutAndNoMore) {
  HttpAnswer hangs;
  hangs.hangs = true;
  const Outcome outcome = AnswerWith(hangs, Millis(50));
  EXPECT_NE(outcome.kind, Outcome::Kind::kAccepted);
  EXPECT_FALSE(outcome.why.empty());
}

TEST_F(SenderTest, AServerThatIsNotThereIsAFailure) {
  std::string url;
  {
    HttpServer gone([](const HttpRequest&) { return HttpAnswer{}; });
    url = gone.url();
  }
  EXPECT_EQ(SendTo(url).kind, Outcome::Kind::kFailed);
}

TEST_F(SenderTest, ALongAnswerIsCutOffAndTheConnectionIsUsedAgain) {
  HttpServer server([](const HttpRequest&) { return HttpAnswer{200, std::string(1 << 20, 'x')}; });
  Sender sender(loop_, server.url(), kSecret, 1, std::chrono::seconds(20));
  for (int i = 0; i < 2; ++i) {
    const Outcome outcome = testing::Run(loop_, sender.Send("msg_1", "{}", kNow));
    EXPECT_EQ(outcome.kind, Outcome::Kind::kAccepted);
    EXPECT_EQ(outcome.body.size(), 64u * 1024);
  }
}

TEST_F(SenderTest, AServerThatGotItAndDoesNotAnswerMayHaveTakenIt) {
  HttpServer server([](const HttpRequest&) {
    HttpAnswer answer;
    answer.closes = true;
    return answer;
  });
  EXPECT_EQ(SendTo(server.url()).kind, Outcome::Kind::kUnanswered);
}

TEST_F(SenderTest, WhoeverWaitsMayGoAwayAndTheRestIsCutShort) {
  std::atomic<int> asked = 0;
  HttpServer server([&asked](const HttpRequest&) {
    ++asked;
    HttpAnswer hangs;
    hangs.hangs = true;
    return hangs;
  });
  const auto begun = std::chrono::steady_clock::now();
  bool ended = false;
  {
    Sender sender(loop_, server.url(), kSecret, 1, std::chrono::minutes(10));
    asio::cancellation_signal cancel;
    asio::co_spawn(loop_, sender.Send("msg_1", "{}", kNow),
                   asio::bind_cancellation_slot(
                       cancel.slot(), [&ended](std::exception_ptr, Outcome) { ended = true; }));
    ASSERT_TRUE(testing::Await(loop_, [&] { return asked == 1; }));
    cancel.emit(asio::cancellation_type::terminal);
    EXPECT_TRUE(testing::Await(loop_, [&] { return ended; }));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::minutes(5));
}

TEST_F(SenderTest, BeyondFourWaitingForEachThreadCallsFailAtOnce) {
  std::atomic<int> asked = 0;
  HttpServer server([&asked](const HttpRequest&) {
    ++asked;
    HttpAnswer hangs;
    hangs.hangs = true;
    return hangs;
  });
  int failed = 0;
  {
    Sender sender(loop_, server.url(), kSecret, 1, std::chrono::minutes(10));
    for (int i = 0; i < 6; ++i) {
      asio::co_spawn(loop_, sender.Send("msg", "{}", kNow),
                     [&failed](std::exception_ptr, Outcome outcome) {
                       failed += outcome.kind == Outcome::Kind::kFailed;
                     });
    }
    ASSERT_TRUE(testing::Await(loop_, [&] { return asked == 1 && failed == 2; }));
    sender.Stop();
  }
  EXPECT_EQ(asked, 1);
}

}  // namespace
}  // namespace baodao::webhook
