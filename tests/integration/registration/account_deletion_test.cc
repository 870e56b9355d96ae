// The deletion of an account: what stands in its way, and what is left.
#include <functional>

#include "baodao/registration/v1/account.grpc.pb.h"
#include "baodao/registration/v1/unit_liaison.grpc.pb.h"
#include "baodao/registration/v1/verification.grpc.pb.h"
#include "common/status/macros.h"
#include "common/store/memory_store.h"
#include "common/testing/matchers.h"
#include "tests/integration/registration/fixture.h"

namespace baodao::registration {
namespace {

constexpr char kLeaversPhone[] = "13812345611";
constexpr std::chrono::hours kFifteenDays{15 * 24};

class AccountDeletionTest : public ServiceTest {
 protected:
  using Deletions = rpc::AsyncOf<v1::AccountService>;

  absl::StatusOr<v1::Person> RequestDeletion(const Account& account) {
    v1::RequestAccountDeletionRequest request;
    request.set_request_id(NextRequest());
    request.set_person_id(account.id);
    return Call(deletion_client_, &Deletions::RequestAccountDeletion, account.token, request);
  }
  absl::StatusOr<v1::Person> CancelDeletion(const Account& account) {
    v1::CancelAccountDeletionRequest request;
    request.set_request_id(NextRequest());
    request.set_person_id(account.id);
    return Call(deletion_client_, &Deletions::CancelAccountDeletion, account.token, request);
  }
  absl::StatusOr<v1::Person> Rename(const Account& account) {
    v1::UpdatePersonRequest request;
    request.set_request_id(NextRequest());
    request.set_person_id(account.id);
    request.set_display_name("张三丰");
    request.mutable_update_mask()->add_paths("display_name");
    return Call(*person_client_, &People::UpdatePerson, account.token, request);
  }
  v1::Registration ReportWithNote(const Account& account, const std::string& area) {
    v1::CreateRegistrationRequest report;
    report.set_request_id(NextRequest());
    report.set_area_code(area);
    report.set_note("住在三楼");
    return Ok(
        Call(*registration_client_, &Registrations::CreateRegistration, account.token, report));
  }
  v1::Registration Reported(const v1::Registration& registration) {
    return Ok(Run(records_->Find(kRegistration, registration.registration_id())))
        .record.registration();
  }
  std::string Refresh(const Account& account) {
    v1::RefreshTokensRequest refresh;
    refresh.set_refresh_token(account.tokens.refresh_token());
    return ReasonName(Call(*session_client_, &Sessions::RefreshTokens, "", refresh));
  }
  // Whether the phone leads to anybody.
  bool PhoneLeadsOn() {
    const std::string index = app_->keys.Phone(app_->vault.PhoneHash(kLeaversPhone));
    return Ok(Run(store_->Get(index))).exists();
  }
  // How often the person was told that the account will be deleted, or stays.
  int Told(bool closes) {
    return CountEvents([&](const auto& event) {
      return event.has_account_deletion_changed() &&
             event.account_deletion_changed().has_delete_time() == closes;
    });
  }
  v1::PersonRecord Stored(const std::string& id) {
    return Ok(Run(records_->Find(kPerson, id))).record;
  }
  int Gone() {
    return CountEvents([](const auto& event) { return event.has_account_deleted(); });
  }
  // The phone logs in once more, after any time.
  Account Again() {
    ForgetLastMinute(kLeaversPhone);
    return LogIn(kLeaversPhone);
  }

