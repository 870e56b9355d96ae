// Verified categories and credentials: who applies, who answers, and what counts.
#include <algorithm>
#include <array>

#include "baodao/registration/v1/verification.grpc.pb.h"
#include "common/clock/timestamp.h"
#include "common/testing/matchers.h"
#include "tests/integration/registration/fixture.h"

namespace baodao::registration {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Verifications = rpc::AsyncOf<v1::VerificationService>;

class VerificationServiceTest : public ServiceTest {
 protected:
  v1::ApplyForVerificationRequest For(const std::string& person_id, const std::string& category) {
    v1::ApplyForVerificationRequest request;
    request.set_request_id(NextRequest());
    request.set_person_id(person_id);
    request.set_category(category);
    request.set_statement("2008年入党，见党员证");
    common::v1::Photo& photo = *request.add_photos();
    photo.set_url("https://photos.example.org/card.jpg");
    photo.set_sha256(std::string(32, 'x'));
    return request;
  }
  absl::StatusOr<v1::Verification> Send(const std::string& token,
                                        const v1::ApplyForVerificationRequest& request) {
    return Call(client_, &Verifications::ApplyForVerification, token, request);
  }
  absl::StatusOr<v1::Verification> Answer(const std::string& token, const std::string& id,
                                          bool approve = true) {
    v1::AnswerVerificationRequest request;
    request.set_request_id(NextRequest());
    request.set_verification_id(id);
    request.set_verdict(approve ? v1::VERIFICATION_VERDICT_APPROVE
                                : v1::VERIFICATION_VERDICT_REJECT);
    if (!approve) request.set_comment("照片不清晰");
    return Call(client_, &Verifications::AnswerVerification, token, request);
  }
  absl::StatusOr<v1::Verification> Withdraw(const std::string& token, const std::string& id) {
    v1::WithdrawVerificationRequest request;
    request.set_request_id(NextRequest());
    request.set_verification_id(id);
    return Call(client_, &Verifications::WithdrawVerification, token, request);
  }
  absl::StatusOr<v1::Verification> Get(const std::string& token, const std::string& id) {
    v1::GetVerificationRequest request;
    request.set_verification_id(id);
    return Call(client_, &Verifications::GetVerification, token, request);
  }
  absl::StatusOr<v1::Person> Revoke(const std::string& token, const std::string& person_id,
                                    const std::string& category) {
    v1::RevokeVerificationRequest request;
    request.set_request_id(NextRequest());
    request.set_person_id(person_id);
    request.set_category(category);
    request.set_reason("组织关系已转出");
    return Call(client_, &Verifications::RevokeVerification, token, request);
  }
  static std::vector<std::string> IdsOf(const v1::ListVerificationsResponse& response) {
    std::vector<std::string> ids;
    for (const auto& one : response.verifications()) ids.push_back(one.verification_id());
    return ids;
  }
  // ACTIVE at c1, having come through a unit that `liaison` speaks for.
  void JoinThrough(const Account& member, const Account& liaison) {
    const v1::Unit unit = MakeUnit("c1", liaison.id);
    unit_id_ = unit.unit_id();
    const auto of_unit = Report(liaison.token, "c1", unit_id_);
    ASSERT_THAT(Review(Coordinator("c1"), of_unit->registration_id()), testing::IsOk());
    v1::CreateRegistrationRequest request;
    request.set_request_id(NextRequest());
    request.set_area_code("c1");
    request.set_through_unit_id(unit_id_);
    const auto own =
        Call(*registration_client_, &Registrations::CreateRegistration, member.token, request);
    ASSERT_THAT(own, testing::IsOk());
    ASSERT_THAT(Review(Coordinator("c1"), own->registration_id()), testing::IsOk());
  }

