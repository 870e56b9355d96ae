// Sessions and roles against thieves, the revoked, and bad networks.
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <chrono>
#include <future>
#include <string>
#include <vector>

#include "common/status/grpc.h"
#include "common/testing/matchers.h"
#include "tests/integration/registration/fixture.h"

namespace baodao::registration {
namespace {

class SessionSafetyTest : public ServiceTest {
 protected:
  absl::StatusOr<v1::Tokens> Refresh(const std::string& token) {
    v1::RefreshTokensRequest request;
    request.set_refresh_token(token);
    return Call(*session_client_, &Sessions::RefreshTokens, "", request);
  }
  // COORDINATOR of the area, for the person.
  std::string Grant(const std::string& token, const std::string& person, const std::string& area) {
    v1::GrantRoleRequest request;
    request.set_request_id(NextRequest());
    request.set_person_id(person);
    request.set_role(auth::v1::ROLE_COORDINATOR);
    request.set_area_code(area);
    return ReasonName(Call(*session_client_, &Sessions::GrantRole, token, request));
  }
  std::string Revoke(const std::string& token, const std::string& person, const std::string& area) {
    v1::RevokeRoleRequest request;
    request.set_request_id(NextRequest());
    request.set_person_id(person);
    request.set_role(auth::v1::ROLE_COORDINATOR);
    request.set_area_code(area);
    return ReasonName(Call(*session_client_, &Sessions::RevokeRole, token, request));
  }
  int RolesOf(const std::string& person) {
    v1::ListRolesRequest request;
    request.set_person_id(person);
    return Call(*session_client_, &Sessions::ListRoles, tokens_.Operator(), request)->grants_size();
  }
  // Asks for a code the way the TLS edge does for a client at this address.
  absl::Status AskFrom(const std::string& address, const std::string& phone) {
    const auto stub = v1::SessionService::NewStub(channel().grpc());
    grpc::ClientContext context;
    context.AddMetadata("x-real-ip", address);
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    v1::RequestLoginCodeRequest request;
    request.set_phone(phone);
    v1::RequestLoginCodeResponse response;
    auto answer = std::async(std::launch::async,
                             [&] { return stub->RequestLoginCode(&context, request, &response); });
    while (answer.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
      loop_.restart();
      loop_.run_one_for(std::chrono::milliseconds(10));
    }
    return FromGrpc(answer.get());
  }
};

// The access token carries the role for 15 minutes after it was revoked: enough to take it back.
TEST_P(SessionSafetyTest, ARevokedCoordinatorCannotGrantTheRoleAgain) {
  const Account account = LogIn("13812345678");
  const Account friend_ = LogIn("13912345678");
  ASSERT_EQ(Grant(tokens_.Operator(), account.id, "s1"), "OK");
  const auto renewed = Refresh(account.tokens.refresh_token());
  ASSERT_THAT(renewed, testing::IsOk());
  const std::string& token = renewed->access_token();
  ASSERT_EQ(Grant(token, friend_.id, "c1"), "OK");
  ASSERT_EQ(Revoke(tokens_.Operator(), account.id, "s1"), "OK");
  for (const std::string& person : {account.id, friend_.id}) {
    EXPECT_EQ(Grant(token, person, "c2"), "GRANT_TOO_WIDE");
  }
  EXPECT_EQ(Revoke(token, friend_.id, "c1"), "GRANT_TOO_WIDE");
  EXPECT_EQ(RolesOf(account.id), 0);
  EXPECT_EQ(RolesOf(friend_.id), 1);
}

// One for every area below: then the role could be revoked, and they stayed.
TEST_P(SessionSafetyTest, NobodyGrantsThemselvesARoleThatOutlivesTheirOwn) {
  const Account account = LogIn("13812345678");
  ASSERT_EQ(Grant(tokens_.Operator(), account.id, "s1"), "OK");
  const auto renewed = Refresh(account.tokens.refresh_token());
  ASSERT_THAT(renewed, testing::IsOk());
  EXPECT_EQ(Grant(renewed->access_token(), account.id, "c1"), "GRANT_TOO_WIDE");
  EXPECT_EQ(RolesOf(account.id), 1);
  EXPECT_EQ(Revoke(renewed->access_token(), account.id, "s1"), "OK") << "it widens nothing";
  EXPECT_EQ(RolesOf(account.id), 0);
}

// The API says "below themselves", but equals could remove each other.
TEST_P(SessionSafetyTest, CoordinatorsOfOneAreaCannotRevokeEachOther) {
  const Account account = LogIn("13812345678");
  ASSERT_EQ(Grant(tokens_.Operator(), account.id, "s1"), "OK");
  EXPECT_EQ(Revoke(Coordinator("s1"), account.id, "s1"), "GRANT_TOO_WIDE");
  EXPECT_EQ(Grant(Coordinator("s1"), account.id, "s1"), "GRANT_TOO_WIDE");
  EXPECT_EQ(Revoke(Coordinator("d1"), account.id, "s1"), "OK");
  EXPECT_EQ(RolesOf(account.id), 0);
}

// A lost answer made the client's retry look like theft, and ended its session.
TEST_P(SessionSafetyTest, RepeatsOfARefreshGetTheSameSuccessor) {
  const Account account = LogIn("13812345678");
  const std::string& first = account.tokens.refresh_token();
  const auto lost = Refresh(first);
  ASSERT_THAT(lost, testing::IsOk());
  EXPECT_NE(lost->refresh_token(), first);
  clock_.Advance(std::chrono::seconds(59));
  const auto second = Refresh(first);
  ASSERT_THAT(second, testing::IsOk());
  EXPECT_EQ(second->refresh_token(), lost->refresh_token());
  // A request that was under way for long, after its successor has been exchanged in turn: it gets
  // what works.
  const auto third = Refresh(second->refresh_token());
  ASSERT_THAT(third, testing::IsOk());
  const auto late = Refresh(first);
  ASSERT_THAT(late, testing::IsOk());
  EXPECT_EQ(late->refresh_token(), third->refresh_token());
  clock_.Advance(std::chrono::hours(1));
  EXPECT_EQ(ReasonName(Refresh(late->refresh_token())), "OK");
  EXPECT_EQ(ReasonName(Refresh(lost->refresh_token())), "REFRESH_TOKEN_REUSED");
}

// Three at once, the first answer kept: its token had been replaced by that of the third.
TEST_P(SessionSafetyTest, WhicheverAnswerOfARaceIsKeptWorks) {
  for (const size_t kept : {0, 1, 2}) {
    const Account account = LogIn("1381234567" + std::to_string(kept));
    std::vector<v1::Tokens> answers;
    int done = 0;
    auto refresh = [&]() -> Task<void> {
      v1::RefreshTokensRequest request;
      request.set_refresh_token(account.tokens.refresh_token());
      auto tokens = co_await session_client_->Call(&Sessions::RefreshTokens, rpc::CallOptions(),
                                                   std::move(request));
      ++done;
      if (tokens.ok()) answers.push_back(*std::move(tokens));
    };
    for (int i = 0; i < 3; ++i) asio::co_spawn(loop_, refresh(), asio::detached);
    loop_.restart();
    while (done < 3) {
      clock_.Advance(Millis(1));  // those who conflicted wait a moment
      loop_.run_one_for(std::chrono::milliseconds(10));
    }
    ASSERT_EQ(answers.size(), 3u);
    clock_.Advance(std::chrono::minutes(14));
    const auto next = Refresh(answers[kept].refresh_token());
    EXPECT_THAT(next, testing::IsOk()) << kept << ": " << next.status();
  }
}

TEST_P(SessionSafetyTest, ALateReuseStillEndsTheSession) {
  const Account account = LogIn("13812345678");
  const auto second = Refresh(account.tokens.refresh_token());
  ASSERT_THAT(second, testing::IsOk());
  clock_.Advance(std::chrono::seconds(60));
  EXPECT_EQ(ReasonName(Refresh(account.tokens.refresh_token())), "REFRESH_TOKEN_REUSED");
  EXPECT_EQ(ReasonName(Refresh(second->refresh_token())), "SESSION_ENDED");
  // Its access tokens and streams end with it.
  EXPECT_EQ(CountEvents([&](const auto& event) {
              return event.session_ended().session_id() ==
                     app_->vault.SessionOf(second->refresh_token());
            }),
            1);
}

// Behind the edge everybody has its loopback address: nobody was counted at all.
TEST_P(SessionSafetyTest, CallersBehindTheEdgeAreCountedByTheirOwnAddress) {
  app_->limits.address_per_hour = 2;
  EXPECT_THAT(AskFrom("10.0.0.7", "13800000001"), testing::IsOk());
  EXPECT_THAT(AskFrom("10.0.0.7", "13800000002"), testing::IsOk());
  const absl::Status third = AskFrom("10.0.0.7", "13800000003");
  EXPECT_THAT(third, testing::IsRefusal(Reason::RATE_LIMITED)) << third;
  EXPECT_THAT(AskFrom("10.0.0.8", "13800000003"), testing::IsOk());
  for (const char* phone : {"13800000004", "13800000005", "13800000006"}) {
    EXPECT_THAT(AskFrom("127.0.0.1", phone), testing::IsOk());
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, SessionSafetyTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis), BackendName);

}  // namespace
}  // namespace baodao::registration
