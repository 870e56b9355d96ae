// Sessions as their person sees them, and the change of a phone.
#include <string>
#include <vector>

#include "baodao/registration/v1/account.grpc.pb.h"
#include "common/testing/matchers.h"
#include "services/registration/app/phone_change.h"
#include "tests/integration/registration/fixture.h"

namespace baodao::registration {
namespace {

using Accounts = rpc::AsyncOf<v1::AccountService>;

constexpr char kOld[] = "13812345678";
constexpr char kNew[] = "13912345678";

class AccountTest : public ServiceTest {
 protected:
  std::vector<v1::Session> SessionsOf(const std::string& token) {
    const auto listed =
        Ok(Call(account_client_, &Accounts::ListMySessions, token, v1::ListMySessionsRequest()));
    return {listed.sessions().begin(), listed.sessions().end()};
  }
  absl::StatusOr<v1::Session> End(const std::string& token, const v1::Session& session) {
    v1::EndSessionRequest request;
    request.set_request_id("end-" + session.session_id());  // the same whenever it is ended
    request.set_session_id(session.session_id());
    return Call(account_client_, &Accounts::EndSession, token, request);
  }
  std::string Refresh(const v1::Tokens& tokens) {
    v1::RefreshTokensRequest request;
    request.set_refresh_token(tokens.refresh_token());
    return ReasonName(Call(*session_client_, &Sessions::RefreshTokens, "", request));
  }
  v1::PhoneCode CodeTo(const std::string& phone) {
    ForgetLastMinute(phone);
    v1::PhoneCode code;
    code.set_challenge_id(Ok(Ask(phone)).challenge_id());
    code.set_code(sender_.codes[phone]);
    return code;
  }
  // With right codes of both phones.
  v1::ChangePhoneRequest ToNew(const std::string& person_id) {
    v1::ChangePhoneRequest request;
    request.set_request_id(NextRequest());
    request.set_person_id(person_id);
    request.set_phone(kNew);
    *request.mutable_code() = CodeTo(kNew);
    *request.mutable_current_code() = CodeTo(kOld);
    return request;
  }
  absl::StatusOr<v1::Person> Change(const std::string& token,
                                    const v1::ChangePhoneRequest& request) {
    return Call(account_client_, &Accounts::ChangePhone, token, request);
  }
  Account SignIn(const std::string& phone) {
    clock_.Advance(std::chrono::seconds(1));
    ForgetLastMinute(phone);
    return LogIn(phone);
  }
  std::string PersonWith(const std::string& phone) { return SignIn(phone).id; }
  record::Origin Now() { return {"", "", clock_.Now()}; }