  rpc::Client<v1::VerificationService> client_{channel()};
  std::string unit_id_;
};

TEST_P(VerificationServiceTest, ACategoryCountsOnceACoordinatorHasVerifiedIt) {
  const Account account = LogIn("13812345678");
  EXPECT_EQ(ReasonName(Send(account.token, For(account.id, "party_member"))), "NOT_REGISTERED");
  Join(account, "c1");
  const v1::ApplyForVerificationRequest request = For(account.id, "party_member");
  const auto applied = Send(account.token, request);
  ASSERT_THAT(applied, testing::IsOk());
  EXPECT_EQ(applied->statement(), "2008年入党，见党员证");
  EXPECT_EQ(Send(account.token, request)->verification_id(), applied->verification_id());
  EXPECT_EQ(ReasonName(Send(account.token, For(account.id, "party_member"))), "ALREADY_APPLIED");
  EXPECT_THAT(ProfileOf(account.id).categories(), IsEmpty());
  const std::string id = applied->verification_id();
  EXPECT_EQ(ReasonName(Get(Coordinator("c2"), id)), "PERMISSION_DENIED");
  EXPECT_EQ(Get(Coordinator("s1"), id)->photos_size(), 1);
  v1::ListVerificationsRequest queue;
  queue.set_area_code("s1");
  queue.add_states(v1::VERIFICATION_STATE_PENDING);
  const auto list = [&] {
    return Call(client_, &Verifications::ListVerifications, Coordinator("s1"), queue);
  };
  EXPECT_THAT(IdsOf(*list()), ElementsAre(id));

  EXPECT_EQ(ReasonName(Answer(account.token, id)), "OWN_VERIFICATION");
  EXPECT_EQ(ReasonName(Answer(Coordinator("c2"), id)), "PERMISSION_DENIED");
  const auto answered = Answer(Coordinator("c1"), id);
  ASSERT_THAT(answered, testing::IsOk());
  EXPECT_EQ(answered->state(), v1::VERIFICATION_STATE_APPROVED);
  EXPECT_EQ(answered->photos_size(), 0);  // they have served their purpose
  EXPECT_EQ(ReasonName(Answer(Coordinator("c1"), id, false)), "WRONG_STATE");
  EXPECT_THAT(IdsOf(*list()), IsEmpty());
  EXPECT_THAT(ProfileOf(account.id).categories(), ElementsAre("party_member"));
  EXPECT_EQ(ReasonName(Send(account.token, For(account.id, "party_member"))), "ALREADY_VERIFIED");

  Join(account, "c3");
  EXPECT_EQ(ReasonName(Revoke(Coordinator("c3"), account.id, "party_member")),
            "VERIFICATION_OF_ANOTHER_AREA");
  EXPECT_EQ(ReasonName(Revoke(account.token, account.id, "party_member")), "PERMISSION_DENIED");
  const auto revoked = Revoke(Coordinator("c1"), account.id, "party_member");
  ASSERT_THAT(revoked, testing::IsOk());
  EXPECT_THAT(revoked->categories(), ElementsAre("party_member"));
  EXPECT_THAT(revoked->verified_categories(), IsEmpty());
  EXPECT_THAT(ProfileOf(account.id).categories(), IsEmpty());
  EXPECT_EQ(CountEvents([&](const events::v1::Event& event) {
              return event.category_revoked().person_id() == account.id;
            }),
            1);
}

TEST_P(VerificationServiceTest, TheLiaisonNominatesOrAnswersButNotBoth) {
  const Account member = LogIn("13812345678");
  const Account liaison = LogIn("13912345678");
  const Account stranger = LogIn("13712345678");
  JoinThrough(member, liaison);
  EXPECT_EQ(ReasonName(Send(stranger.token, For(member.id, "deputy"))), "PERMISSION_DENIED");
  const auto nominated = Send(liaison.token, For(member.id, "deputy"));
  ASSERT_THAT(nominated, testing::IsOk());
  EXPECT_EQ(nominated->source(), v1::VERIFICATION_SOURCE_NOMINATED);
  EXPECT_EQ(ReasonName(Answer(liaison.token, nominated->verification_id())), "OWN_VERIFICATION");
  const auto own = Send(member.token, For(member.id, "veteran"));
  ASSERT_THAT(own, testing::IsOk());
  v1::ListUnitVerificationsRequest queue;
  queue.set_unit_id(unit_id_);
  EXPECT_THAT(IdsOf(*Call(client_, &Verifications::ListUnitVerifications, liaison.token, queue)),
              ElementsAre(nominated->verification_id(), own->verification_id()));
  EXPECT_EQ(ReasonName(Call(client_, &Verifications::ListUnitVerifications, stranger.token, queue)),
            "PERMISSION_DENIED");
  EXPECT_EQ(ReasonName(Withdraw(liaison.token, own->verification_id())), "PERMISSION_DENIED");
  ASSERT_THAT(Answer(liaison.token, own->verification_id()), testing::IsOk());
  EXPECT_THAT(ProfileOf(member.id).categories(), ElementsAre("veteran"));
  // Whom they nominated may not want it.
  ASSERT_THAT(Withdraw(member.token, nominated->verification_id()), testing::IsOk());
  v1::ListPersonVerificationsRequest mine;
  mine.set_person_id(member.id);
  EXPECT_THAT(IdsOf(*Call(client_, &Verifications::ListPersonVerifications, member.token, mine)),
              ElementsAre(own->verification_id(), nominated->verification_id()));
  EXPECT_EQ(ReasonName(Call(client_, &Verifications::ListPersonVerifications, liaison.token, mine)),
            "PERMISSION_DENIED");
}

// 流动网格员, 爱心商户, 社区达人: whoever only says so is none, and it is on record who proposed
// them.
TEST_P(VerificationServiceTest, WhoIsOfUseToTheGridIsNominatedOrApplies) {
  const Account member = LogIn("13812345678");
  const Account liaison = LogIn("13912345678");
  JoinThrough(member, liaison);
  const auto nominated = Send(liaison.token, For(member.id, "mobile_grid_worker"));
  ASSERT_THAT(nominated, testing::IsOk());
  const auto own = Send(member.token, For(member.id, "community_talent"));
  ASSERT_THAT(own, testing::IsOk());
  for (const auto& application : {nominated, own}) {
    ASSERT_THAT(Answer(Coordinator("c1"), application->verification_id()), testing::IsOk());
  }
  v1::UpdatePersonRequest update;
  update.set_request_id(NextRequest());
  update.set_person_id(member.id);
  for (const char* category : {"mobile_grid_worker", "community_talent", "caring_merchant"}) {
    update.add_categories(category);
  }
  update.mutable_update_mask()->add_paths("categories");
  const auto updated = Call(*person_client_, &People::UpdatePerson, member.token, update);
  ASSERT_THAT(updated, testing::IsOk());
  ASSERT_EQ(updated->verified_categories_size(), 2);
  EXPECT_EQ(updated->verified_categories(0).source(), v1::VERIFICATION_SOURCE_NOMINATED);
  EXPECT_EQ(updated->verified_categories(1).source(), v1::VERIFICATION_SOURCE_SELF_APPLIED);
  EXPECT_THAT(ProfileOf(member.id).categories(),
              ElementsAre("mobile_grid_worker", "community_talent"));
}

TEST_P(VerificationServiceTest, ACredentialAppliedForIsGrantedAndRemindedOf) {
  const Account account = LogIn("13812345678");
  Join(account, "c1");
  v1::ApplyForVerificationRequest request = For(account.id, "");
  request.set_credential_kind("nurse");
  request.set_issuer("上海市卫生健康委员会");
  *request.mutable_expire_time() = ToTimestamp(clock_.Now() + std::chrono::days(100));
  const auto applied = Send(account.token, request);
  ASSERT_THAT(applied, testing::IsOk());
  ASSERT_THAT(Answer(Coordinator("s1"), applied->verification_id()), testing::IsOk());
  const auto count = [&](auto is) { return CountEvents(is); };
  EXPECT_EQ(ProfileOf(account.id).credentials(0).kind(), "nurse");
  EXPECT_EQ(count([](const auto& event) { return event.credential_changed().granted(); }), 1);
  const auto reminded = [](const events::v1::Event& event) {
    return event.credential_expiring().credential().kind() == "nurse";
  };
  Advance(std::chrono::days(71));
  EXPECT_EQ(count(reminded), 1);
  Advance(std::chrono::days(23));
  EXPECT_EQ(count(reminded), 2);
}

TEST_P(VerificationServiceTest, WhatNobodyAnswersLapsesAndMayBeSentAgain) {
  const Account account = LogIn("13812345678");
  Join(account, "c1");
  const auto applied = Send(account.token, For(account.id, "veteran"));
  ASSERT_THAT(applied, testing::IsOk());
  Advance(kAnswerWithin - std::chrono::hours(1));
  EXPECT_EQ(Get(Coordinator("c1"), applied->verification_id())->state(),
            v1::VERIFICATION_STATE_PENDING);
  Advance(std::chrono::hours(1));
  EXPECT_EQ(Get(Coordinator("c1"), applied->verification_id())->state(),
            v1::VERIFICATION_STATE_LAPSED);
  EXPECT_EQ(ReasonName(Answer(Coordinator("c1"), applied->verification_id())), "WRONG_STATE");
  EXPECT_THAT(Send(tokens_.Person(account.id), For(account.id, "veteran")), testing::IsOk());
}

// Proof is for whoever answers: not for events, and not to be read in the store.
TEST_P(VerificationServiceTest, ProofIsSealedAndInNoEvent) {
  const Account account = LogIn("13812345678");
  Join(account, "c1");
  v1::ApplyForVerificationRequest request = For(account.id, "veteran");
  request.mutable_photos(0)->set_url("http://photos.example.org/card.jpg");
  EXPECT_EQ(ViolationsOf(Send(account.token, request).status())[0].field, "photos[0].url");
  ASSERT_THAT(Send(account.token, For(account.id, "veteran")), testing::IsOk());
  v1::UpdatePersonRequest update;
  update.set_request_id(NextRequest());
  update.set_person_id(account.id);
  *update.mutable_photo() = request.photos(0);
  update.mutable_photo()->set_url("https://photos.example.org/face.jpg");
  update.mutable_update_mask()->add_paths("photo");
  const auto updated = Call(*person_client_, &People::UpdatePerson, account.token, update);
  ASSERT_THAT(updated, testing::IsOk());
  EXPECT_EQ(updated->photo().url(), "https://photos.example.org/face.jpg");
  v1::GetPersonRequest get;
  get.set_person_id(account.id);
  EXPECT_FALSE(Call(*person_client_, &People::GetPerson, Coordinator("c1"), get)->has_photo());
  for (const events::v1::Event& event : Events()) {
    EXPECT_EQ(event.SerializeAsString().find("photos.example.org"), std::string::npos);
    EXPECT_EQ(event.SerializeAsString().find("党员证"), std::string::npos);
  }
  if (GetParam() != Backend::kMemory) return;
  for (const std::string& key : data_.AllKeys()) {
    const bool holds_messages =
        std::ranges::any_of(std::array{":verification:", ":person:", ":answer:"},
                            [&](const char* kind) { return key.find(kind) != std::string::npos; });
    if (!holds_messages) continue;
    const std::string bytes = data_.ReadText(key, clock_.Now()).value_or("");
    EXPECT_EQ(bytes.find("photos.example.org"), std::string::npos) << key;
    EXPECT_EQ(bytes.find("党员证"), std::string::npos) << key;
  }
}

// Two answers at once: one is given, the other finds it given.
TEST_P(VerificationServiceTest, TwoAnswersAtOnceAreOne) {
  const Account account = LogIn("13812345678");
  Join(account, "c1");
  const auto applied = Send(account.token, For(account.id, "veteran"));
  ASSERT_THAT(applied, testing::IsOk());
  v1::AnswerVerificationRequest yes;
  yes.set_request_id(NextRequest());
  yes.set_verification_id(applied->verification_id());
  yes.set_verdict(v1::VERIFICATION_VERDICT_APPROVE);
  v1::WithdrawVerificationRequest no;
  no.set_request_id(NextRequest());
  no.set_verification_id(applied->verification_id());
  std::vector<std::string> outcomes;
  std::vector<Task<absl::StatusOr<v1::Verification>>> calls;
  calls.push_back(client_.Call(&Verifications::AnswerVerification,
                               rpc::CallOptions::As(Coordinator("c1")), yes));
  calls.push_back(
      client_.Call(&Verifications::WithdrawVerification, rpc::CallOptions::As(account.token), no));
  const auto answers = RunAll(std::move(calls));
  for (const auto& answer : answers) outcomes.push_back(ReasonName(answer));
  EXPECT_THAT(outcomes, ::testing::UnorderedElementsAre("OK", "WRONG_STATE"));
  const bool verified = ProfileOf(account.id).categories_size() == 1;
  EXPECT_EQ(verified, outcomes[0] == "OK");
}

INSTANTIATE_TEST_SUITE_P(Backends, VerificationServiceTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis), BackendName);

}  // namespace
}  // namespace baodao::registration
