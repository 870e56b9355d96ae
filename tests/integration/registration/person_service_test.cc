#include "common/clock/timestamp.h"
#include "common/ids/ids.h"
#include "common/testing/matchers.h"
#include "tests/integration/registration/fixture.h"

namespace baodao::registration {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PersonServiceTest : public ServiceTest {
 protected:
  v1::UpdatePersonRequest Update(const std::string& person_id) {
    v1::UpdatePersonRequest request;
    request.set_request_id(NextRequest());
    request.set_person_id(person_id);
    request.set_display_name("张三丰");
    request.set_address("上海市杨浦区平凉路1000弄3号");
    request.add_skills("first_aid");
    request.add_categories("volunteer");
    request.mutable_home()->set_latitude(31.27364);
    request.mutable_home()->set_longitude(121.52781);
    for (const char* path : {"display_name", "address", "skills", "categories", "home"}) {
      request.mutable_update_mask()->add_paths(path);
    }
    return request;
  }
  absl::StatusOr<v1::Person> Send(const std::string& token,
                                  const v1::UpdatePersonRequest& request) {
    return Call(*person_client_, &People::UpdatePerson, token, request);
  }
  absl::StatusOr<v1::Person> Get(const std::string& token, const std::string& id) {
    v1::GetPersonRequest request;
    request.set_person_id(id);
    return Call(*person_client_, &People::GetPerson, token, request);
  }
};

TEST_P(PersonServiceTest, OwnersSeeThemselvesCoordinatorsMasksStrangersNothing) {
  const Account account = LogIn("13812345678");
  const auto updated = Send(account.token, Update(account.id));
  ASSERT_THAT(updated, testing::IsOk());
  EXPECT_EQ(updated->display_name(), "张三丰");
  EXPECT_EQ(Get(account.token, account.id)->address(), "上海市杨浦区平凉路1000弄3号");
  // Nobody coordinates somebody who has reported nowhere.
  EXPECT_EQ(ReasonName(Get(Coordinator("d1"), account.id)), "PERMISSION_DENIED");
  ASSERT_THAT(Report(account.token, "c1"), testing::IsOk());
  for (const char* area : {"c1", "s1", "d1"}) {
    const auto masked = Get(Coordinator(area), account.id);
    ASSERT_THAT(masked, testing::IsOk());
    EXPECT_EQ(masked->display_name(), "张**");
    EXPECT_EQ(masked->phone(), "138****5678");
    EXPECT_EQ(masked->address().find("1000"), std::string::npos);
  }
  for (const char* area : {"c2", "s2", "d2"}) {
    EXPECT_EQ(ReasonName(Get(Coordinator(area), account.id)), "PERMISSION_DENIED");
  }
  const Account other = LogIn("13912345678");
  EXPECT_EQ(ReasonName(Get(other.token, account.id)), "PERMISSION_DENIED");
  EXPECT_EQ(ReasonName(Send(other.token, Update(account.id))), "PERMISSION_DENIED");
}

// It could be written, and never read.
TEST_P(PersonServiceTest, HomesAreExactForTheirOwnersAndRoundedForCoordinators) {
  const Account account = LogIn("13812345678");
  EXPECT_FALSE(Get(account.token, account.id)->has_home());
  const auto updated = Send(account.token, Update(account.id));
  ASSERT_THAT(updated, testing::IsOk());
  EXPECT_DOUBLE_EQ(updated->home().latitude(), 31.27364);
  Join(account, "c1");
  EXPECT_DOUBLE_EQ(Get(account.token, account.id)->home().longitude(), 121.52781);
  v1::ListPeopleRequest list;
  list.set_area_code("c1");
  const auto people = Call(*person_client_, &People::ListPeople, Coordinator("c1"), list);
  ASSERT_THAT(people, testing::IsOk());
  ASSERT_EQ(people->people_size(), 1);
  for (const v1::Person& seen : {*Get(Coordinator("c1"), account.id), people->people(0)}) {
    EXPECT_DOUBLE_EQ(seen.home().latitude(), 31.274);
    EXPECT_DOUBLE_EQ(seen.home().longitude(), 121.528);
  }
  v1::UpdatePersonRequest without;
  without.set_request_id(NextRequest());
  without.set_person_id(account.id);
  without.mutable_update_mask()->add_paths("home");
  ASSERT_THAT(Send(account.token, without), testing::IsOk());
  EXPECT_FALSE(Get(account.token, account.id)->has_home());
  EXPECT_FALSE(Get(Coordinator("c1"), account.id)->has_home());
}

TEST_P(PersonServiceTest, PeopleSayHowFarTheyGo) {
  const Account account = LogIn("13812345678");
  v1::UpdatePersonRequest update;
  update.set_person_id(account.id);
  update.mutable_update_mask()->add_paths("radius_m");
  const auto send = [&](int radius_m) {
    update.set_request_id(NextRequest());
    update.set_radius_m(radius_m);
    return Send(account.token, update);
  };
  ASSERT_THAT(send(3'000), testing::IsOk());
  EXPECT_EQ(Get(account.token, account.id)->radius_m(), 3'000);
  EXPECT_EQ(ProfileOf(account.id).radius_m(), 3'000);
  for (const int bad : {-1, 1, 99, 50'001}) {
    EXPECT_EQ(ReasonName(send(bad)), "INVALID_ARGUMENT_FIELDS") << bad;
  }
  EXPECT_EQ(ProfileOf(account.id).radius_m(), 3'000);
  ASSERT_THAT(send(0), testing::IsOk());
  EXPECT_EQ(ProfileOf(account.id).radius_m(), 0);
}

TEST_P(PersonServiceTest, CoordinatorsPutCredentialsOnRecord) {
  const Account account = LogIn("13812345678");
  v1::GrantCredentialRequest grant;
  grant.set_request_id(NextRequest());
  grant.set_person_id(account.id);
  grant.set_kind("nurse");
  grant.set_issuer("上海市卫生健康委员会");
  *grant.mutable_expire_time() = ToTimestamp(clock_.Now() + std::chrono::days(400));
  const auto send = [&](const std::string& token) {
    return Call(*person_client_, &People::GrantCredential, token, grant);
  };
  EXPECT_EQ(ReasonName(send(account.token)), "PERMISSION_DENIED");
  Join(account, "c1");
  EXPECT_EQ(ReasonName(send(Coordinator("d2"))), "PERMISSION_DENIED");
  const uint64_t before = ProfileOf(account.id).version();
  const auto granted = send(Coordinator("c1"));
  ASSERT_THAT(granted, testing::IsOk());
  EXPECT_EQ(granted->phone(), "138****5678");
  ASSERT_EQ(granted->credentials_size(), 1);
  EXPECT_EQ(granted->credentials(0).verifier_id(), "per_01J00000000000000000000001");
  const v1::Profile profile = ProfileOf(account.id);
  EXPECT_GT(profile.version(), before);
  ASSERT_EQ(profile.credentials_size(), 1);
  EXPECT_EQ(profile.credentials(0).kind(), "nurse");
  EXPECT_EQ(granted->credentials(0).area_code(), "c1");
  EXPECT_EQ(CountEvents([](const events::v1::Event& event) {
              return event.profile_changed().profile().credentials_size() == 1;
            }),
            1);
  ASSERT_THAT(send(Coordinator("c1")), testing::IsOk());  // the same request
  EXPECT_EQ(ProfileOf(account.id).version(), profile.version());

  v1::RevokeCredentialRequest revoke;
  revoke.set_request_id(NextRequest());
  revoke.set_person_id(account.id);
  revoke.set_kind("nurse");
  revoke.set_reason("证书造假");
  EXPECT_EQ(ReasonName(Call(*person_client_, &People::RevokeCredential, account.token, revoke)),
            "PERMISSION_DENIED");
  Join(account, "c3");
  EXPECT_EQ(ReasonName(Call(*person_client_, &People::RevokeCredential, Coordinator("c3"), revoke)),
            "CREDENTIAL_OF_ANOTHER_AREA");
  const auto revoked = Call(*person_client_, &People::RevokeCredential, Coordinator("s1"), revoke);
  ASSERT_THAT(revoked, testing::IsOk());
  EXPECT_EQ(revoked->credentials_size(), 0);
  EXPECT_EQ(ProfileOf(account.id).credentials_size(), 0);
  std::vector<std::string> announced;
  for (const events::v1::Event& event : Events()) {
    if (!event.has_credential_changed()) continue;
    const auto& change = event.credential_changed();
    EXPECT_EQ(change.person_id(), account.id);
    announced.push_back((change.granted() ? "+" : "-") + change.credential().kind() + "@" +
                        change.credential().area_code() + change.reason());
  }
  EXPECT_THAT(announced, ElementsAre("+nurse@c1", "-nurse@c1证书造假"));
}

// A person who has only reported is a stranger: reviewing takes a look at who it is, and no more.
TEST_P(PersonServiceTest, AReportThatNobodyHasReviewedGivesNoReach) {
  const Account account = LogIn("13812345678");
  Join(account, "c3");
  const auto pending = Report(account.token, "c1");
  ASSERT_THAT(pending, testing::IsOk());
  const std::string reviewer = Coordinator("c1");
  EXPECT_THAT(Get(reviewer, account.id), testing::IsOk());
  v1::GetRegistrationRequest one;
  one.set_registration_id(pending->registration_id());
  EXPECT_THAT(Call(*registration_client_, &Registrations::GetRegistration, reviewer, one),
              testing::IsOk());

  v1::GrantCredentialRequest grant;
  grant.set_request_id(NextRequest());
  grant.set_person_id(account.id);
  grant.set_kind("nurse");
  grant.set_issuer("上海市卫生健康委员会");
  *grant.mutable_expire_time() = ToTimestamp(clock_.Now() + std::chrono::days(400));
  v1::ListSubjectRegistrationsRequest others;
  others.set_subject_id(account.id);
  v1::ListRolesRequest roles;
  roles.set_person_id(account.id);
  const auto reached = [&](const std::string& token) {
    return std::vector<std::string>{
        ReasonName(
            Call(*registration_client_, &Registrations::ListSubjectRegistrations, token, others)),
        ReasonName(Call(*session_client_, &Sessions::ListRoles, token, roles))};
  };
  EXPECT_EQ(ReasonName(Call(*person_client_, &People::GrantCredential, reviewer, grant)),
            "NOT_REGISTERED");
  EXPECT_THAT(reached(reviewer), ElementsAre("PERMISSION_DENIED", "PERMISSION_DENIED"));
  EXPECT_THAT(reached(account.token), ElementsAre("OK", "OK"));
  EXPECT_THAT(reached(Coordinator("s2")), ElementsAre("OK", "OK"));
  EXPECT_THAT(reached(tokens_.Operator()), ElementsAre("OK", "OK"));
  ASSERT_THAT(Review(reviewer, pending->registration_id()), testing::IsOk());
  EXPECT_THAT(reached(reviewer), ElementsAre("OK", "OK"));
  EXPECT_THAT(Call(*person_client_, &People::GrantCredential, reviewer, grant), testing::IsOk());
}

TEST_P(PersonServiceTest, WhomPeopleKeepApartFromIsTheirOwnAffair) {
  const Account account = LogIn("13812345678");
  const Account other = LogIn("13912345678");
  Join(account, "c1");
  v1::UpdatePersonRequest update;
  update.set_request_id(NextRequest());
  update.set_person_id(account.id);
  update.add_blocked_person_ids(other.id);
  update.mutable_update_mask()->add_paths("blocked_person_ids");
  const auto updated = Send(account.token, update);
  ASSERT_THAT(updated, testing::IsOk());
  EXPECT_THAT(updated->blocked_person_ids(), ElementsAre(other.id));
  EXPECT_THAT(Get(account.token, account.id)->blocked_person_ids(), ElementsAre(other.id));
  EXPECT_THAT(Get(Coordinator("c1"), account.id)->blocked_person_ids(), IsEmpty());
  EXPECT_THAT(ProfileOf(account.id).blocked_person_ids(), ElementsAre(other.id));
  for (const std::string& id : {account.id, ids::New("per", 1), ids::New("unt", 1)}) {
    update.set_request_id(NextRequest());
    update.set_blocked_person_ids(0, id);
    const auto refused = Send(account.token, update);
    EXPECT_EQ(ReasonName(refused), "INVALID_ARGUMENT_FIELDS");
    const auto violations = ViolationsOf(refused.status());
    ASSERT_EQ(violations.size(), 1u);
    EXPECT_EQ(violations[0].field, "blocked_person_ids[0]");
  }
  EXPECT_THAT(ProfileOf(account.id).blocked_person_ids(), ElementsAre(other.id));
}

// A mistyped area looked like one where nobody is.
TEST_P(PersonServiceTest, PeopleOfAnUnknownAreaAreNotNobody) {
  v1::ListPeopleRequest request;
  request.set_area_code("nowhere");
  EXPECT_EQ(ReasonName(Call(*person_client_, &People::ListPeople, tokens_.Operator(), request)),
            "AREA_UNKNOWN");
}

// Every stored byte and every event, searched for what must not be there.
TEST_P(PersonServiceTest, NothingPrivateIsStoredOrAnnouncedInClear) {
  const Account account = LogIn("13812345678");
  ASSERT_THAT(Send(account.token, Update(account.id)), testing::IsOk());
  for (const events::v1::Event& event : Events()) {
    for (const char* text : {"张三丰", "13812345678", "1000弄"}) {
      EXPECT_EQ(event.SerializeAsString().find(text), std::string::npos);
    }
  }
  if (GetParam() != Backend::kMemory) return;
  for (const std::string& key : data_.AllKeys()) {
    // Texts are records, values and stored answers; indexes and streams hold ids and events.
    const bool text = key.find(":events") == std::string::npos &&
                      key.find("-in:") == std::string::npos &&
                      key.find("-of:") == std::string::npos && !key.ends_with("-all") &&
                      key.find("timers") == std::string::npos;
    EXPECT_EQ(key.find("13812345678"), std::string::npos);
    const auto bytes = text ? data_.ReadText(key, clock_.Now()) : std::nullopt;
    for (const char* secret : {"张三丰", "13812345678", "1000弄"}) {
      EXPECT_EQ(bytes.value_or("").find(secret), std::string::npos) << key;
    }
  }
}

TEST_P(PersonServiceTest, ProfilesGrowWithEveryChange) {
  const Account account = LogIn("13812345678");
  const uint64_t first = ProfileOf(account.id).version();
  ASSERT_THAT(Send(account.token, Update(account.id)), testing::IsOk());
  const v1::Profile second = ProfileOf(account.id);
  EXPECT_GT(second.version(), first);
  EXPECT_THAT(second.skills(), ElementsAre("first_aid"));
  EXPECT_DOUBLE_EQ(second.home().latitude(), 31.274);
  EXPECT_THAT(second.area_codes(), IsEmpty());
  Join(account, "c1");
  const v1::Profile third = ProfileOf(account.id);
  EXPECT_GT(third.version(), second.version());
  EXPECT_THAT(third.area_codes(), ElementsAre("c1"));
  // The last event carries what GetProfile says.
  uint64_t announced = 0;
  for (const events::v1::Event& event : Events()) {
    if (!event.has_profile_changed()) continue;
    EXPECT_GT(event.profile_changed().profile().version(), announced);
    announced = event.profile_changed().profile().version();
  }
  EXPECT_EQ(announced, third.version());
}

TEST_P(PersonServiceTest, OnlyWhatOthersSeeIsAnnouncedAndWhatIsGoneIsSaid) {
  const Account account = LogIn("13812345678");
  ASSERT_THAT(Send(account.token, Update(account.id)), testing::IsOk());
  const auto announced = [&] {
    return CountEvents([](const events::v1::Event& event) { return event.has_profile_changed(); });
  };
  const auto narrowed = [&] {
    return CountEvents(
        [](const events::v1::Event& event) { return event.profile_changed().narrowed(); });
  };
  const auto before = announced();
  v1::UpdatePersonRequest request;
  request.set_person_id(account.id);
  request.set_request_id(NextRequest());
  request.set_party_branch("楼道第三支部");
  request.mutable_update_mask()->add_paths("party_branch");
  ASSERT_THAT(Send(account.token, request), testing::IsOk());
  EXPECT_EQ(announced(), before);
  EXPECT_EQ(narrowed(), 0);
  v1::UpdatePersonRequest fewer;
  fewer.set_person_id(account.id);
  fewer.set_request_id(NextRequest());
  fewer.mutable_update_mask()->add_paths("skills");
  ASSERT_THAT(Send(account.token, fewer), testing::IsOk());
  EXPECT_EQ(announced(), before + 1);
  EXPECT_EQ(narrowed(), 1);
}

TEST_P(PersonServiceTest, TheSameRequestHasOneEffect) {
  const Account account = LogIn("13812345678");
  v1::UpdatePersonRequest request = Update(account.id);
  ASSERT_THAT(Send(account.token, request), testing::IsOk());
  const uint64_t version = ProfileOf(account.id).version();
  const auto again = Send(account.token, request);
  ASSERT_THAT(again, testing::IsOk());
  EXPECT_EQ(again->display_name(), "张三丰");
  EXPECT_EQ(ProfileOf(account.id).version(), version);
  request.set_display_name("李四");
  EXPECT_EQ(ReasonName(Send(account.token, request)), "REQUEST_ID_REUSED");
}

TEST_P(PersonServiceTest, BadUpdatesAreRefused) {
  const Account account = LogIn("13812345678");
  v1::UpdatePersonRequest request = Update(account.id);
  request.mutable_update_mask()->add_paths("phone");
  EXPECT_EQ(ReasonName(Send(account.token, request)), "INVALID_ARGUMENT_FIELDS");
  request = Update(account.id);
  request.clear_update_mask();
  EXPECT_EQ(ReasonName(Send(account.token, request)), "INVALID_ARGUMENT_FIELDS");
  request = Update(account.id);
  request.set_unit_id("unt_01J00000000000000000000001");
  request.mutable_update_mask()->add_paths("unit_id");
  const auto unknown = Send(account.token, request);
  ASSERT_EQ(ReasonName(unknown), "INVALID_ARGUMENT_FIELDS");
  EXPECT_EQ(ViolationsOf(unknown.status())[0].field, "unit_id");
  request = Update(account.id);
  request.mutable_home()->set_latitude(91);
  EXPECT_EQ(ReasonName(Send(account.token, request)), "INVALID_ARGUMENT_FIELDS");
  // An id of a shard that this deployment does not have.
  EXPECT_EQ(ReasonName(Get(tokens_.Service("x"), "per_01J0000000ZZ00000000000001")), "NOT_FOUND");
}

TEST_P(PersonServiceTest, ListsPeopleOfASubtreeInStablePages) {
  std::vector<std::string> in_s1, all;
  for (int i = 0; i < 9; ++i) {
    const Account account = LogIn("1381234567" + std::to_string(i));
    v1::UpdatePersonRequest update = Update(account.id);
    update.clear_skills();
    update.add_skills(i % 2 == 0 ? "legal" : "medical");
    ASSERT_THAT(Send(account.token, update), testing::IsOk());
    Join(account, i % 3 == 0 ? "c3" : i % 3 == 1 ? "c1" : "g1");
    all.push_back(account.id);
    if (i % 3 != 0) in_s1.push_back(account.id);
    clock_.Advance(Millis(10));
  }
  // Somebody in two communities of the subtree is listed once.
  std::sort(in_s1.begin(), in_s1.end());
  const auto list = [&](const std::string& area, int size, const std::string& skill) {
    std::vector<std::string> ids;
    v1::ListPeopleRequest request;
    request.set_area_code(area);
    request.set_page_size(size);
    request.set_skill(skill);
    do {
      const auto page = Call(*person_client_, &People::ListPeople, Coordinator(area), request);
      EXPECT_THAT(page, testing::IsOk());
      if (!page.ok()) break;
      for (const v1::Person& person : page->people()) {
        ids.push_back(person.person_id());
        EXPECT_EQ(person.display_name(), "张**");
      }
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return ids;
  };
  for (const int size : {1, 2, 5, 100}) {
    EXPECT_EQ(list("s1", size, ""), in_s1);
    EXPECT_EQ(list("d1", size, "").size(), 9u);
    EXPECT_EQ(list("d1", size, "legal").size(), 5u);
    EXPECT_THAT(list("c2", size, ""), IsEmpty());
  }
}

TEST_P(PersonServiceTest, ServicesAreToldWhoSomebodyIs) {
  const Account one = LogIn("13812345678"), other = LogIn("13912345678");
  ASSERT_THAT(Send(one.token, Update(one.id)), testing::IsOk());
  Join(one, "c1");
  using std::chrono::minutes;
  for (const auto& [kind, left] :
       std::map<std::string, minutes>{{"nurse", minutes(60)}, {"doctor", minutes(5)}}) {
    v1::GrantCredentialRequest grant;
    grant.set_request_id(NextRequest());
    grant.set_person_id(one.id);
    grant.set_kind(kind);
    grant.set_issuer("上海市卫生健康委员会");
    *grant.mutable_expire_time() = ToTimestamp(clock_.Now() + left);
    ASSERT_THAT(Call(*person_client_, &People::GrantCredential, Coordinator("c1"), grant),
                testing::IsOk());
  }
  Advance(minutes(6));  // that of the doctor has run out
  v1::BatchGetIdentitiesRequest request;
  for (const std::string& id : {other.id, ids::New("per", 0), one.id}) request.add_person_ids(id);
  const auto send = [&](const std::string& token) {
    return Call(*person_client_, &People::BatchGetIdentities, token, request);
  };
  const auto told = send(tokens_.Service("dispatch"));
  ASSERT_THAT(told, testing::IsOk());
  ASSERT_EQ(told->identities_size(), 2);
  EXPECT_EQ(told->identities(0).person_id(), other.id);
  EXPECT_EQ(told->identities(0).phone(), "13912345678");
  EXPECT_EQ(told->identities(1).display_name(), "张三丰");
  EXPECT_EQ(told->identities(1).phone(), "13812345678");
  ASSERT_EQ(told->identities(1).credentials_size(), 1);
  EXPECT_EQ(told->identities(1).credentials(0).kind(), "nurse");
  for (const std::string& token : {tokens_.Operator(), Coordinator("d1"), one.token}) {
    EXPECT_EQ(ReasonName(send(token)), "PERMISSION_DENIED");
  }
  while (request.person_ids_size() <= 100) request.add_person_ids(one.id);
  EXPECT_EQ(ReasonName(send(tokens_.Service("dispatch"))), "INVALID_ARGUMENT_FIELDS");
}

TEST_P(PersonServiceTest, IdentitiesNameTheUnitThatAReviewConfirmed) {
  const Account liaison = LogIn("13712345678"), member = LogIn("13812345678");
  const v1::Unit unit = MakeUnit("c1", liaison.id);
  const auto reported = Report(liaison.token, "c1", unit.unit_id());
  ASSERT_THAT(reported, testing::IsOk());
  ASSERT_THAT(Review(Coordinator("c1"), reported->registration_id()), testing::IsOk());
  v1::CreateRegistrationRequest through;
  through.set_request_id(NextRequest());
  through.set_area_code("c1");
  through.set_through_unit_id(unit.unit_id());
  const auto came =
      Call(*registration_client_, &Registrations::CreateRegistration, member.token, through);
  ASSERT_THAT(came, testing::IsOk());
  ASSERT_THAT(Review(Coordinator("c1"), came->registration_id()), testing::IsOk());
  v1::BatchGetIdentitiesRequest request;
  request.add_person_ids(member.id);
  const auto told =
      Call(*person_client_, &People::BatchGetIdentities, tokens_.Service("x"), request);
  ASSERT_THAT(told, testing::IsOk());
  ASSERT_EQ(told->identities_size(), 1);
  EXPECT_EQ(told->identities(0).unit_id(), unit.unit_id());
  EXPECT_EQ(told->identities(0).unit_name(), "同济大学");
}

TEST_P(PersonServiceTest, SnapshotsHoldEverybodyOnce) {
  std::set<std::string> expected, seen;
  for (int i = 0; i < 8; ++i) expected.insert(LogIn("1371234567" + std::to_string(i)).id);
  for (int shard = 0; shard < kShards; ++shard) {
    v1::ListProfilesRequest request;
    request.set_shard(shard);
    request.set_page_size(1);
    do {
      const auto page =
          Call(*person_client_, &People::ListProfiles, tokens_.Service("matching"), request);
      ASSERT_THAT(page, testing::IsOk());
      for (const v1::Profile& profile : page->profiles()) {
        EXPECT_TRUE(seen.insert(profile.person_id()).second);
        EXPECT_GT(profile.version(), 0u);
      }
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
  }
  EXPECT_EQ(seen, expected);
  v1::ListProfilesRequest beyond;
  beyond.set_shard(kShards);
  EXPECT_EQ(ReasonName(Call(*person_client_, &People::ListProfiles, tokens_.Service("x"), beyond)),
            "INVALID_ARGUMENT_FIELDS");
  EXPECT_EQ(ReasonName(Call(*person_client_, &People::ListProfiles, tokens_.Operator(), beyond)),
            "PERMISSION_DENIED");
}

INSTANTIATE_TEST_SUITE_P(Stores, PersonServiceTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis), BackendName);

}  // namespace
}  // namespace baodao::registration