  rpc::Client<v1::AccountService> account_client_{channel()};
};

TEST_P(AccountTest, SessionsAreListedAndEndedByTheirPersonAlone) {
  const Account phone = LogIn(kOld);
  const Account tablet = SignIn(kOld);
  const Account stranger = SignIn(kNew);
  const std::vector<v1::Session> both = SessionsOf(tablet.token);
  ASSERT_EQ(both.size(), 2u);
  EXPECT_TRUE(both[0].current());
  EXPECT_FALSE(both[1].current());
  EXPECT_LT(both[1].create_time().seconds(), both[0].create_time().seconds());
  EXPECT_EQ(ReasonName(End(stranger.token, both[1])), "NOT_FOUND");
  EXPECT_TRUE(Ok(End(tablet.token, both[1])).ended());
  EXPECT_TRUE(Ok(End(tablet.token, both[1])).ended());
  EXPECT_EQ(SessionsOf(tablet.token).size(), 1u);
  EXPECT_EQ(Refresh(phone.tokens), "SESSION_ENDED");
  EXPECT_EQ(CountEvents([&](const auto& event) {
              return event.session_ended().session_id() == both[1].session_id();
            }),
            1);
}

TEST_P(AccountTest, APhoneIsChangedAndTheOldOneIsFree) {
  const Account account = LogIn(kOld);
  const Account elsewhere = SignIn(kOld);
  const v1::ChangePhoneRequest request = ToNew(account.id);
  EXPECT_EQ(Ok(Change(account.token, request)).phone(), kNew);
  const std::string old = app_->keys.Phone(app_->vault.PhoneHash(kOld));
  EXPECT_FALSE(Ok(Run(store_->Get(old))).exists()) << "it leads to nobody";
  clock_.Advance(std::chrono::minutes(10));  // its codes have run out
  EXPECT_EQ(Ok(Change(account.token, request)).phone(), kNew) << "the same request again";
  EXPECT_EQ(CountEvents([](const auto& event) { return event.has_phone_changed(); }), 1);
  EXPECT_EQ(Refresh(elsewhere.tokens), "SESSION_ENDED");
  EXPECT_EQ(Refresh(account.tokens), "OK");
  EXPECT_EQ(PersonWith(kNew), account.id);
  EXPECT_NE(PersonWith(kOld), account.id) << "whoever has got the number is somebody else";
  EXPECT_EQ(SessionsOf(SignIn(kNew).token).size(), 3u) << "kept, and two of the new phone";
}

TEST_P(AccountTest, APhoneIsChangedByWhoProvesBothOnly) {
  const Account account = LogIn(kOld);
  v1::ChangePhoneRequest request = ToNew(account.id);
  const v1::PhoneCode current = request.current_code();
  request.clear_current_code();
  EXPECT_EQ(ViolationsOf(Change(account.token, request).status()).at(0).field, "current_code");
  *request.mutable_current_code() = current;
  request.mutable_current_code()->set_code(current.code() == "000000" ? "000001" : "000000");
  EXPECT_EQ(ReasonName(Change(account.token, request)), "LOGIN_CODE_WRONG");
  *request.mutable_current_code() = current;
  request.mutable_code()->set_challenge_id(current.challenge_id());
  EXPECT_EQ(ReasonName(Change(account.token, request)), "LOGIN_CODE_EXPIRED");
  EXPECT_EQ(PersonWith(kOld), account.id);
}

TEST_P(AccountTest, ACodeThatProvedAPhoneBeginsNoSession) {
  const Account account = LogIn(kOld);
  const v1::ChangePhoneRequest request = ToNew(account.id);
  Ok(Change(account.token, request));
  EXPECT_EQ(ReasonName(TryLogin(kNew, request.code().code(), request.code().challenge_id())),
            "LOGIN_CODE_EXPIRED");
}

TEST_P(AccountTest, WhoVouchesReachesThePersonAndAllTheirRoles) {
  const Account account = LogIn(kOld);
  v1::ChangePhoneRequest request = ToNew(account.id);
  request.clear_current_code();
  request.set_reason("手机遗失，本人到场");
  const auto registration = Ok(Report(account.token, "c1"));
  EXPECT_EQ(ReasonName(Change(Coordinator("c1"), request)), "PERMISSION_DENIED") << "PENDING";
  Ok(Review(Coordinator("31"), registration.registration_id()));
  v1::GrantRoleRequest grant;
  grant.set_request_id(NextRequest());
  grant.set_person_id(account.id);
  grant.set_role(auth::v1::ROLE_COORDINATOR);
  grant.set_area_code("d1");
  Ok(Call(*session_client_, &Sessions::GrantRole, tokens_.Operator(), grant));
  EXPECT_EQ(ReasonName(Change(Coordinator("c1"), request)), "GRANT_TOO_WIDE");
  EXPECT_THAT(Change(Coordinator("31"), request), testing::IsOk());
}

TEST_P(AccountTest, APhoneThatSomebodySignsInWithIsTaken) {
  const Account account = LogIn(kOld);
  const std::string holder = PersonWith(kNew);
  EXPECT_EQ(ReasonName(Change(account.token, ToNew(account.id))), "PHONE_TAKEN");
  EXPECT_EQ(PersonWith(kNew), holder);
}

TEST_P(AccountTest, APhoneIsChangedOnceADayUnlessACoordinatorDoes) {
  const Account account = LogIn(kOld);
  Join(account, "c1");
  Ok(Change(account.token, ToNew(account.id)));
  v1::ChangePhoneRequest back;
  back.set_request_id(NextRequest());
  back.set_person_id(account.id);
  back.set_phone(kOld);
  *back.mutable_code() = CodeTo(kOld);
  *back.mutable_current_code() = CodeTo(kNew);
  EXPECT_EQ(ReasonName(Change(account.token, back)), "RATE_LIMITED");
  back.clear_current_code();
  EXPECT_EQ(ViolationsOf(Change(Coordinator("c1"), back).status()).at(0).field, "reason");
  back.set_reason("手机遗失，本人到场");
  EXPECT_EQ(ReasonName(Change(Coordinator("c3"), back)), "PERMISSION_DENIED");
  EXPECT_THAT(Change(Coordinator("c1"), back), testing::IsOk());
  EXPECT_EQ(Refresh(account.tokens), "SESSION_ENDED");
  EXPECT_EQ(PersonWith(kOld), account.id);
  *back.mutable_code() = CodeTo(kOld);
  back.set_request_id(NextRequest());
  EXPECT_EQ(ReasonName(Change(Coordinator("c1"), back)), "PHONE_UNCHANGED");
}

// A change that ended on the way must neither shut the person out nor keep the number for ever.
TEST_P(AccountTest, AChangeThatIsCutOffLeavesThePhoneToThePersonForAWhile) {
  const Account account = LogIn(kOld);
  const std::string hash = app_->vault.PhoneHash(kNew);
  ASSERT_THAT(Run(ReservePhone(*app_, Now(), account.id, hash)), testing::IsOk());
  EXPECT_EQ(PersonWith(kNew), account.id);
  EXPECT_EQ(PersonWith(kOld), account.id);
  clock_.Advance(std::chrono::minutes(11));
  EXPECT_NE(PersonWith(kNew), account.id);
  EXPECT_EQ(PersonWith(kOld), account.id);
}

TEST_P(AccountTest, OfTwoWhoChangeToOnePhoneOneGetsIt) {
  const Account first = LogIn(kOld);
  const Account second = SignIn("13712345678");
  const std::string hash = app_->vault.PhoneHash(kNew);
  ASSERT_THAT(Run(ReservePhone(*app_, Now(), first.id, hash)), testing::IsOk());
  EXPECT_EQ(ReasonName(Run(ReservePhone(*app_, Now(), second.id, hash))), "PHONE_TAKEN");
  EXPECT_EQ(Ok(Change(first.token, ToNew(first.id))).phone(), kNew);
  EXPECT_EQ(PersonWith(kNew), first.id);
}

INSTANTIATE_TEST_SUITE_P(Backends, AccountTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis), BackendName);

}  // namespace
}  // namespace baodao::registration
