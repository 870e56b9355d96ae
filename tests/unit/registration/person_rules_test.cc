#include "services/registration/domain/person_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "common/clock/timestamp.h"
#include "common/status/status.h"
#include "common/testing/matchers.h"

namespace baodao::registration {
namespace {

using ::testing::ElementsAre;

constexpr Time kNow{Millis(1'748'736'000'000)};

v1::UpdatePersonRequest Update(std::initializer_list<const char*> paths) {
  v1::UpdatePersonRequest request;
  request.set_display_name("张三丰");
  request.set_address("平凉路 1 号");
  request.add_categories("volunteer");
  request.add_categories("party_member");
  request.add_categories("volunteer");
  request.add_skills("first_aid");
  request.add_willing("elderly_care");
  auto* slot = request.add_availability();
  slot->set_weekday(6);
  slot->set_start_minute(540);
  slot->set_end_minute(720);
  request.set_unit_id("unt_x");
  request.add_blocked_person_ids("per_b");
  request.add_blocked_person_ids("per_b");
  request.mutable_home()->set_latitude(31.27364);
  request.mutable_home()->set_longitude(121.52781);
  for (const char* path : paths) request.mutable_update_mask()->add_paths(path);
  return request;
}

TEST(PersonUpdate, WritesOnlyWhatTheMaskNames) {
  v1::PersonRecord record;
  record.mutable_person()->add_skills("driving");
  PrivateFields fields;
  fields.address = "old";
  ApplyPersonUpdate(Update({"display_name", "categories"}), kNow, &record, &fields);
  EXPECT_EQ(fields.name, "张三丰");
  EXPECT_EQ(fields.address, "old");
  EXPECT_THAT(record.person().categories(), ElementsAre("volunteer", "party_member"));
  EXPECT_THAT(record.person().skills(), ElementsAre("driving"));
  EXPECT_EQ(ToTime(record.person().update_time()), kNow);
  // Private fields never enter the record in clear.
  EXPECT_EQ(record.person().display_name(), "");
}

TEST(PersonUpdate, WritesEverything) {
  v1::PersonRecord record;
  PrivateFields fields;
  ApplyPersonUpdate(Update({"display_name", "address", "categories", "skills", "willing",
                            "availability", "unit_id", "home", "blocked_person_ids"}),
                    kNow, &record, &fields);
  EXPECT_EQ(fields.address, "平凉路 1 号");
  EXPECT_EQ(record.person().address(), "");
  EXPECT_THAT(record.person().willing(), ElementsAre("elderly_care"));
  EXPECT_THAT(record.person().blocked_person_ids(), ElementsAre("per_b"));
  EXPECT_EQ(record.person().availability_size(), 1);
  EXPECT_EQ(record.person().unit_id(), "unt_x");
  ASSERT_TRUE(fields.home.has_value());
  EXPECT_EQ(fields.home->latitude(), 31.27364);
  EXPECT_DOUBLE_EQ(record.coarse_home().latitude(), 31.274);
  EXPECT_DOUBLE_EQ(record.coarse_home().longitude(), 121.528);
}

TEST(PersonUpdate, NoPlaceTakesTheHomeAway) {
  v1::PersonRecord record;
  PrivateFields fields;
  ApplyPersonUpdate(Update({"home"}), kNow, &record, &fields);
  v1::UpdatePersonRequest away = Update({"home"});
  away.clear_home();
  ApplyPersonUpdate(away, kNow, &record, &fields);
  EXPECT_FALSE(record.has_coarse_home());
  EXPECT_FALSE(fields.home.has_value());
}

TEST(PersonUpdate, RefusesUnknownPathsAndBackwardSlots) {
  EXPECT_THAT(CheckPersonUpdate(Update({"skills"}), kNow), testing::IsOk());
  v1::UpdatePersonRequest request = Update({"phone"});
  auto* slot = request.add_availability();
  slot->set_start_minute(600);
  slot->set_end_minute(600);
  const auto violations = ViolationsOf(CheckPersonUpdate(request, kNow));
  ASSERT_EQ(violations.size(), 2u);
  EXPECT_EQ(violations[0].field, "update_mask");
  EXPECT_EQ(violations[0].kind, ViolationKind::UNKNOWN_FIELD);
  EXPECT_EQ(violations[1].field, "availability[1].end_minute");
}

TEST(PersonUpdate, RefusesAPhotoThatNobodyCanVerify) {
  v1::UpdatePersonRequest request = Update({"photo"});
  request.mutable_photo()->set_url("https://photos.example.org/face.jpg");
  EXPECT_EQ(ViolationsOf(CheckPersonUpdate(request, kNow))[0].field, "photo.sha256");
  request.mutable_photo()->set_sha256(std::string(32, 'x'));
  EXPECT_THAT(CheckPersonUpdate(request, kNow), testing::IsOk());
}

TEST(PersonUpdate, AbsencesEndAfterTheyStartAndWithinAYear) {
  v1::UpdatePersonRequest request = Update({"absences"});
  const auto add = [&](Millis start, Millis end) {
    auto* absence = request.add_absences();
    *absence->mutable_start() = ToTimestamp(kNow + start);
    *absence->mutable_end() = ToTimestamp(kNow + end);
  };
  add(std::chrono::hours(1), std::chrono::hours(1));
  add(std::chrono::hours(1), std::chrono::days(366));
  const auto violations = ViolationsOf(CheckPersonUpdate(request, kNow));
  ASSERT_EQ(violations.size(), 2u);
  EXPECT_EQ(violations[0].field, "absences[0].end");
  EXPECT_EQ(violations[0].kind, ViolationKind::MUST_BE_AFTER);
  EXPECT_EQ(violations[1].kind, ViolationKind::TOO_FAR_AHEAD);
}

TEST(PersonUpdate, ARadiusIsWideEnoughToFindSomething) {
  v1::UpdatePersonRequest request = Update({"radius_m"});
  request.set_radius_m(99);
  const auto violations = ViolationsOf(CheckPersonUpdate(request, kNow));
  ASSERT_EQ(violations.size(), 1u);
  EXPECT_EQ(violations[0].field, "radius_m");
  EXPECT_EQ(violations[0].kind, ViolationKind::BELOW_MIN);
  request.set_radius_m(100);
  EXPECT_THAT(CheckPersonUpdate(request, kNow), testing::IsOk());
  v1::PersonRecord record;
  PrivateFields fields;
  ApplyPersonUpdate(request, kNow, &record, &fields);
  EXPECT_EQ(MakeProfile(record, 1).radius_m(), 100);
  request.set_radius_m(0);
  EXPECT_THAT(CheckPersonUpdate(request, kNow), testing::IsOk()) << "it is taken back";
  ApplyPersonUpdate(request, kNow, &record, &fields);
  EXPECT_EQ(MakeProfile(record, 1).radius_m(), 0);
}

TEST(PersonUpdate, DropsAbsencesThatAreOver) {
  v1::PersonRecord record;
  PrivateFields fields;
  v1::UpdatePersonRequest request = Update({"absences"});
  *request.add_absences()->mutable_end() = ToTimestamp(kNow + std::chrono::hours(1));
  ApplyPersonUpdate(request, kNow, &record, &fields);
  EXPECT_EQ(MakeProfile(record, 1).absences_size(), 1);
  ApplyPersonUpdate(Update({"skills"}), kNow + std::chrono::hours(1), &record, &fields);
  EXPECT_EQ(MakeProfile(record, 1).absences_size(), 0);
}

TEST(Profile, CarriesWhatMatters) {
  v1::PersonRecord record;
  PrivateFields fields;
  ApplyPersonUpdate(Update({"categories", "skills", "home", "unit_id"}), kNow, &record, &fields);
  record.mutable_person()->set_person_id("per_1");
  record.add_area_codes("310110001001");
  const v1::Profile profile = MakeProfile(record, 7);
  EXPECT_EQ(profile.person_id(), "per_1");
  EXPECT_THAT(profile.skills(), ElementsAre("first_aid"));
  EXPECT_THAT(profile.area_codes(), ElementsAre("310110001001"));
  EXPECT_DOUBLE_EQ(profile.home().latitude(), 31.274);
  EXPECT_EQ(profile.version(), 7u);
}

TEST(Profile, IsNarrowedByWhatIsGoneAndByWhoIsKeptApart) {
  v1::Profile before;
  before.add_area_codes("310110001001");
  before.add_categories("party_member");
  before.add_skills("first_aid");
  before.add_blocked_person_ids("per_b");
  v1::Credential& held = *before.add_credentials();
  held.set_kind("nurse");
  *held.mutable_expire_time() = ToTimestamp(kNow);
  EXPECT_FALSE(Narrows(v1::Profile(), v1::Profile()));
  EXPECT_FALSE(Narrows(before, before));

  v1::Profile wider = before;
  wider.add_area_codes("310110001002");
  wider.add_categories("veteran");
  wider.add_skills("driving");
  wider.clear_blocked_person_ids();
  *wider.mutable_credentials(0)->mutable_expire_time() = ToTimestamp(kNow + Millis(1));
  wider.set_radius_m(500);
  EXPECT_FALSE(Narrows(before, wider));
  EXPECT_TRUE(Narrows(wider, before)) << "as a whole";

  const auto narrowed = [&](const std::function<void(v1::Profile&)>& change) {
    v1::Profile after = before;
    change(after);
    return Narrows(before, after);
  };
  EXPECT_TRUE(narrowed([](v1::Profile& p) { p.set_area_codes(0, "310110001002"); }));
  EXPECT_TRUE(narrowed([](v1::Profile& p) { p.clear_categories(); }));
  EXPECT_TRUE(narrowed([](v1::Profile& p) { p.clear_skills(); }));
  EXPECT_TRUE(narrowed([](v1::Profile& p) { p.clear_credentials(); }));
  EXPECT_TRUE(narrowed([](v1::Profile& p) {
    *p.mutable_credentials(0)->mutable_expire_time() = ToTimestamp(kNow - Millis(1));
  }));
  EXPECT_TRUE(narrowed([](v1::Profile& p) { p.add_blocked_person_ids("per_c"); }));
}

// It used to be what people said of themselves: any unit could be made to hear of a stranger.
TEST(Profile, TheUnitIsOneThatAReviewHasConfirmed) {
  v1::PersonRecord record;
  record.mutable_person()->set_unit_id("unt_own");
  EXPECT_EQ(MakeProfile(record, 1).unit_id(), "");
  const auto come_through = [&](const char* unit) {
    record.add_through_units()->set_unit_id(unit);
    return MakeProfile(record, 1).unit_id();
  };
  EXPECT_EQ(come_through("unt_a"), "unt_a");
  EXPECT_EQ(come_through("unt_b"), "unt_b");
  EXPECT_EQ(come_through("unt_own"), "unt_own");
  EXPECT_EQ(come_through("unt_c"), "unt_own");
}

TEST(Profile, FitsByCategorySkillAndCredential) {
  v1::PersonRecord record;
  record.mutable_person()->add_categories("veteran");
  record.mutable_person()->add_skills("legal");
  v1::Credential& lawyer = *record.mutable_person()->add_credentials();
  lawyer.set_kind("lawyer");
  *lawyer.mutable_expire_time() = ToTimestamp(kNow + Millis(1));
  const auto fits = [&](const char* category, const char* skill, const char* credential, Time now) {
    v1::ListPeopleRequest asked;
    asked.set_category(category);
    asked.set_skill(skill);
    asked.set_credential(credential);
    return Fits(record, asked, now);
  };
  EXPECT_TRUE(fits("", "", "", kNow));
  EXPECT_TRUE(fits("veteran", "legal", "lawyer", kNow));
  EXPECT_FALSE(fits("deputy", "", "", kNow));
  EXPECT_FALSE(fits("veteran", "medical", "", kNow));
  EXPECT_FALSE(fits("", "", "doctor", kNow));
  EXPECT_FALSE(fits("", "", "lawyer", kNow + Millis(1))) << "expired";
}

TEST(Profile, OfCredentialsOthersLearnKindAndExpiry) {
  v1::PersonRecord record;
  v1::Credential& lawyer = *record.mutable_person()->add_credentials();
  lawyer.set_kind("lawyer");
  lawyer.set_issuer("上海市司法局");
  lawyer.set_verifier_id("per_c");
  *lawyer.mutable_expire_time() = ToTimestamp(kNow);
  const v1::Profile profile = MakeProfile(record, 1);
  ASSERT_EQ(profile.credentials_size(), 1);
  v1::Credential known;
  known.set_kind("lawyer");
  *known.mutable_expire_time() = ToTimestamp(kNow);
  EXPECT_EQ(profile.credentials(0).SerializeAsString(), known.SerializeAsString());
}

}  // namespace
}  // namespace baodao::registration
