#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <set>
#include <string>

#include "common/testing/matchers.h"
#include "tests/integration/registration/fixture.h"

namespace baodao::registration {
namespace {

constexpr char kPhone[] = "13812345678";

class SessionServiceTest : public ServiceTest {
 protected:
  absl::StatusOr<v1::Tokens> Refresh(const std::string& token) {
    v1::RefreshTokensRequest request;
    request.set_refresh_token(token);
    return Call(*session_client_, &Sessions::RefreshTokens, "", request);
  }
  std::string WrongCode() { return sender_.codes[kPhone] == "000000" ? "000001" : "000000"; }
  absl::StatusOr<v1::ListRolesResponse> Grant(const std::string& token, const std::string& person,
                                              auth::v1::Role role, const std::string& area) {
    v1::GrantRoleRequest request;
    request.set_request_id(NextRequest());
    request.set_person_id(person);
    request.set_role(role);
    request.set_area_code(area);
    return Call(*session_client_, &Sessions::GrantRole, token, request);
  }
};

TEST_P(SessionServiceTest, FirstLoginCreatesThePersonOnce) {
  const Account account = LogIn(kPhone);
  EXPECT_EQ(account.tokens.person().phone(), kPhone);
  EXPECT_TRUE(account.id.starts_with("per_"));
  clock_.Advance(std::chrono::minutes(2));
  EXPECT_EQ(CountEvents([](const auto& event) { return event.has_profile_changed(); }), 1);
  v1::GetPersonRequest get;
  get.set_person_id(account.id);
  EXPECT_THAT(Call(*person_client_, &People::GetPerson, account.token, get), testing::IsOk());
}

TEST_P(SessionServiceTest, ANumberIsTheSameHoweverItIsWritten) {
  v1::RequestLoginCodeRequest ask;
  ask.set_phone("+86 138-1234-5678");
  const auto asked = Call(*session_client_, &Sessions::RequestLoginCode, "", ask);
  ASSERT_THAT(asked, testing::IsOk());
  const auto tokens =
      TryLogin("１３８ １２３４ ５６７８", sender_.codes["13812345678"], asked->challenge_id());
  ASSERT_THAT(tokens, testing::IsOk());
  EXPECT_EQ(tokens->person().phone(), "13812345678");
  ask.set_phone("13812345678");
  EXPECT_EQ(ReasonName(Call(*session_client_, &Sessions::RequestLoginCode, "", ask)),
            "RATE_LIMITED");  // it is that number's second code
  ask.set_phone("021-12345678");
  const auto landline = Call(*session_client_, &Sessions::RequestLoginCode, "", ask);
  EXPECT_EQ(ViolationsOf(landline.status()).at(0).kind, ViolationKind::BAD_FORMAT);
}

TEST_P(SessionServiceTest, ACodeWorksOnce) {
  const Account account = LogIn(kPhone);
  clock_.Advance(std::chrono::seconds(61));
  EXPECT_EQ(ReasonName(TryLogin(kPhone, sender_.codes[kPhone])), "LOGIN_CODE_EXPIRED");
}

// Whose answer was lost had to wait for another code, and left a session behind.
TEST_P(SessionServiceTest, ALoginWhoseAnswerWasLostIsRepeated) {
  const Account lost = LogIn(kPhone);
  const auto again = TryLogin(kPhone, sender_.codes[kPhone]);
  ASSERT_THAT(again, testing::IsOk());
  EXPECT_EQ(again->person().person_id(), lost.id);
  EXPECT_EQ(ReasonName(TryLogin(kPhone, WrongCode())), "LOGIN_CODE_WRONG");
  EXPECT_THAT(Refresh(again->refresh_token()), testing::IsOk());
  // Somebody has the tokens: the code is of no use any more.
  EXPECT_EQ(ReasonName(TryLogin(kPhone, sender_.codes[kPhone])), "LOGIN_CODE_EXPIRED");
}

// The first answer kept used to end the session: the second had put another token in its place.
TEST_P(SessionServiceTest, WhicheverAnswerOfARepeatedLoginIsKeptWorks) {
  for (const bool keep_first : {true, false}) {
    const std::string phone = keep_first ? "13812345678" : "13912345678";
    const Account first = LogIn(phone);
    const auto again = TryLogin(phone, sender_.codes[phone]);
    ASSERT_THAT(again, testing::IsOk());
    const v1::Tokens& kept = keep_first ? first.tokens : *again;
    EXPECT_EQ(ReasonName(Refresh(kept.refresh_token())), "OK");
  }
}

TEST_P(SessionServiceTest, WrongCodesAreCountedAndThenNothingWorks) {
  ASSERT_THAT(Ask(kPhone), testing::IsOk());
  for (int left = 4; left >= 0; --left) {
    const auto wrong = TryLogin(kPhone, WrongCode());
    EXPECT_EQ(ReasonName(wrong), "LOGIN_CODE_WRONG");
    EXPECT_EQ(MetadataOf(wrong.status())["left"], std::to_string(left));
  }
  EXPECT_EQ(ReasonName(TryLogin(kPhone, sender_.codes[kPhone])), "TOO_MANY_ATTEMPTS");
}

TEST_P(SessionServiceTest, ACodeRunsOutAndIsForgotten) {
  ASSERT_THAT(Ask(kPhone), testing::IsOk());
  Advance(std::chrono::minutes(5));
  EXPECT_EQ(ReasonName(TryLogin(kPhone, sender_.codes[kPhone])), "LOGIN_CODE_EXPIRED");
  EXPECT_FALSE(Run(records_->Find(kLoginCode, challenges_[kPhone]))->exists());
}

TEST_P(SessionServiceTest, CodesAreLimitedPerPhone) {
  ASSERT_THAT(Ask(kPhone), testing::IsOk());
  const auto second = Ask(kPhone);
  EXPECT_EQ(ReasonName(second), "RATE_LIMITED");
  EXPECT_TRUE(RetryAfterOf(second.status()).has_value());
  EXPECT_THAT(Ask("13912345678"), testing::IsOk());
  EXPECT_EQ(sender_.sent, 2);
}

TEST_P(SessionServiceTest, AFailedSendMayBeTriedAgainAtOnce) {
  sender_.broken = true;
  EXPECT_EQ(ReasonName(Ask(kPhone)), "SENDER_FAILED");
  sender_.broken = false;
  EXPECT_THAT(Ask(kPhone), testing::IsOk());
}

// Ten of them used to lock the phone out for a day.
TEST_P(SessionServiceTest, FailedSendsDoNotCountAgainstTheDay) {
  sender_.broken = true;
  for (int i = 0; i < 12; ++i) EXPECT_EQ(ReasonName(Ask(kPhone)), "SENDER_FAILED");
  sender_.broken = false;
  EXPECT_THAT(Ask(kPhone), testing::IsOk());
}

// A gateway that answers too late would send a phone as many codes as anybody asks for.
TEST_P(SessionServiceTest, ACodeThatMayArriveAllTheSameCounts) {
  sender_.silent = true;
  EXPECT_EQ(ReasonName(Ask(kPhone)), "SENDER_FAILED");
  sender_.silent = false;
  EXPECT_EQ(ReasonName(Ask(kPhone)), "RATE_LIMITED");
}

// It used to be replaced by one that never left.
TEST_P(SessionServiceTest, AFailedSendLeavesTheCodeThatArrived) {
  ASSERT_THAT(Ask(kPhone), testing::IsOk());
  clock_.Advance(std::chrono::seconds(61));
  // The counters of a real Redis live by its own clock.
  if (GetParam() == Backend::kRedis) ForgetLastMinute(kPhone);
  sender_.broken = true;
  EXPECT_EQ(ReasonName(Ask(kPhone)), "SENDER_FAILED");
  EXPECT_THAT(TryLogin(kPhone, sender_.codes[kPhone]), testing::IsOk());
}

// They used to name the whole window, or nothing.
TEST_P(SessionServiceTest, RefusalsSayWhenToComeBack) {
  ASSERT_THAT(Ask(kPhone), testing::IsOk());
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(TryLogin(kPhone, WrongCode()).ok());
  clock_.Advance(std::chrono::seconds(20));
  const auto exhausted = TryLogin(kPhone, WrongCode());
  EXPECT_EQ(ReasonName(exhausted), "TOO_MANY_ATTEMPTS");
  EXPECT_EQ(RetryAfterOf(exhausted.status()), Millis(40'000));
  if (GetParam() == Backend::kRedis) return;
  const auto again = Ask(kPhone);
  EXPECT_EQ(ReasonName(again), "RATE_LIMITED");
  EXPECT_EQ(RetryAfterOf(again.status()), Millis(40'000));
}

TEST_P(SessionServiceTest, MalformedPhonesAreRefused) {
  EXPECT_EQ(ReasonName(Ask("123")), "INVALID_ARGUMENT_FIELDS");
  ASSERT_THAT(Ask(kPhone), testing::IsOk());
  EXPECT_EQ(ReasonName(TryLogin(kPhone, "12345")), "INVALID_ARGUMENT_FIELDS");
}

TEST_P(SessionServiceTest, RefreshRotatesAndReuseEndsTheSession) {
  const Account account = LogIn(kPhone);
  const auto second = Refresh(account.tokens.refresh_token());
  ASSERT_THAT(second, testing::IsOk());
  EXPECT_EQ(second->person().person_id(), account.id);
  const auto third = Refresh(second->refresh_token());
  ASSERT_THAT(third, testing::IsOk());
  clock_.Advance(std::chrono::seconds(61));
  // The very first one again: somebody else has it. The session ends for both.
  EXPECT_EQ(ReasonName(Refresh(account.tokens.refresh_token())), "REFRESH_TOKEN_REUSED");
  EXPECT_EQ(ReasonName(Refresh(third->refresh_token())), "SESSION_ENDED");
}

TEST_P(SessionServiceTest, ForeignRefreshTokensAreInvalid) {
  const Account account = LogIn(kPhone);
  std::string forged = account.tokens.refresh_token();
  forged.back() = forged.back() == '0' ? '1' : '0';
  EXPECT_EQ(ReasonName(Refresh(forged)), "REFRESH_TOKEN_INVALID");
  EXPECT_EQ(ReasonName(Refresh("nonsense")), "REFRESH_TOKEN_INVALID");
  EXPECT_THAT(Refresh(account.tokens.refresh_token()), testing::IsOk());
}

TEST_P(SessionServiceTest, SessionsRunOut) {
  const Account account = LogIn(kPhone);
  Advance(std::chrono::hours(24 * 30));
  EXPECT_EQ(ReasonName(Refresh(account.tokens.refresh_token())), "REFRESH_TOKEN_INVALID");
}

TEST_P(SessionServiceTest, LogoutEndsTheSessionAndTheTokenRunsOut) {
  const Account account = LogIn(kPhone);
  EXPECT_THAT(Call(*session_client_, &Sessions::Logout, account.token, v1::LogoutRequest()),
              testing::IsOk());
  EXPECT_THAT(Call(*session_client_, &Sessions::Logout, account.token, v1::LogoutRequest()),
              testing::IsOk());
  EXPECT_EQ(ReasonName(Refresh(account.tokens.refresh_token())), "SESSION_ENDED");
  EXPECT_EQ(CountEvents(
                [&](const auto& event) { return event.session_ended().person_id() == account.id; }),
            1);
  clock_.Advance(std::chrono::minutes(16));
  EXPECT_EQ(
      ReasonName(Call(*session_client_, &Sessions::Logout, account.token, v1::LogoutRequest())),
      "TOKEN_EXPIRED");
}

TEST_P(SessionServiceTest, RolesComeWithTheNextToken) {
  const Account account = LogIn(kPhone);
  const Account other = LogIn("13912345678");
  EXPECT_EQ(ReasonName(Grant(account.token, other.id, auth::v1::ROLE_COORDINATOR, "c1")),
            "PERMISSION_DENIED");
  const auto granted = Grant(tokens_.Operator(), account.id, auth::v1::ROLE_COORDINATOR, "s1");
  ASSERT_THAT(granted, testing::IsOk());
  EXPECT_EQ(granted->grants_size(), 1);
  const auto renewed = Refresh(account.tokens.refresh_token());
  ASSERT_THAT(renewed, testing::IsOk());
  const std::string& token = renewed->access_token();
  EXPECT_THAT(Grant(token, other.id, auth::v1::ROLE_COORDINATOR, "c1"), testing::IsOk());
  EXPECT_EQ(ReasonName(Grant(token, other.id, auth::v1::ROLE_COORDINATOR, "c3")),
            "PERMISSION_DENIED");
  EXPECT_EQ(ReasonName(Grant(token, other.id, auth::v1::ROLE_COORDINATOR, "d1")),
            "PERMISSION_DENIED");
  EXPECT_EQ(ReasonName(Grant(token, other.id, auth::v1::ROLE_OPERATOR, "c1")), "GRANT_TOO_WIDE");
  EXPECT_EQ(CountEvents([](const auto& event) {
              return event.has_role_changed() && event.role_changed().granted();
            }),
            2);
}

TEST_P(SessionServiceTest, RolesAreRevoked) {
  const Account account = LogIn(kPhone);
  ASSERT_THAT(Grant(tokens_.Operator(), account.id, auth::v1::ROLE_COORDINATOR, "s1"),
              testing::IsOk());
  v1::RevokeRoleRequest revoke;
  revoke.set_request_id("revoke");
  revoke.set_person_id(account.id);
  revoke.set_role(auth::v1::ROLE_COORDINATOR);
  revoke.set_area_code("s1");
  const auto left = Call(*session_client_, &Sessions::RevokeRole, Coordinator("d1"), revoke);
  ASSERT_THAT(left, testing::IsOk());
  EXPECT_EQ(left->grants_size(), 0);
  v1::ListRolesRequest list;
  list.set_person_id(account.id);
  EXPECT_EQ(Call(*session_client_, &Sessions::ListRoles, account.token, list)->grants_size(), 0);
}

// One begins it; to the others it is a login whose answer was lost.
TEST_P(SessionServiceTest, ConcurrentLoginsWithOneCodeMakeOneSession) {
  ASSERT_THAT(Ask(kPhone), testing::IsOk());
  const int kCallers = 20;
  int done = 0;
  std::set<std::string> sessions;
  auto login = [&]() -> Task<void> {
    v1::LoginRequest request;
    request.set_phone(kPhone);
    request.set_code(sender_.codes[kPhone]);
    request.set_challenge_id(challenges_[kPhone]);
    const auto tokens =
        co_await session_client_->Call(&Sessions::Login, rpc::CallOptions(), std::move(request));
    ++done;
    if (tokens.ok()) sessions.insert(app_->vault.SessionOf(tokens->refresh_token()));
  };
  for (int i = 0; i < kCallers; ++i) asio::co_spawn(loop_, login(), asio::detached);
  loop_.restart();
  while (done < kCallers) {
    clock_.Advance(Millis(1));  // those who conflicted wait a moment
    loop_.run_one_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(sessions.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Stores, SessionServiceTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis), BackendName);

}  // namespace
}  // namespace baodao::registration