  rpc::Client<v1::AccountService> deletion_client_{channel()};
};

INSTANTIATE_TEST_SUITE_P(Stores, AccountDeletionTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis), BackendName);

TEST_P(AccountDeletionTest, AfterwardsNothingLeadsToThePerson) {
  const Account account = LogIn(kLeaversPhone);
  Ok(Rename(account));
  const v1::Registration active = Join(account, "c1");
  const v1::Registration pending = ReportWithNote(account, "c3");
  v1::ApplyForVerificationRequest apply;
  apply.set_request_id(NextRequest());
  apply.set_person_id(account.id);
  apply.set_area_code("c1");
  apply.set_category("veteran");
  apply.set_statement("1998 年入伍");
  rpc::Client<v1::VerificationService> verifications(channel());
  const v1::Verification applied =
      Ok(Call(verifications, &rpc::AsyncOf<v1::VerificationService>::ApplyForVerification,
              account.token, apply));
  const v1::Person closing = Ok(RequestDeletion(account));
  EXPECT_EQ(ToTime(closing.delete_time()), clock_.Now() + kFifteenDays);
  EXPECT_EQ(ReasonName(Rename(account)), "ACCOUNT_CLOSING");
  EXPECT_EQ(ReasonName(Report(account.token, "c4")), "ACCOUNT_CLOSING");
  Advance(kFifteenDays - std::chrono::minutes(1));
  const Account late = Again();
  EXPECT_EQ(late.id, account.id);
  EXPECT_EQ(late.tokens.person().delete_time().seconds(), closing.delete_time().seconds());
  EXPECT_EQ(Gone(), 0);
  Advance(std::chrono::minutes(1));
  EXPECT_EQ(Gone(), 1);
  EXPECT_EQ(Refresh(late), "SESSION_ENDED") << "at once";
  Advance(kRemainsAfter);
  const v1::PersonRecord left = Stored(account.id);
  v1::PersonRecord nobody;
  *nobody.mutable_person()->mutable_create_time() = left.person().create_time();
  *nobody.mutable_person()->mutable_update_time() = left.person().update_time();
  *nobody.mutable_person()->mutable_delete_time() = left.person().delete_time();
  nobody.mutable_person()->set_person_id(account.id);
  EXPECT_EQ(left.SerializeAsString(), nobody.SerializeAsString());
  EXPECT_EQ(ProfileOf(account.id).area_codes_size(), 0);
  for (const v1::Registration& registration : {active, pending}) {
    const v1::Registration ended = Reported(registration);
    EXPECT_EQ(ended.state(), v1::REGISTRATION_STATE_ENDED);
    EXPECT_EQ(ended.note(), "");
  }
  const auto proof = Ok(Run(records_->Find(kVerification, applied.verification_id()))).record;
  EXPECT_EQ(proof.verification().state(), v1::VERIFICATION_STATE_WITHDRAWN);
  EXPECT_EQ(proof.sealed_proof(), "");
  EXPECT_EQ(Refresh(late), "SESSION_ENDED");
  EXPECT_FALSE(PhoneLeadsOn());
  v1::GrantRoleRequest grant;
  grant.set_request_id(NextRequest());
  grant.set_person_id(account.id);
  grant.set_role(auth::v1::ROLE_COORDINATOR);
  grant.set_area_code("c1");
  EXPECT_EQ(ReasonName(Call(*session_client_, &Sessions::GrantRole, tokens_.Operator(), grant)),
            "NOT_FOUND");
  EXPECT_NE(Again().id, account.id) << "the phone is free";
  Advance(kFifteenDays);
  EXPECT_EQ(Gone(), 1);
}

TEST_P(AccountDeletionTest, UntilThenItCanBeTakenBack) {
  const Account account = LogIn(kLeaversPhone);
  EXPECT_EQ(ReasonName(CancelDeletion(account)), "NO_ACCOUNT_DELETION");
  const v1::Person closing = Ok(RequestDeletion(account));
  clock_.Advance(std::chrono::minutes(1));
  EXPECT_EQ(Ok(RequestDeletion(account)).delete_time().seconds(), closing.delete_time().seconds());
  EXPECT_FALSE(Ok(CancelDeletion(account)).has_delete_time());
  EXPECT_THAT(Rename(account), testing::IsOk());
  Advance(kFifteenDays);
  EXPECT_EQ(Gone(), 0);
  EXPECT_EQ(Again().id, account.id);
  EXPECT_EQ(Told(true), 1);
  EXPECT_EQ(Told(false), 1);
}

TEST_P(AccountDeletionTest, WhatOthersCountOnStandsInItsWay) {
  const Account account = LogIn(kLeaversPhone);
  const v1::Registration registration = Join(account, "c1");
  v1::ChangeRegistrationRequest suspend;
  suspend.set_request_id(NextRequest());
  suspend.set_registration_id(registration.registration_id());
  Ok(Call(*registration_client_, &Registrations::SuspendRegistration, Coordinator("31"), suspend));
  MakeUnit("c1", account.id);
  v1::GrantRoleRequest grant;
  grant.set_request_id(NextRequest());
  grant.set_person_id(account.id);
  grant.set_role(auth::v1::ROLE_COORDINATOR);
  grant.set_area_code("c1");
  Ok(Call(*session_client_, &Sessions::GrantRole, tokens_.Operator(), grant));
  obligations_elsewhere_ = {"task", "need"};
  const auto refused = RequestDeletion(account);
  EXPECT_EQ(ReasonName(refused), "ACCOUNT_IN_USE");
  EXPECT_EQ(MetadataOf(refused.status())["obligations"], "role,liaison,suspension,task,need");
  EXPECT_FALSE(Stored(account.id).person().has_delete_time());
}

TEST_P(AccountDeletionTest, WhatIsBegunMeanwhilePutsItOff) {
  const Account account = LogIn(kLeaversPhone);
  Ok(RequestDeletion(account));
  obligations_elsewhere_ = {"need"};
  Advance(kFifteenDays);
  EXPECT_EQ(Gone(), 0);
  EXPECT_EQ(ToTime(Stored(account.id).person().delete_time()),
            clock_.Now() + std::chrono::hours(24));
  EXPECT_EQ(Told(true), 2);
  const auto names = [&] {
    std::vector<std::string> last;
    for (const events::v1::Event& event : Events()) {
      if (!event.has_account_deletion_changed()) continue;
      const auto& named = event.account_deletion_changed().obligations();
      last.assign(named.begin(), named.end());
    }
    return last;
  };
  EXPECT_EQ(names(), std::vector<std::string>{"need"});
  Advance(std::chrono::hours(24));
  EXPECT_EQ(Told(true), 2) << "it is the same still";
  obligations_elsewhere_.push_back("booking");
  Advance(std::chrono::hours(24));
  EXPECT_EQ(Told(true), 3);
  EXPECT_EQ(names(), (std::vector<std::string>{"need", "booking"}));
  obligations_elsewhere_.clear();
  Advance(std::chrono::hours(24));
  EXPECT_EQ(Gone(), 1);
}

// The unit lies in another shard: neither commit saw the other.
TEST_P(AccountDeletionTest, WhoBecameALiaisonInThatMomentIsNoneAfterwards) {
  const Account account = LogIn(kLeaversPhone), stays = LogIn("13812345612");
  const v1::Unit unit = MakeUnit("c1", stays.id), other = MakeUnit("c1", stays.id);
  v1::LiaisonRequest add;
  add.set_unit_id(unit.unit_id());
  add.set_person_id(account.id);
  rpc::Client<v1::UnitLiaisonService> liaisons(channel());
  const auto answer = [&](const std::string& id) {
    add.set_request_id(id);
    return Call(liaisons, &rpc::AsyncOf<v1::UnitLiaisonService>::AddLiaison, Coordinator("s1"),
                add);
  };
  Ok(RequestDeletion(account));
  Advance(kFifteenDays);
  EXPECT_EQ(Gone(), 1);
  EXPECT_EQ(ReasonName(answer("late")), "INVALID_ARGUMENT_FIELDS");
  const record::Origin origin{"", "", clock_.Now()};
  const std::function<Task<absl::Status>(record::Transaction&)> slip_in =
      [&](record::Transaction& transaction) -> Task<absl::Status> {
    CO_ASSIGN_OR_RETURN(const auto before, co_await records_->Load(kUnit, unit.unit_id()));
    v1::UnitRecord after = before.record;
    after.mutable_unit()->add_liaison_ids(account.id);
    transaction.Put(kUnit, before, after);
    co_return absl::OkStatus();
  };
  EXPECT_THAT(Run(records_->Update(records_->ShardOfId(unit.unit_id()), origin, slip_in)),
              testing::IsOk());
  Advance(kRemainsAfter);
  EXPECT_THAT(Ok(Run(records_->Load(kUnit, unit.unit_id()))).record.unit().liaison_ids(),
              ::testing::ElementsAre(stays.id));
  EXPECT_THAT(Ok(Run(records_->Load(kUnit, other.unit_id()))).record.unit().liaison_ids(),
              ::testing::ElementsAre(stays.id));
  EXPECT_EQ(CountEvents([&](const auto& event) {
              return event.unit_liaison_changed().person_id() == account.id &&
                     event.unit_liaison_changed().step() == events::v1::LIAISON_STEP_REMOVED;
            }),
            1);
}

class CutOffDeletionTest : public AccountDeletionTest {
 protected:
  // Fires what is due, once; answers whether all of it was done.
  bool FireDue() {
    bool done = true;
    for (const timers::Timer& timer : TakeDue(clock_.Now())) {
      done &= Run(records_->OnDeadline(timer)).ok();
    }
    return done;
  }
  // Lets one commit of each round fail: the first before it happens, the first after it has, the
  // second before it happens, and so on. The caller counts rounds, and sets `commits` to 0 for
  // each.
  void FailIn(const int& round, int* commits) {
    static_cast<store::MemoryStore*>(store_)->SetFaults(
        [&round, commits](std::string_view method, std::string_view) {
          store::Fault fault;
          if (method != "Apply" || ++*commits != round / 2 + 1) return fault;
          (round % 2 == 0 ? fault.fail_before : fault.fail_after) = true;
          return fault;
        });
  }
  void FailNoMore() { static_cast<store::MemoryStore*>(store_)->SetFaults({}); }
};

INSTANTIATE_TEST_SUITE_P(Stores, CutOffDeletionTest, ::testing::Values(Backend::kMemory),
                         BackendName);

TEST_P(CutOffDeletionTest, IsDoneInTheEnd) {
  const Account account = LogIn(kLeaversPhone);
  const std::vector<v1::Registration> reported = {ReportWithNote(account, "c1"),
                                                  ReportWithNote(account, "c3")};
  for (const v1::Registration& registration : reported) {
    Ok(Review(Coordinator("31"), registration.registration_id()));
  }
  Ok(RequestDeletion(account));
  Advance(std::chrono::hours(1));  // its login code is gone
  clock_.Advance(kFifteenDays - std::chrono::hours(1));
  int round = 0, commits = 0;
  FailIn(round, &commits);
  EXPECT_FALSE(FireDue());
  EXPECT_FALSE(IsErased(Stored(account.id)));
  while (++round < 40) {
    commits = 0;
    clock_.Advance(2 * kRemainsAfter);
    FireDue();
  }
  FailNoMore();
  EXPECT_EQ(Gone(), 1);
  EXPECT_TRUE(IsErased(Stored(account.id)));
  EXPECT_FALSE(Stored(account.id).has_remains());
  for (const v1::Registration& registration : reported) {
    EXPECT_EQ(Reported(registration).note(), "");
  }
  EXPECT_EQ(CountEvents([](const auto& event) { return event.has_session_ended(); }), 1);
  EXPECT_EQ(Refresh(account), "SESSION_ENDED");
  EXPECT_FALSE(PhoneLeadsOn());
}

TEST_P(CutOffDeletionTest, WhoCancelsAtTheLastMomentKeepsEverything) {
  const Account account = LogIn(kLeaversPhone);
  const v1::Registration reported = ReportWithNote(account, "c1");
  Ok(RequestDeletion(account));
  clock_.Advance(kFifteenDays);
  static_cast<store::MemoryStore*>(store_)->SetFaults(
      [](std::string_view method, std::string_view) {
        store::Fault fault;
        fault.fail_before = method == "Apply";
        return fault;
      });
  EXPECT_FALSE(FireDue());
  FailNoMore();
  EXPECT_EQ(Refresh(account), "OK");
  const Account late = Again();
  EXPECT_EQ(late.id, account.id);
  EXPECT_FALSE(Ok(CancelDeletion(late)).has_delete_time());
  EXPECT_EQ(Reported(reported).note(), "住在三楼");
}

}  // namespace
}  // namespace baodao::registration
