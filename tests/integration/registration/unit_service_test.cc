#include "baodao/registration/v1/unit_liaison.grpc.pb.h"
#include "baodao/registration/v1/unit_member.grpc.pb.h"
#include "common/testing/matchers.h"
#include "tests/integration/registration/fixture.h"

namespace baodao::registration {
namespace {

using ::testing::ElementsAre;

class UnitServiceTest : public ServiceTest {
 protected:
  v1::UpdateUnitRequest Rename(const std::string& id) {
    v1::UpdateUnitRequest request;
    request.set_request_id(NextRequest());
    request.set_unit_id(id);
    request.set_name("新名字");
    request.mutable_update_mask()->add_paths("name");
    return request;
  }
  absl::StatusOr<v1::Unit> Update(const std::string& token, const v1::UpdateUnitRequest& request) {
    return Call(*unit_client_, &Units::UpdateUnit, token, request);
  }

  using Liaisons = rpc::AsyncOf<v1::UnitLiaisonService>;
  using UnitMembers = rpc::AsyncOf<v1::UnitMemberService>;
  absl::StatusOr<v1::Unit> Liaison(
      rpc::detail::UnaryMember<Liaisons, v1::LiaisonRequest, v1::Unit> method,
      const std::string& token, const v1::Unit& unit, const std::string& person) {
    v1::LiaisonRequest request;
    request.set_request_id(NextRequest());
    request.set_unit_id(unit.unit_id());
    request.set_person_id(person);
    return Call(liaison_client_, method, token, request);
  }
  std::vector<std::string> MyUnits(const std::string& token) {
    std::vector<std::string> ids;
    const auto mine = Ok(Call(liaison_client_, &Liaisons::ListMyUnits, token, {}));
    for (const v1::Unit& unit : mine.units()) ids.push_back(unit.unit_id());
    return ids;
  }
  absl::StatusOr<v1::ListUnitMembersResponse> Members(const std::string& token,
                                                      const v1::Unit& unit) {
    v1::ListUnitMembersRequest request;
    request.set_unit_id(unit.unit_id());
    return Call(member_client_, &UnitMembers::ListUnitMembers, token, request);
  }
  absl::StatusOr<v1::UnitMemberAnswer> Member(
      rpc::detail::UnaryMember<UnitMembers, v1::UnitMemberRequest, v1::UnitMemberAnswer> method,
      const std::string& token, const v1::Unit& unit, const std::string& person) {
    v1::UnitMemberRequest request;
    request.set_request_id(NextRequest());
    request.set_unit_id(unit.unit_id());
    request.set_person_id(person);
    return Call(member_client_, method, token, request);
  }
  void Name(const Account& account, const std::string& name) {
    v1::UpdatePersonRequest request;
    request.set_request_id(NextRequest());
    request.set_person_id(account.id);
    request.set_display_name(name);
    request.mutable_update_mask()->add_paths("display_name");
    Ok(Call(*person_client_, &People::UpdatePerson, account.token, request));
  }
  // The events about liaisons, in order.
  std::vector<int> Steps() {
    std::vector<int> steps;
    CountEvents([&](const auto& event) {
      if (event.has_unit_liaison_changed()) steps.push_back(event.unit_liaison_changed().step());
      return false;
    });
    return steps;
  }

