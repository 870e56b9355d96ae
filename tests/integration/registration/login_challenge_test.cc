// Login codes against strangers, and against outages.
#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "common/testing/matchers.h"
#include "tests/integration/registration/fixture.h"

namespace baodao::registration {
namespace {

constexpr char kPhone[] = "13812345678";
constexpr char kHome[] = "10.0.0.7";
constexpr char kStranger[] = "10.9.9.9";

class LoginChallengeTest : public ServiceTest {
 protected:
  std::string WrongCode() { return sender_.codes[kPhone] == "000000" ? "000001" : "000000"; }
};

// These tests need a store with faults and delays, and counters that follow the test's clock: those
// of a real Redis live by its own.
class LoginFaultsTest : public LoginChallengeTest {};

INSTANTIATE_TEST_SUITE_P(Stores, LoginFaultsTest, ::testing::Values(Backend::kMemory), BackendName);

// Five wrong guesses of anybody ended the one code there was.
TEST_P(LoginChallengeTest, AStrangersGuessesDoNotTouchALiveCode) {
  const auto mine = Ask(kPhone, kHome);
  ASSERT_THAT(mine, testing::IsOk());
  const std::string code = sender_.codes[kPhone];
  const auto theirs = Ask(kPhone, kStranger);
  ASSERT_THAT(theirs, testing::IsOk());
  EXPECT_NE(mine->challenge_id(), theirs->challenge_id());
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(ReasonName(TryLogin(kPhone, WrongCode(), theirs->challenge_id())),
              "LOGIN_CODE_WRONG");
  }
  EXPECT_EQ(ReasonName(TryLogin(kPhone, sender_.codes[kPhone], theirs->challenge_id())),
            "TOO_MANY_ATTEMPTS");
  EXPECT_EQ(ReasonName(TryLogin(kPhone, code, mine->challenge_id())), "OK");
}

// Who holds no challenge cannot tell a phone with a live code from one with none, or with one that
// has been tried too often.
TEST_P(LoginChallengeTest, WithoutTheChallengeAllRefusalsLookAlike) {
  const auto mine = Ask(kPhone, kHome);
  ASSERT_THAT(mine, testing::IsOk());
  const std::string code = sender_.codes[kPhone];
  const auto others = Ask("13912345678", kStranger);
  ASSERT_THAT(others, testing::IsOk());
  const std::string unknown = ids::New("chl", app_->keys.PhoneShard(app_->vault.PhoneHash(kPhone)));
  const auto guess = [&](const std::string& phone, const std::string& challenge) {
    return TryLogin(phone, code, challenge).status();
  };
  const absl::Status live = guess(kPhone, unknown);
  EXPECT_THAT(live, testing::IsRefusal(Reason::LOGIN_CODE_EXPIRED)) << live;
  EXPECT_EQ(guess(kPhone, others->challenge_id()), live) << "a challenge of another phone";
  EXPECT_EQ(guess("13712345678", unknown), live) << "a phone nobody asked for";
  for (int i = 0; i < 6; ++i) {
    EXPECT_FALSE(TryLogin(kPhone, WrongCode(), mine->challenge_id()).ok());
  }
  EXPECT_EQ(guess(kPhone, unknown), live) << "a phone whose code is used up";
  EXPECT_EQ(ReasonName(TryLogin(kPhone, code, others->challenge_id())), "LOGIN_CODE_EXPIRED");
  EXPECT_EQ(ReasonName(TryLogin(kPhone, code, "chl_nonsense")), "INVALID_ARGUMENT_FIELDS");
}

// Ten requests of anybody used up a phone's day.
TEST_P(LoginChallengeTest, AStrangerOnOneAddressCannotUseUpAPhonesDay) {
  app_->limits.code_interval = Millis(1);
  int got = 0;
  for (int i = 0; i < 30; ++i) {
    if (Ask(kPhone, kStranger).ok()) ++got;
    clock_.Advance(Millis(2));
    std::this_thread::sleep_for(Millis(GetParam() == Backend::kRedis ? 2 : 0));
  }
  EXPECT_LE(got, app_->limits.codes_per_day / 2);
  EXPECT_THAT(Ask(kPhone, kHome), testing::IsOk());
}

TEST_P(LoginChallengeTest, AStrangersRequestDoesNotMakeThePhoneWait) {
  ASSERT_THAT(Ask(kPhone, kStranger), testing::IsOk());
  EXPECT_EQ(ReasonName(Ask(kPhone, kStranger)), "RATE_LIMITED");
  EXPECT_THAT(Ask(kPhone, kHome), testing::IsOk());
}

TEST_P(LoginChallengeTest, ADeviceThatSignedInHasALaneOfItsOwn) {
  app_->limits.codes_per_day = 2;
  const Account account = LogIn(kPhone);
  const std::string& device = account.tokens.device_token();
  ASSERT_FALSE(device.empty());
  // One of the two was its own; others take what is left, from wherever.
  ASSERT_THAT(Ask(kPhone, kStranger), testing::IsOk());
  EXPECT_EQ(ReasonName(Ask(kPhone, "10.9.9.10")), "RATE_LIMITED");
  const auto asked = Ask(kPhone, kHome, device);
  ASSERT_THAT(asked, testing::IsOk());
  EXPECT_EQ(ReasonName(TryLogin(kPhone, sender_.codes[kPhone])), "OK");
  EXPECT_EQ(ReasonName(Ask(kPhone, kHome, device)), "RATE_LIMITED") << "it has limits, too";
  // It is worth something for its phone only, and for as long as it says.
  EXPECT_EQ(ReasonName(Ask(kPhone, kHome, "nonsense")), "RATE_LIMITED");
  EXPECT_EQ(ReasonName(Ask(kPhone, kHome, device + "0")), "RATE_LIMITED");
  ASSERT_THAT(Ask("13912345678", kStranger), testing::IsOk());
  EXPECT_EQ(ReasonName(Ask("13912345678", kStranger, device)), "RATE_LIMITED");
}

TEST_P(LoginFaultsTest, EachDeviceHasALaneOfItsOwn) {
  app_->limits.codes_per_day = 2;
  const std::string first = LogIn(kPhone).tokens.device_token();
  clock_.Advance(std::chrono::minutes(1));
  const std::string second = LogIn(kPhone).tokens.device_token();
  const auto use_up = [&](const std::string& device) {
    for (int i = 0; i < 2; ++i) {
      clock_.Advance(std::chrono::minutes(1));
      EXPECT_EQ(ReasonName(Ask(kPhone, kHome, device)), "OK");
    }
  };
  use_up(first);
  clock_.Advance(std::chrono::minutes(1));
  EXPECT_EQ(ReasonName(Ask(kPhone, kHome, first)), "RATE_LIMITED");
  // It is the same device after its next login: signing in anew gives it no other lane.
  use_up(second);
  const auto again = TryLogin(kPhone, sender_.codes[kPhone]);
  ASSERT_THAT(again, testing::IsOk());
  clock_.Advance(std::chrono::minutes(1));
  EXPECT_EQ(ReasonName(Ask(kPhone, kHome, again->device_token())), "RATE_LIMITED");
}

// A device that has used up its own codes may still use those that anybody has.
TEST_P(LoginFaultsTest, ADeviceWhoseLaneIsUsedUpHasWhatAnybodyHas) {
  app_->limits.codes_per_day = 4;
  const std::string device = LogIn(kPhone).tokens.device_token();
  const auto asked = [&] {
    clock_.Advance(std::chrono::minutes(1));
    return std::string(ReasonName(Ask(kPhone, kHome, device)));
  };
  for (int i = 0; i < 4; ++i) EXPECT_EQ(asked(), "OK");
  // Half of what anybody has, for one address.
  EXPECT_EQ(asked(), "OK");
  EXPECT_EQ(ReasonName(Ask(kPhone, kHome, device)), "RATE_LIMITED") << "once a minute";
  EXPECT_EQ(asked(), "OK");
  EXPECT_EQ(asked(), "RATE_LIMITED");
}

TEST_P(LoginChallengeTest, ADeviceWhoseTokensWereStolenIsNotKnownAnyMore) {
  app_->limits.codes_per_day = 1;
  const Account account = LogIn(kPhone);
  const auto refresh = [&](const std::string& token) {
    v1::RefreshTokensRequest request;
    request.set_refresh_token(token);
    return Call(*session_client_, &Sessions::RefreshTokens, "", request);
  };
  const auto next = refresh(account.tokens.refresh_token());
  ASSERT_THAT(next, testing::IsOk());
  clock_.Advance(std::chrono::hours(1));
  EXPECT_EQ(ReasonName(refresh(account.tokens.refresh_token())), "REFRESH_TOKEN_REUSED");
  EXPECT_EQ(ReasonName(Ask(kPhone, kHome, next->device_token())), "RATE_LIMITED");
}

TEST_P(LoginFaultsTest, ADeviceIsForgottenAfterAWhile) {
  app_->limits.codes_per_day = 1;
  const Account account = LogIn(kPhone);
  clock_.Advance(kDeviceLife - std::chrono::hours(1));
  ASSERT_THAT(Ask(kPhone, kStranger), testing::IsOk());
  EXPECT_EQ(ReasonName(Ask(kPhone, kHome, account.tokens.device_token())), "OK");
  clock_.Advance(std::chrono::hours(2));
  EXPECT_EQ(ReasonName(Ask(kPhone, kHome, account.tokens.device_token())), "RATE_LIMITED");
}

// While a code is on its way another one of the phone waits, so that no two pass one limit; a known
// device does not wait for strangers.
TEST_P(LoginFaultsTest, OneCodeAtATimeIsOnItsWay) {
  auto* memory = dynamic_cast<store::MemoryStore*>(store_);
  const Account account = LogIn(kPhone);
  std::vector<std::string> meanwhile;
  auto ask = [&](std::string device) -> Task<void> {
    v1::RequestLoginCodeRequest request;
    request.set_phone(kPhone);
    request.set_device_token(std::move(device));
    const auto answer = co_await session_client_->Call(&Sessions::RequestLoginCode,
                                                       rpc::CallOptions(), std::move(request));
    meanwhile.push_back(ReasonName(answer));
  };
  clock_.Advance(std::chrono::minutes(2));
  memory->SetFaults([](std::string_view, std::string_view) {
    store::Fault slow;
    slow.delay = Millis(20);
    return slow;
  });
  for (int i = 0; i < 5; ++i) asio::co_spawn(loop_, ask(""), asio::detached);
  asio::co_spawn(loop_, ask(account.tokens.device_token()), asio::detached);
  loop_.restart();
  while (meanwhile.size() < 6) {
    clock_.Advance(Millis(1));
    loop_.run_one_for(Millis(10));
  }
  EXPECT_EQ(std::count(meanwhile.begin(), meanwhile.end(), "OK"), 2);
  EXPECT_EQ(std::count(meanwhile.begin(), meanwhile.end(), "RATE_LIMITED"), 4);
  EXPECT_EQ(sender_.sent, 1 + 2);
}

// Requests that were to be refused took the place of the phone's own, again and again.
TEST_P(LoginFaultsTest, WhoIsOverALimitDoesNotMakeThePhoneWait) {
  auto* const memory = static_cast<store::MemoryStore*>(store_);
  SessionHandlers handlers(*app_);
  std::vector<std::string> strangers, owner;
  auto ask = [&](std::string address, std::vector<std::string>* answers) -> Task<void> {
    auto state = std::make_shared<rpc::CallContext::State>();
    state->caller = std::make_shared<const auth::Principal>();
    state->address = std::move(address);
    v1::RequestLoginCodeRequest request;
    request.set_phone(kPhone);
    rpc::CallContext context(std::move(state));
    const auto answer = co_await handlers.RequestLoginCode(std::move(context), request);
    answers->push_back(ReasonName(answer));
  };
  Run(ask(kStranger, &strangers));
  ASSERT_EQ(strangers, std::vector<std::string>{"OK"});
  memory->SetFaults([](std::string_view, std::string_view) {
    store::Fault slow;
    slow.delay = Millis(20);
    return slow;
  });
  for (int i = 0; i < 5; ++i) asio::co_spawn(loop_, ask(kStranger, &strangers), asio::detached);
  asio::co_spawn(loop_, ask(kHome, &owner), asio::detached);
  loop_.restart();
  while (strangers.size() + owner.size() < 7) {
    clock_.Advance(Millis(1));
    loop_.run_one_for(Millis(10));
  }
  EXPECT_EQ(owner, std::vector<std::string>{"OK"});
  EXPECT_EQ(std::count(strangers.begin(), strangers.end(), "RATE_LIMITED"), 5);
}

// A minute of RATE_LIMITED came after an answer that said UNAVAILABLE.
TEST_P(LoginChallengeTest, WhatWasNotSentIsNotCounted) {
  app_->limits = {std::chrono::minutes(1), 2, 2};
  sender_.broken = true;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(ReasonName(Ask(kPhone, kHome)), "SENDER_FAILED");
  sender_.broken = false;
  if (auto* memory = dynamic_cast<store::MemoryStore*>(store_)) {
    // Either call of the store may fail, with or without its effect.
    for (const bool after : {false, true}) {
      for (const char* method : {"ReadCounter", "Apply"}) {
        memory->SetFaults([&](std::string_view called, std::string_view) {
          store::Fault fault;
          if (called == method) (after ? fault.fail_after : fault.fail_before) = true;
          return fault;
        });
        EXPECT_EQ(ReasonName(Ask(kPhone, kHome)), "STORE_UNAVAILABLE") << method;
      }
    }
    memory->SetFaults({});
  }
  EXPECT_EQ(sender_.sent, 0);
  EXPECT_EQ(ReasonName(Ask(kPhone, kHome)), "OK");
  EXPECT_EQ(ReasonName(Ask(kPhone, kHome)), "RATE_LIMITED") << "what was sent is counted";
  EXPECT_EQ(ReasonName(TryLogin(kPhone, sender_.codes[kPhone])), "OK");
}

// The code has arrived: it works, also when the store fails at the very end.
TEST_P(LoginFaultsTest, WhatWasSentWorksAlthoughItCouldNotBeCounted) {
  auto* memory = dynamic_cast<store::MemoryStore*>(store_);
  memory->SetFaults([](std::string_view called, std::string_view) {
    store::Fault fault;
    fault.fail_before = called == "Increment";
    return fault;
  });
  EXPECT_EQ(ReasonName(Ask(kPhone, kHome)), "OK");
  memory->SetFaults({});
  EXPECT_EQ(ReasonName(TryLogin(kPhone, sender_.codes[kPhone])), "OK");
}

// Nothing of it stays behind.
TEST_P(LoginChallengeTest, AChallengeWhoseCodeCouldNotBeSentIsGone) {
  sender_.broken = true;
  EXPECT_EQ(ReasonName(Ask(kPhone, kHome)), "SENDER_FAILED");
  for (int shard = 0; shard < kShards; ++shard) {
    EXPECT_FALSE(Run(store_->NextTimer(shard))->has_value());
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, LoginChallengeTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis), BackendName);

}  // namespace
}  // namespace baodao::registration
