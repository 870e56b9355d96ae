#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>

#include "common/clock/timestamp.h"
#include "common/testing/matchers.h"
#include "services/registration/domain/registration_rules.h"
#include "tests/integration/registration/fixture.h"

namespace baodao::registration {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RegistrationServiceTest : public ServiceTest {
 protected:
  using Change = void (Registrations::*)(grpc::ClientContext*, const v1::ChangeRegistrationRequest*,
                                         v1::Registration*, std::function<void(grpc::Status)>);
  absl::StatusOr<v1::Registration> Do(Change method, const std::string& token,
                                      const std::string& id, const std::string& comment = "") {
    v1::ChangeRegistrationRequest request;
    request.set_request_id(NextRequest());
    request.set_registration_id(id);
    request.set_comment(comment);
    return Call(*registration_client_, method, token, request);
  }
  absl::StatusOr<v1::Registration> Create(const std::string& token,
                                          v1::CreateRegistrationRequest request) {
    if (request.request_id().empty()) request.set_request_id(NextRequest());
    return Call(*registration_client_, &Registrations::CreateRegistration, token, request);
  }
  absl::StatusOr<v1::Registration> Transfer(const std::string& token, const std::string& id,
                                            const std::string& area) {
    v1::TransferRegistrationRequest request;
    request.set_request_id(NextRequest());
    request.set_registration_id(id);
    request.set_area_code(area);
    return Call(*registration_client_, &Registrations::TransferRegistration, token, request);
  }
  v1::Registration Get(const std::string& id) {
    v1::GetRegistrationRequest request;
    request.set_registration_id(id);
    const auto got = Call(*registration_client_, &Registrations::GetRegistration,
                          tokens_.Service("test"), request);
    EXPECT_THAT(got, testing::IsOk());
    return got.ok() ? *got : v1::Registration();
  }
  std::vector<std::string> List(const std::string& area, v1::RegistrationState state,
                                int page_size = 3) {
    std::vector<std::string> ids;
    v1::ListRegistrationsRequest request;
    request.set_area_code(area);
    request.add_states(state);
    request.set_page_size(page_size);
    do {
      const auto page = Call(*registration_client_, &Registrations::ListRegistrations,
                             Coordinator(area), request);
      EXPECT_THAT(page, testing::IsOk());
      if (!page.ok()) break;
      for (const auto& registration : page->registrations()) {
        ids.push_back(registration.registration_id());
      }
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return ids;
  }
  std::string StateOf(const std::string& id) { return record::StateName(Get(id).state()); }
};

TEST_P(RegistrationServiceTest, ReviewMakesItActive) {
  const Account account = LogIn("13812345678");
  const auto reported = Report(account.token, "c1");
  ASSERT_THAT(reported, testing::IsOk());
  const std::string id = reported->registration_id();
  EXPECT_EQ(reported->state(), v1::REGISTRATION_STATE_PENDING);
  EXPECT_EQ(reported->kind(), v1::REGISTRATION_KIND_STANDARD);
  EXPECT_THAT(ProfileOf(account.id).area_codes(), IsEmpty());
  EXPECT_EQ(ReasonName(Review(account.token, id)), "PERMISSION_DENIED");
  EXPECT_EQ(ReasonName(Review(Coordinator("c2"), id)), "PERMISSION_DENIED");
  const auto reviewed = Review(Coordinator("c1"), id);
  ASSERT_THAT(reviewed, testing::IsOk());
  EXPECT_EQ(reviewed->state(), v1::REGISTRATION_STATE_ACTIVE);
  EXPECT_FALSE(reviewed->reviewer_id().empty());
  EXPECT_THAT(ProfileOf(account.id).area_codes(), ElementsAre("c1"));
  const auto again = Review(Coordinator("c1"), id);
  EXPECT_EQ(ReasonName(again), "WRONG_STATE");
  EXPECT_EQ(MetadataOf(again.status())["state"], "ACTIVE");
}

TEST_P(RegistrationServiceTest, RejectionNeedsAReasonAndAllowsAnotherTry) {
  const Account account = LogIn("13812345678");
  const std::string id = Report(account.token, "c1")->registration_id();
  v1::ReviewRegistrationRequest silent;
  silent.set_request_id("silent");
  silent.set_registration_id(id);
  EXPECT_EQ(ReasonName(Call(*registration_client_, &Registrations::ReviewRegistration,
                            Coordinator("c1"), silent)),
            "INVALID_ARGUMENT_FIELDS");
  const auto rejected = Review(Coordinator("c1"), id, false);
  ASSERT_THAT(rejected, testing::IsOk());
  EXPECT_EQ(rejected->state(), v1::REGISTRATION_STATE_REJECTED);
  EXPECT_EQ(rejected->review_comment(), "资料不全");
  EXPECT_THAT(Report(account.token, "c1"), testing::IsOk());
}

TEST_P(RegistrationServiceTest, TheWholeLife) {
  const Account account = LogIn("13812345678");
  const std::string id = Join(account, "c1").registration_id();
  const std::string coordinator = Coordinator("s1");
  EXPECT_EQ(ReasonName(Do(&Registrations::ResumeRegistration, coordinator, id)), "WRONG_STATE");
  ASSERT_THAT(Do(&Registrations::SuspendRegistration, coordinator, id), testing::IsOk());
  EXPECT_THAT(ProfileOf(account.id).area_codes(), IsEmpty());
  EXPECT_EQ(ReasonName(Transfer(account.token, id, "c2")), "WRONG_STATE");
  ASSERT_THAT(Do(&Registrations::ResumeRegistration, coordinator, id), testing::IsOk());
  EXPECT_THAT(ProfileOf(account.id).area_codes(), ElementsAre("c1"));
  EXPECT_EQ(ReasonName(Do(&Registrations::SuspendRegistration, account.token, id)),
            "PERMISSION_DENIED");
  ASSERT_THAT(Do(&Registrations::WithdrawRegistration, account.token, id), testing::IsOk());
  EXPECT_THAT(ProfileOf(account.id).area_codes(), IsEmpty());
  EXPECT_EQ(Get(id).end_reason(), v1::REGISTRATION_END_REASON_WITHDRAWN);
  EXPECT_EQ(ReasonName(Do(&Registrations::WithdrawRegistration, account.token, id)), "WRONG_STATE");
  std::vector<std::string> states;
  for (const events::v1::Event& event : Events()) {
    if (!event.has_registration_changed()) continue;
    states.push_back(record::StateName(event.registration_changed().before()) + ">" +
                     record::StateName(event.registration_changed().registration().state()));
  }
  EXPECT_THAT(states, ElementsAre("NONE>PENDING", "PENDING>ACTIVE", "ACTIVE>SUSPENDED",
                                  "SUSPENDED>ACTIVE", "ACTIVE>ENDED"));
}

// Withdraw and report anew: that was the way past a suspension.
TEST_P(RegistrationServiceTest, ASuspensionIsNotLeftBehind) {
  const Account account = LogIn("13812345678");
  const std::string id = Join(account, "c1").registration_id();
  const auto early = Report(account.token, "g1");
  ASSERT_THAT(early, testing::IsOk());
  ASSERT_THAT(Do(&Registrations::SuspendRegistration, Coordinator("c1"), id, "多次缺席"),
              testing::IsOk());
  EXPECT_EQ(Get(id).change_comment(), "多次缺席");
  const auto withdrawn = Do(&Registrations::WithdrawRegistration, account.token, id);
  EXPECT_EQ(ReasonName(withdrawn), "REGISTRATION_SUSPENDED");
  EXPECT_EQ(MetadataOf(withdrawn.status())["area"], "c1");
  for (const char* area : {"c1", "s1", "g1"}) {
    EXPECT_EQ(ReasonName(Report(account.token, area)), "REGISTRATION_SUSPENDED") << area;
  }
  EXPECT_EQ(ReasonName(Review(Coordinator("g1"), early->registration_id())),
            "REGISTRATION_SUSPENDED");
  EXPECT_EQ(ReasonName(Transfer(account.token, early->registration_id(), "s1")),
            "REGISTRATION_SUSPENDED");
  // Elsewhere others decide; and whoever suspended may end it altogether.
  EXPECT_THAT(Report(account.token, "c2"), testing::IsOk());
  const auto dismissed =
      Do(&Registrations::WithdrawRegistration, Coordinator("c1"), id, "不再合作");
  ASSERT_THAT(dismissed, testing::IsOk());
  EXPECT_EQ(dismissed->state(), v1::REGISTRATION_STATE_ENDED);
  EXPECT_EQ(dismissed->change_comment(), "不再合作");
  EXPECT_THAT(Report(account.token, "c1"), testing::IsOk());
}

// Four eyes: a second coordinator, or an operator.
TEST_P(RegistrationServiceTest, NobodyDecidesOnTheirOwnRegistration) {
  const Account account = LogIn("13812345678");
  const std::string self = tokens_.Coordinator(account.id, "c1");
  const std::string id = Report(account.token, "c1")->registration_id();
  EXPECT_EQ(ReasonName(Review(self, id)), "OWN_REGISTRATION");
  EXPECT_EQ(ReasonName(Review(self, id, false)), "OWN_REGISTRATION");
  ASSERT_THAT(Review(tokens_.Operator(), id), testing::IsOk());
  EXPECT_EQ(ReasonName(Do(&Registrations::SuspendRegistration, self, id)), "OWN_REGISTRATION");
  ASSERT_THAT(Do(&Registrations::SuspendRegistration, Coordinator("c1"), id), testing::IsOk());
  EXPECT_EQ(ReasonName(Do(&Registrations::ResumeRegistration, self, id)), "OWN_REGISTRATION");
  EXPECT_EQ(ReasonName(Do(&Registrations::WithdrawRegistration, self, id)),
            "REGISTRATION_SUSPENDED");
  EXPECT_THAT(Do(&Registrations::ResumeRegistration, Coordinator("c1"), id), testing::IsOk());
  // They may still do with their own what everybody may.
  EXPECT_THAT(Do(&Registrations::WithdrawRegistration, self, id), testing::IsOk());
}

TEST_P(RegistrationServiceTest, NobodyDecidesOnThatOfTheUnitTheySpeakFor) {
  const Account liaison = LogIn("13812345678");
  const v1::Unit unit = MakeUnit("s2", liaison.id);
  const auto reported = Report(liaison.token, "c1", unit.unit_id());
  ASSERT_THAT(reported, testing::IsOk());
  const std::string self = tokens_.Coordinator(liaison.id, "c1");
  EXPECT_EQ(ReasonName(Review(self, reported->registration_id())), "OWN_REGISTRATION");
  EXPECT_THAT(Review(Coordinator("c1"), reported->registration_id()), testing::IsOk());
}

TEST_P(RegistrationServiceTest, TheReasonOfOneChangeIsNotThatOfTheNext) {
  const Account account = LogIn("13812345678");
  const std::string id = Join(account, "c1").registration_id();
  ASSERT_THAT(Do(&Registrations::SuspendRegistration, Coordinator("c1"), id, "多次缺席"),
              testing::IsOk());
  ASSERT_THAT(Do(&Registrations::ResumeRegistration, Coordinator("c1"), id), testing::IsOk());
  EXPECT_EQ(Get(id).change_comment(), "");
}

TEST_P(RegistrationServiceTest, WhatNobodyReviewsLapsesAndIsAnnounced) {
  const Account account = LogIn("13812345678");
  const std::string id = Report(account.token, "c1")->registration_id();
  Advance(kReviewWithin - std::chrono::minutes(1));
  EXPECT_EQ(StateOf(id), "PENDING");
  Advance(std::chrono::minutes(1));
  EXPECT_EQ(StateOf(id), "ENDED");
  EXPECT_EQ(Get(id).end_reason(), v1::REGISTRATION_END_REASON_LAPSED);
  EXPECT_EQ(CountEvents([&](const auto& event) {
              return event.registration_changed().registration().end_reason() ==
                     v1::REGISTRATION_END_REASON_LAPSED;
            }),
            1);
  EXPECT_THAT(List("c1", v1::REGISTRATION_STATE_PENDING), IsEmpty());
  EXPECT_THAT(Report(tokens_.Person(account.id), "c1"), testing::IsOk());
}

TEST_P(RegistrationServiceTest, ASuspensionEndsAfterAYearAndAReviewEndsTheWaiting) {
  const Account account = LogIn("13812345678");
  const std::string id = Join(account, "c1").registration_id();
  Advance(kReviewWithin);
  EXPECT_EQ(StateOf(id), "ACTIVE");
  ASSERT_THAT(Do(&Registrations::SuspendRegistration, Coordinator("c1"), id), testing::IsOk());
  Advance(kLongestSuspension - std::chrono::minutes(1));
  EXPECT_EQ(StateOf(id), "SUSPENDED");
  Advance(std::chrono::minutes(1));
  EXPECT_EQ(StateOf(id), "ENDED");
  EXPECT_EQ(Get(id).end_reason(), v1::REGISTRATION_END_REASON_EXPIRED);
}

TEST_P(RegistrationServiceTest, OneLiveRegistrationPerArea) {
  const Account account = LogIn("13812345678");
  const auto first = Report(account.token, "c1");
  const auto second = Report(account.token, "c1");
  EXPECT_EQ(ReasonName(second), "ALREADY_REGISTERED");
  EXPECT_EQ(MetadataOf(second.status())["registration"], first->registration_id());
  EXPECT_THAT(Report(account.token, "c2"), testing::IsOk());
  ASSERT_THAT(Do(&Registrations::WithdrawRegistration, account.token, first->registration_id()),
              testing::IsOk());
  EXPECT_THAT(Report(account.token, "c1"), testing::IsOk());
}

// However many phones of one person report at once, under different request_ids.
TEST_P(RegistrationServiceTest, ConcurrentReportsMakeOneRegistration) {
  const Account account = LogIn("13812345678");
  const int kCallers = 12;
  int done = 0, succeeded = 0;
  auto report = [&](int i) -> Task<void> {
    v1::CreateRegistrationRequest request;
    request.set_request_id("c" + std::to_string(i));
    request.set_area_code("c1");
    const auto answer = co_await registration_client_->Call(&Registrations::CreateRegistration,
                                                            rpc::CallOptions::As(account.token),
                                                            std::move(request));
    ++done;
    succeeded += answer.ok();
    if (!answer.ok()) {
      EXPECT_THAT(answer, ::testing::AnyOf(testing::IsRefusal(Reason::ALREADY_REGISTERED),
                                           testing::IsRefusal(Reason::CONFLICT_RETRY)));
    }
  };
  for (int i = 0; i < kCallers; ++i) asio::co_spawn(loop_, report(i), asio::detached);
  loop_.restart();
  while (done < kCallers) loop_.run_one_for(std::chrono::milliseconds(10));
  EXPECT_EQ(succeeded, 1);
  EXPECT_THAT(List("c1", v1::REGISTRATION_STATE_PENDING).size(), 1u);
}

TEST_P(RegistrationServiceTest, RepeatsGetTheFirstAnswer) {
  const Account account = LogIn("13812345678");
  v1::CreateRegistrationRequest request;
  request.set_request_id("same");
  request.set_area_code("c1");
  const auto first = Create(account.token, request);
  ASSERT_THAT(first, testing::IsOk());
  for (int i = 0; i < 3; ++i) {
    const auto again = Create(account.token, request);
    ASSERT_THAT(again, testing::IsOk());
    EXPECT_EQ(again->registration_id(), first->registration_id());
  }
  request.set_area_code("c2");
  EXPECT_EQ(ReasonName(Create(account.token, request)), "REQUEST_ID_REUSED");
}

TEST_P(RegistrationServiceTest, OnlyTheSubjectReports) {
  const Account account = LogIn("13812345678");
  const Account other = LogIn("13912345678");
  EXPECT_EQ(ReasonName(Report(other.token, "c1", account.id)), "PERMISSION_DENIED");
  EXPECT_EQ(ReasonName(Report(Coordinator("d1"), "c1", account.id)), "PERMISSION_DENIED");
  EXPECT_THAT(Report(account.token, "c1", account.id), testing::IsOk());
  EXPECT_EQ(ReasonName(Report(account.token, "nowhere")), "AREA_UNKNOWN");
  EXPECT_EQ(ReasonName(Report(account.token, "d1")), "AREA_LEVEL_WRONG");
}

TEST_P(RegistrationServiceTest, UnitsReportThroughTheirLiaison) {
  const Account liaison = LogIn("13812345678");
  const v1::Unit unit = MakeUnit("s2", liaison.id);
  v1::CreateRegistrationRequest request;
  request.set_subject_id(unit.unit_id());
  request.set_area_code("c1");
  request.set_kind(v1::REGISTRATION_KIND_PAIRING);
  const auto paired = Create(liaison.token, request);
  ASSERT_THAT(paired, testing::IsOk());
  ASSERT_THAT(Review(Coordinator("c1"), paired->registration_id()), testing::IsOk());
  EXPECT_GE(CountEvents([&](const auto& event) {
              return event.has_registration_changed() &&
                     event.registration_changed().liaison_id() == liaison.id;
            }),
            2);
  const Account stranger = LogIn("13912345678");
  EXPECT_EQ(ReasonName(Report(stranger.token, "c2", unit.unit_id())), "PERMISSION_DENIED");
  v1::ListSubjectRegistrationsRequest list;
  list.set_subject_id(unit.unit_id());
  const auto listed =
      Call(*registration_client_, &Registrations::ListSubjectRegistrations, liaison.token, list);
  ASSERT_THAT(listed, testing::IsOk());
  EXPECT_EQ(listed->registrations_size(), 1);
}

// 双报到: a person comes through a unit that is there, or through their own.
TEST_P(RegistrationServiceTest, PeopleComeThroughUnitsThatAreThere) {
  const Account liaison = LogIn("13812345678");
  const Account account = LogIn("13912345678");
  const v1::Unit unit = MakeUnit("s2", liaison.id);
  v1::CreateRegistrationRequest request;
  request.set_area_code("g1");
  request.set_through_unit_id(unit.unit_id());
  EXPECT_EQ(ReasonName(Create(account.token, request)), "NOT_A_MEMBER");
  const auto reported = Report(liaison.token, "c1", unit.unit_id());
  ASSERT_THAT(reported, testing::IsOk());
  EXPECT_EQ(ReasonName(Create(account.token, request)), "NOT_A_MEMBER");  // not reviewed yet
  ASSERT_THAT(Review(Coordinator("c1"), reported->registration_id()), testing::IsOk());
  const auto through = Create(account.token, request);
  ASSERT_THAT(through, testing::IsOk());
  EXPECT_EQ(through->through_unit_id(), unit.unit_id());
  request.set_area_code("c3");
  EXPECT_EQ(ReasonName(Create(account.token, request)), "NOT_A_MEMBER");
  v1::UpdatePersonRequest own;
  own.set_request_id(NextRequest());
  own.set_person_id(account.id);
  own.set_unit_id(unit.unit_id());
  own.mutable_update_mask()->add_paths("unit_id");
  ASSERT_THAT(Call(*person_client_, &People::UpdatePerson, account.token, own), testing::IsOk());
  EXPECT_THAT(Create(account.token, request), testing::IsOk());
  // The unit hears of the person's service while a reviewed registration came through it.
  EXPECT_EQ(ProfileOf(account.id).unit_id(), "");
  ASSERT_THAT(Review(Coordinator("c1"), through->registration_id()), testing::IsOk());
  EXPECT_EQ(ProfileOf(account.id).unit_id(), unit.unit_id());
  ASSERT_THAT(Do(&Registrations::WithdrawRegistration, account.token, through->registration_id()),
              testing::IsOk());
  EXPECT_EQ(ProfileOf(account.id).unit_id(), "");
}

TEST_P(RegistrationServiceTest, TransferEndsOneAndOpensAnother) {
  const Account account = LogIn("13812345678");
  const std::string old = Join(account, "c1").registration_id();
  const auto opened = Transfer(account.token, old, "c3");
  ASSERT_THAT(opened, testing::IsOk());
  EXPECT_EQ(opened->area_code(), "c3");
  EXPECT_EQ(opened->state(), v1::REGISTRATION_STATE_PENDING);
  EXPECT_EQ(Get(old).end_reason(), v1::REGISTRATION_END_REASON_TRANSFERRED);
  EXPECT_THAT(ProfileOf(account.id).area_codes(), IsEmpty());
  EXPECT_THAT(List("s1", v1::REGISTRATION_STATE_ACTIVE), IsEmpty());
  EXPECT_THAT(List("s2", v1::REGISTRATION_STATE_PENDING), ElementsAre(opened->registration_id()));
  v1::ListSubjectRegistrationsRequest list;
  list.set_subject_id(account.id);
  EXPECT_EQ(
      Call(*registration_client_, &Registrations::ListSubjectRegistrations, account.token, list)
          ->registrations_size(),
      2);
}

// After 1,000 the newest were left out, live ones too.
TEST_P(RegistrationServiceTest, TheNewestOfASubjectAreListedFirst) {
  const Account account = LogIn("13812345678");
  const int shard = store_->keys().ShardOfId(account.id);
  store::Commit old(shard);
  const std::string list_key =
      record::IndexKeys(store_->keys(), "registration").Of(shard, account.id);
  for (int i = 0; i < 1000; ++i) {
    std::string id = "reg_00000000000000000000000000";
    id.replace(id.size() - 4, 4, std::to_string(1000 + i));
    old.IndexAdd(list_key, record::CreatedAt(id), id + "|");
  }
  ASSERT_THAT(Run(store_->Apply(std::move(old))), testing::IsOk());
  const std::string first = Join(account, "c1").registration_id();
  clock_.Advance(Millis(1));
  const std::string second = Join(account, "c2").registration_id();
  v1::ListSubjectRegistrationsRequest list;
  list.set_subject_id(account.id);
  const auto listed =
      Call(*registration_client_, &Registrations::ListSubjectRegistrations, account.token, list);
  ASSERT_THAT(listed, testing::IsOk());
  ASSERT_EQ(listed->registrations_size(), 2);
  EXPECT_EQ(listed->registrations(0).registration_id(), second);
  EXPECT_EQ(listed->registrations(1).registration_id(), first);
}

TEST_P(RegistrationServiceTest, RegistrationsOfAnUnknownAreaAreNotNone) {
  v1::ListRegistrationsRequest request;
  request.set_area_code("nowhere");
  EXPECT_EQ(ReasonName(Call(*registration_client_, &Registrations::ListRegistrations,
                            tokens_.Operator(), request)),
            "AREA_UNKNOWN");
}

// Requests that were sent again counted as new transitions.
TEST_P(RegistrationServiceTest, WhatIsSentAgainIsCountedOnce) {
  const Account account = LogIn("13812345678");
  const auto counted = [&](const std::string& from, const std::string& to, int count) {
    return registry_.Text().find("{from=\"" + from + "\",record=\"registration\",to=\"" + to +
                                 "\"} " + std::to_string(count) + "\n") != std::string::npos;
  };
  v1::CreateRegistrationRequest create;
  create.set_request_id("create");
  create.set_area_code("c1");
  v1::ReviewRegistrationRequest review;
  review.set_request_id("review");
  review.set_verdict(v1::REGISTRATION_VERDICT_APPROVE);
  v1::TransferRegistrationRequest transfer;
  transfer.set_request_id("transfer");
  transfer.set_area_code("c3");
  for (int i = 0; i < 2; ++i) {
    const auto created =
        Call(*registration_client_, &Registrations::CreateRegistration, account.token, create);
    ASSERT_THAT(created, testing::IsOk());
    review.set_registration_id(created->registration_id());
    transfer.set_registration_id(created->registration_id());
  }
  for (int i = 0; i < 2; ++i) {
    ASSERT_THAT(
        Call(*registration_client_, &Registrations::ReviewRegistration, Coordinator("c1"), review),
        testing::IsOk());
  }
  for (int i = 0; i < 2; ++i) {
    ASSERT_THAT(
        Call(*registration_client_, &Registrations::TransferRegistration, account.token, transfer),
        testing::IsOk());
  }
  // A transfer ends one and opens another.
  EXPECT_TRUE(counted("NONE", "PENDING", 2)) << registry_.Text();
  EXPECT_TRUE(counted("PENDING", "ACTIVE", 1)) << registry_.Text();
  EXPECT_TRUE(counted("ACTIVE", "ENDED", 1)) << registry_.Text();
}

TEST_P(RegistrationServiceTest, SecondmentsEndByThemselves) {
  const Account account = LogIn("13812345678");
  v1::CreateRegistrationRequest request;
  request.set_area_code("c1");
  request.set_kind(v1::REGISTRATION_KIND_SECONDMENT);
  EXPECT_EQ(ReasonName(Create(account.token, request)), "INVALID_ARGUMENT_FIELDS");
  *request.mutable_expire_time() = ToTimestamp(clock_.Now() + std::chrono::hours(1));
  const auto seconded = Create(account.token, request);
  ASSERT_THAT(seconded, testing::IsOk());
  ASSERT_THAT(Review(Coordinator("c1"), seconded->registration_id()), testing::IsOk());
  Advance(std::chrono::minutes(59));
  EXPECT_EQ(StateOf(seconded->registration_id()), "ACTIVE");
  Advance(std::chrono::minutes(1));
  EXPECT_EQ(StateOf(seconded->registration_id()), "ENDED");
  EXPECT_EQ(Get(seconded->registration_id()).end_reason(), v1::REGISTRATION_END_REASON_EXPIRED);
  EXPECT_THAT(ProfileOf(account.id).area_codes(), IsEmpty());
  EXPECT_EQ(CountEvents([](const auto& event) {
              return event.has_registration_changed() &&
                     event.actor_id().starts_with("registration");
            }),
            1);
}

TEST_P(RegistrationServiceTest, AWithdrawnSecondmentLeavesNoTimer) {
  const Account account = LogIn("13812345678");
  v1::CreateRegistrationRequest request;
  request.set_area_code("c1");
  request.set_kind(v1::REGISTRATION_KIND_SECONDMENT);
  *request.mutable_expire_time() = ToTimestamp(clock_.Now() + std::chrono::minutes(1));
  const std::string id = Create(account.token, request)->registration_id();
  ASSERT_THAT(Do(&Registrations::WithdrawRegistration, account.token, id), testing::IsOk());
  Advance(std::chrono::hours(1));
  EXPECT_EQ(Get(id).end_reason(), v1::REGISTRATION_END_REASON_WITHDRAWN);
}

// The review queue of a district, page by page, while others keep reporting.
TEST_P(RegistrationServiceTest, ReviewQueuesAreStableUnderConcurrentReports) {
  std::vector<std::string> waiting;
  for (int i = 0; i < 10; ++i) {
    const Account account = LogIn("1361234567" + std::to_string(i));
    waiting.push_back(Report(account.token, i % 2 == 0 ? "c1" : "c3")->registration_id());
  }
  std::sort(waiting.begin(), waiting.end());
  EXPECT_EQ(List("d1", v1::REGISTRATION_STATE_PENDING), waiting);
  EXPECT_EQ(List("31", v1::REGISTRATION_STATE_PENDING, 100), waiting);
  EXPECT_EQ(List("s1", v1::REGISTRATION_STATE_PENDING).size(), 5u);
  EXPECT_THAT(List("c2", v1::REGISTRATION_STATE_PENDING), IsEmpty());

  v1::ListRegistrationsRequest request;
  request.set_area_code("d1");
  request.set_page_size(3);
  std::set<std::string> seen;
  for (int page_number = 0;; ++page_number) {
    const auto page =
        Call(*registration_client_, &Registrations::ListRegistrations, Coordinator("d1"), request);
    ASSERT_THAT(page, testing::IsOk());
    for (const auto& registration : page->registrations()) {
      EXPECT_TRUE(seen.insert(registration.registration_id()).second);
    }
    const Account late = LogIn("1351234567" + std::to_string(page_number));
    ASSERT_THAT(Report(late.token, "c2"), testing::IsOk());
    if (page->next_page_token().empty() || page_number > 7) break;
    request.set_page_token(page->next_page_token());
  }
  for (const std::string& id : waiting) EXPECT_TRUE(seen.contains(id)) << id;
}

INSTANTIATE_TEST_SUITE_P(Stores, RegistrationServiceTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis), BackendName);

}  // namespace
}  // namespace baodao::registration