  rpc::Client<v1::UnitLiaisonService> liaison_client_{channel()};
  rpc::Client<v1::UnitMemberService> member_client_{channel()};
};

TEST_P(UnitServiceTest, IsCreatedByItsCoordinatorAndSpokenForByItsLiaison) {
  const Account liaison = LogIn("13812345678");
  const v1::Unit unit = MakeUnit("c1", liaison.id);
  v1::GetUnitRequest get;
  get.set_unit_id(unit.unit_id());
  EXPECT_EQ(Call(*unit_client_, &Units::GetUnit, liaison.token, get)->name(), "同济大学");
  EXPECT_THAT(Update(liaison.token, Rename(unit.unit_id())), testing::IsOk());
  EXPECT_THAT(Update(Coordinator("s1"), Rename(unit.unit_id())), testing::IsOk());
  EXPECT_EQ(ReasonName(Update(Coordinator("s2"), Rename(unit.unit_id()))), "PERMISSION_DENIED");
  const Account other = LogIn("13912345678");
  EXPECT_EQ(ReasonName(Update(other.token, Rename(unit.unit_id()))), "PERMISSION_DENIED");
  // Created, renamed; the second renaming to the same name still has a new update time.
  EXPECT_GE(CountEvents([](const auto& event) { return event.has_unit_changed(); }), 2);
}

TEST_P(UnitServiceTest, RefusesUnknownLiaisonsAndAreas) {
  v1::CreateUnitRequest request;
  request.set_request_id("a");
  request.set_name("X");
  request.set_kind(v1::UNIT_KIND_ENTERPRISE);
  request.set_area_code("c1");
  request.set_liaison_id("per_01J00000000000000000000001");
  const auto unknown = Call(*unit_client_, &Units::CreateUnit, Coordinator("c1"), request);
  ASSERT_EQ(ReasonName(unknown), "INVALID_ARGUMENT_FIELDS");
  EXPECT_EQ(ViolationsOf(unknown.status())[0].field, "liaison_id");
  EXPECT_EQ(ReasonName(Call(*unit_client_, &Units::CreateUnit, Coordinator("c2"), request)),
            "PERMISSION_DENIED");
  request.clear_liaison_id();
  request.set_area_code("nowhere");
  EXPECT_EQ(ReasonName(Call(*unit_client_, &Units::CreateUnit, tokens_.Operator(), request)),
            "AREA_UNKNOWN");
}

// Names are kept in one form, whatever a phone's keyboard sends; the same request stays the same.
TEST_P(UnitServiceTest, NamesAreKeptInOneForm) {
  v1::CreateUnitRequest request;
  request.set_request_id("one-form");
  request.set_name("  Cafe\u0301\u200b 同济\u202e\u3000");
  request.set_kind(v1::UNIT_KIND_ENTERPRISE);
  request.set_area_code("c1");
  const auto create = [&] {
    return Call(*unit_client_, &Units::CreateUnit, Coordinator("c1"), request);
  };
  const auto first = create();
  ASSERT_THAT(first, testing::IsOk());
  EXPECT_EQ(first->name(), "Caf\u00e9 同济");
  request.set_name("Caf\u00e9 同济");
  const auto again = create();
  ASSERT_THAT(again, testing::IsOk());
  EXPECT_EQ(again->unit_id(), first->unit_id());
  request.set_name("\u3164");
  EXPECT_EQ(ViolationsOf(create().status()).at(0).kind, ViolationKind::REQUIRED);
  request.set_name("一\n二");
  EXPECT_EQ(ViolationsOf(create().status()).at(0).kind, ViolationKind::LINE_BREAK);
}

TEST_P(UnitServiceTest, ListsASubtreeInOrderOfCreation) {
  std::vector<std::string> of_s1, all;
  for (int i = 0; i < 6; ++i) {
    const std::string id = MakeUnit(i % 2 == 0 ? "c1" : "c3", "").unit_id();
    all.push_back(id);
    if (i % 2 == 0) of_s1.push_back(id);
    clock_.Advance(Millis(10));
  }
  const auto list = [&](const std::string& area) {
    std::vector<std::string> ids;
    v1::ListUnitsRequest request;
    request.set_area_code(area);
    request.set_page_size(2);
    do {
      const auto page = Call(*unit_client_, &Units::ListUnits, Coordinator(area), request);
      EXPECT_THAT(page, testing::IsOk());
      if (!page.ok()) break;
      for (const v1::Unit& unit : page->units()) ids.push_back(unit.unit_id());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return ids;
  };
  std::sort(all.begin(), all.end());
  EXPECT_EQ(list("s1"), of_s1);
  EXPECT_EQ(list("c1"), of_s1);
  EXPECT_EQ(list("d1"), all);
  EXPECT_THAT(list("d2"), ElementsAre());
}

// As the minutes of what was granted go: nobody is a liaison a moment longer than the unit says.
TEST_P(UnitServiceTest, ASecondLiaisonIsConfirmedAndAFormerOneMayNothingMore) {
  const Account one = LogIn("13812345678");
  const Account two = LogIn("13912345678");
  const v1::Unit unit = MakeUnit("c1", one.id);
  EXPECT_EQ(ReasonName(Liaison(&Liaisons::AddLiaison, two.token, unit, two.id)),
            "PERMISSION_DENIED");
  // It has reported: from now on a coordinator confirms.
  const auto reported = Ok(Report(one.token, "c1", unit.unit_id()));
  Ok(Review(Coordinator("c1"), reported.registration_id()));
  EXPECT_EQ(Ok(Liaison(&Liaisons::AddLiaison, one.token, unit, two.id)).liaison_ids_size(), 1);
  EXPECT_EQ(ReasonName(Update(two.token, Rename(unit.unit_id()))), "PERMISSION_DENIED");
  EXPECT_THAT(MyUnits(two.token), ElementsAre());
  v1::AnswerLiaisonChangeRequest answer;
  answer.set_unit_id(unit.unit_id());
  answer.set_person_id(two.id);
  answer.set_verdict(v1::LIAISON_VERDICT_APPROVE);
  const auto approve = [&](const std::string& token) {
    answer.set_request_id(NextRequest());
    return Call(liaison_client_, &Liaisons::AnswerLiaisonChange, token, answer);
  };
  EXPECT_EQ(ReasonName(approve(one.token)), "PERMISSION_DENIED");
  EXPECT_EQ(ReasonName(approve(tokens_.Coordinator(one.id, "s1"))), "OWN_LIAISON_CHANGE");
  const v1::Unit confirmed = Ok(approve(Coordinator("s1")));
  EXPECT_THAT(confirmed.liaison_ids(), ElementsAre(one.id, two.id));
  EXPECT_THAT(MyUnits(two.token), ElementsAre(unit.unit_id()));
  EXPECT_THAT(Update(two.token, Rename(unit.unit_id())), testing::IsOk());
  EXPECT_THAT(Report(two.token, "c2", unit.unit_id()), testing::IsOk());

  EXPECT_THAT(Liaison(&Liaisons::RemoveLiaison, one.token, unit, one.id), testing::IsOk());
  EXPECT_EQ(ReasonName(Update(one.token, Rename(unit.unit_id()))), "PERMISSION_DENIED");
  EXPECT_THAT(MyUnits(one.token), ElementsAre());
  EXPECT_EQ(ReasonName(Liaison(&Liaisons::RemoveLiaison, two.token, unit, two.id)), "LAST_LIAISON");
  EXPECT_EQ(Steps(),
            (std::vector<int>{events::v1::LIAISON_STEP_ADDED, events::v1::LIAISON_STEP_PROPOSED,
                              events::v1::LIAISON_STEP_ADDED, events::v1::LIAISON_STEP_REMOVED}));
}

TEST_P(UnitServiceTest, ACoordinatorSetsTheLiaisonOfOthersUnitsOnlyAndNeverThemself) {
  const Account one = LogIn("13812345678");
  const Account two = LogIn("13912345678");
  const v1::Unit unit = MakeUnit("c1", one.id);
  const auto set = [&](const std::string& token, const std::string& person) {
    v1::UpdateUnitRequest request;
    request.set_request_id(NextRequest());
    request.set_unit_id(unit.unit_id());
    request.set_liaison_id(person);
    request.mutable_update_mask()->add_paths("liaison_id");
    return Update(token, request);
  };
  EXPECT_EQ(ReasonName(set(tokens_.Coordinator(two.id, "c1"), two.id)), "OWN_LIAISON_CHANGE");
  EXPECT_EQ(ReasonName(set(tokens_.Coordinator(one.id, "c1"), two.id)), "OWN_LIAISON_CHANGE");
  EXPECT_THAT(Ok(set(Coordinator("c1"), two.id)).liaison_ids(), ElementsAre(two.id));
}

// It was as if it had never reported.
TEST_P(UnitServiceTest, TheWordOfASuspendedUnitWaitsForACoordinator) {
  const Account one = LogIn("13812345678");
  const Account two = LogIn("13912345678");
  const v1::Unit unit = MakeUnit("c1", one.id);
  const v1::Registration reported = Ok(Report(one.token, "c1", unit.unit_id()));
  Ok(Review(Coordinator("c1"), reported.registration_id()));
  v1::ChangeRegistrationRequest suspend;
  suspend.set_request_id(NextRequest());
  suspend.set_registration_id(reported.registration_id());
  Ok(Call(*registration_client_, &Registrations::SuspendRegistration, Coordinator("c1"), suspend));
  const v1::Unit after = Ok(Liaison(&Liaisons::AddLiaison, one.token, unit, two.id));
  EXPECT_THAT(after.liaison_ids(), ElementsAre(one.id));
  EXPECT_EQ(after.liaison_changes_size(), 1);
}

// A caller of whom there is no record has none.
TEST_P(UnitServiceTest, SomebodyUnknownHasNoUnits) {
  EXPECT_THAT(MyUnits(tokens_.Person(ids::New("per", 1))), ElementsAre());
}

TEST_P(UnitServiceTest, AChangeOfLiaisonsThatNobodyAnswersLapses) {
  const Account one = LogIn("13812345678");
  const Account two = LogIn("13912345678");
  const v1::Unit unit = MakeUnit("c1", one.id);
  Ok(Review(Coordinator("c1"), Ok(Report(one.token, "c1", unit.unit_id())).registration_id()));
  Ok(Liaison(&Liaisons::AddLiaison, one.token, unit, two.id));
  Advance(kConfirmLiaisonWithin);
  v1::GetUnitRequest get;
  get.set_unit_id(unit.unit_id());
  EXPECT_TRUE(
      Ok(Call(*unit_client_, &Units::GetUnit, Coordinator("c1"), get)).liaison_changes().empty());
  EXPECT_EQ(Steps().back(), events::v1::LIAISON_STEP_DROPPED);
}

TEST_P(UnitServiceTest, MembersAreListedByNameOnRecordConfirmedAndLetGo) {
  const Account liaison = LogIn("13812345678");
  const Account member = LogIn("13912345678");
  const v1::Unit unit = MakeUnit("c1", liaison.id);
  Ok(Review(Coordinator("c1"), Ok(Report(liaison.token, "c1", unit.unit_id())).registration_id()));
  Name(member, "王小明");
  v1::CreateRegistrationRequest through;
  through.set_request_id(NextRequest());
  through.set_area_code("c1");
  through.set_through_unit_id(unit.unit_id());
  const auto came =
      Ok(Call(*registration_client_, &Registrations::CreateRegistration, member.token, through));
  Ok(Review(Coordinator("c1"), came.registration_id()));

  EXPECT_EQ(ReasonName(Members(member.token, unit)), "PERMISSION_DENIED");
  EXPECT_EQ(ReasonName(Members(Coordinator("c1"), unit)), "PERMISSION_DENIED");
  const auto members = Ok(Members(liaison.token, unit));
  ASSERT_EQ(members.members_size(), 1);
  EXPECT_EQ(members.members(0).display_name(), "王小明");
  EXPECT_FALSE(members.members(0).confirmed());
  EXPECT_EQ(CountEvents([&](const auto& event) {
              const auto& released = event.contact_released();
              return released.reader_id() == liaison.id && released.person_ids_size() == 1 &&
                     released.unit_id() == unit.unit_id();
            }),
            1);
  // The unit's own registration is not among those of its members, nor the other way round.
  v1::ListSubjectRegistrationsRequest own;
  own.set_subject_id(unit.unit_id());
  EXPECT_EQ(
      Ok(Call(*registration_client_, &Registrations::ListSubjectRegistrations, liaison.token, own))
          .registrations_size(),
      1);

  EXPECT_TRUE(Ok(Member(&UnitMembers::ConfirmUnitMember, liaison.token, unit, member.id))
                  .registrations(0)
                  .unit_confirmed());
  EXPECT_TRUE(Ok(Members(liaison.token, unit)).members(0).confirmed());
  // Once more changes nothing.
  const auto version = [&] {
    return Ok(Run(records_->Load(kRegistration, came.registration_id()))).version;
  };
  const auto confirmed = version();
  Ok(Member(&UnitMembers::ConfirmUnitMember, liaison.token, unit, member.id));
  EXPECT_EQ(version(), confirmed);
  EXPECT_EQ(ProfileOf(member.id).unit_id(), unit.unit_id());
  Ok(Member(&UnitMembers::RemoveUnitMember, liaison.token, unit, member.id));
  // They stay registered, as anybody without a unit.
  EXPECT_EQ(ProfileOf(member.id).unit_id(), "");
  EXPECT_THAT(ProfileOf(member.id).area_codes(), ElementsAre("c1"));
  EXPECT_EQ(Ok(Members(liaison.token, unit)).members_size(), 0);
  EXPECT_EQ(ReasonName(Member(&UnitMembers::RemoveUnitMember, liaison.token, unit, member.id)),
            "NOT_A_MEMBER");
  EXPECT_EQ(CountEvents([](const auto& event) { return event.has_unit_member_changed(); }), 2);
}

INSTANTIATE_TEST_SUITE_P(Stores, UnitServiceTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis), BackendName);

}  // namespace
}  // namespace baodao::registration
