#include "services/registration/domain/registration_rules.h"

#include <gtest/gtest.h>

#include "common/clock/timestamp.h"
#include "common/status/status.h"
#include "common/testing/matchers.h"

namespace baodao::registration {
namespace {

constexpr Time kNow{Millis(1'748'736'000'000)};
constexpr char kPerson[] = "per_1";
constexpr char kUnit[] = "unt_1";

v1::Area Area(v1::AreaLevel level) {
  v1::Area area;
  area.set_code("a");
  area.set_level(level);
  return area;
}

v1::Registration At(const std::string& area, v1::RegistrationState state,
                    const std::string& id = "reg_1") {
  v1::Registration registration;
  registration.set_registration_id(id);
  registration.set_area_code(area);
  registration.set_state(state);
  return registration;
}

// "3101" covers "310110".
bool ByPrefix(std::string_view above, std::string_view below) { return below.starts_with(above); }

TEST(CheckKind, PairingIsForUnitsAndUnitsComeByThemselves) {
  EXPECT_THAT(CheckKind(kPerson, v1::REGISTRATION_KIND_STANDARD, true), testing::IsOk());
  EXPECT_THAT(CheckKind(kUnit, v1::REGISTRATION_KIND_PAIRING, false), testing::IsOk());
  EXPECT_EQ(ViolationsOf(CheckKind(kPerson, v1::REGISTRATION_KIND_PAIRING, false))[0].field,
            "kind");
  EXPECT_EQ(ViolationsOf(CheckKind(kUnit, v1::REGISTRATION_KIND_STANDARD, true))[0].field,
            "through_unit_id");
}

TEST(CheckArea, LevelsFitTheSubject) {
  const auto standard = v1::REGISTRATION_KIND_STANDARD;
  EXPECT_THAT(CheckArea(kPerson, standard, Area(v1::AREA_LEVEL_SUBDISTRICT)), testing::IsOk());
  EXPECT_THAT(CheckArea(kPerson, standard, Area(v1::AREA_LEVEL_BUILDING)), testing::IsOk());
  EXPECT_THAT(CheckArea(kPerson, standard, Area(v1::AREA_LEVEL_DISTRICT)),
              testing::IsRefusal(Reason::AREA_LEVEL_WRONG));
  EXPECT_THAT(CheckArea(kUnit, standard, Area(v1::AREA_LEVEL_DISTRICT)), testing::IsOk());
  EXPECT_THAT(CheckArea(kUnit, standard, Area(v1::AREA_LEVEL_CITY)),
              testing::IsRefusal(Reason::AREA_LEVEL_WRONG));
  const auto pairing = v1::REGISTRATION_KIND_PAIRING;
  EXPECT_THAT(CheckArea(kUnit, pairing, Area(v1::AREA_LEVEL_COMMUNITY)), testing::IsOk());
  EXPECT_THAT(CheckArea(kUnit, pairing, Area(v1::AREA_LEVEL_SUBDISTRICT)),
              testing::IsRefusal(Reason::AREA_LEVEL_WRONG));
}

TEST(CheckExpiry, SecondmentsEndAndAllEndsLieAhead) {
  v1::CreateRegistrationRequest request;
  EXPECT_THAT(CheckExpiry(request, v1::REGISTRATION_KIND_STANDARD, kNow), testing::IsOk());
  EXPECT_EQ(ViolationsOf(CheckExpiry(request, v1::REGISTRATION_KIND_SECONDMENT, kNow))[0].kind,
            ViolationKind::REQUIRED);
  *request.mutable_expire_time() = ToTimestamp(kNow);
  EXPECT_EQ(ViolationsOf(CheckExpiry(request, v1::REGISTRATION_KIND_CAMPAIGN, kNow))[0].kind,
            ViolationKind::IN_THE_PAST);
  *request.mutable_expire_time() = ToTimestamp(kNow + Millis(1));
  EXPECT_THAT(CheckExpiry(request, v1::REGISTRATION_KIND_SECONDMENT, kNow), testing::IsOk());
}

TEST(CheckLive, OneLiveRegistrationPerArea) {
  for (const auto state : {v1::REGISTRATION_STATE_PENDING, v1::REGISTRATION_STATE_ACTIVE,
                           v1::REGISTRATION_STATE_SUSPENDED}) {
    EXPECT_THAT(CheckLive({At("a", state)}, kPerson, "a"),
                testing::IsRefusal(Reason::ALREADY_REGISTERED));
  }
  EXPECT_THAT(CheckLive({At("a", v1::REGISTRATION_STATE_ENDED)}, kPerson, "a"), testing::IsOk());
  EXPECT_THAT(CheckLive({At("b", v1::REGISTRATION_STATE_ACTIVE)}, kPerson, "a"), testing::IsOk());
  // A transfer may come back to where it leaves.
  EXPECT_THAT(CheckLive({At("a", v1::REGISTRATION_STATE_ACTIVE)}, kPerson, "a", "reg_1"),
              testing::IsOk());
}

TEST(CheckLive, HasALimit) {
  std::vector<v1::Registration> live;
  for (int i = 0; i < kMaxPersonRegistrations; ++i) {
    live.push_back(
        At("a" + std::to_string(i), v1::REGISTRATION_STATE_ACTIVE, "reg_" + std::to_string(i)));
  }
  EXPECT_THAT(CheckLive(live, kPerson, "b"), testing::IsRefusal(Reason::TOO_MANY_REGISTRATIONS));
  EXPECT_THAT(CheckLive(live, kUnit, "b"), testing::IsOk());
  EXPECT_THAT(CheckLive(live, kPerson, "b", "reg_3"), testing::IsOk());
}

TEST(CheckSuspensions, HoldAboveAndBelowButNotBeside) {
  const std::vector<v1::Registration> live = {At("3101", v1::REGISTRATION_STATE_SUSPENDED)};
  const auto refused = [&](const std::string& area) {
    return Is(CheckSuspensions(live, area, ByPrefix), Reason::REGISTRATION_SUSPENDED);
  };
  EXPECT_TRUE(refused("3101"));
  EXPECT_TRUE(refused("31"));
  EXPECT_TRUE(refused("310110"));
  EXPECT_FALSE(refused("3102"));
  EXPECT_THAT(CheckSuspensions({At("3101", v1::REGISTRATION_STATE_ACTIVE)}, "310110", ByPrefix),
              testing::IsOk());
}

TEST(DeadlineOf, WhatWaitsAndWhatIsSuspendedEndsByItself) {
  v1::Registration registration = At("a", v1::REGISTRATION_STATE_PENDING);
  *registration.mutable_create_time() = ToTimestamp(kNow);
  const Time suspended = kNow + std::chrono::hours(24);
  *registration.mutable_update_time() = ToTimestamp(suspended);
  const auto expect = [&](v1::RegistrationState state, Time due, v1::RegistrationEndReason reason) {
    registration.set_state(state);
    const auto deadline = DeadlineOf(registration);
    ASSERT_TRUE(deadline.has_value()) << record::StateName(state);
    EXPECT_EQ(deadline->due, due) << record::StateName(state);
    EXPECT_EQ(deadline->reason, reason) << record::StateName(state);
    // The state machine must allow the timer's event.
    EXPECT_EQ(kRegistrationMachine.Next(state, deadline->event), v1::REGISTRATION_STATE_ENDED);
  };
  expect(v1::REGISTRATION_STATE_PENDING, kNow + kReviewWithin, v1::REGISTRATION_END_REASON_LAPSED);
  expect(v1::REGISTRATION_STATE_SUSPENDED, suspended + kLongestSuspension,
         v1::REGISTRATION_END_REASON_EXPIRED);
  for (const auto state : {v1::REGISTRATION_STATE_ACTIVE, v1::REGISTRATION_STATE_ENDED,
                           v1::REGISTRATION_STATE_REJECTED}) {
    registration.set_state(state);
    EXPECT_FALSE(DeadlineOf(registration).has_value()) << record::StateName(state);
  }
  // An end of its own comes first.
  const Time end = suspended + std::chrono::hours(1);
  *registration.mutable_expire_time() = ToTimestamp(end);
  for (const auto state : {v1::REGISTRATION_STATE_PENDING, v1::REGISTRATION_STATE_ACTIVE,
                           v1::REGISTRATION_STATE_SUSPENDED}) {
    expect(state, end, v1::REGISTRATION_END_REASON_EXPIRED);
  }
  *registration.mutable_expire_time() = ToTimestamp(kNow + kReviewWithin + Millis(1));
  expect(v1::REGISTRATION_STATE_PENDING, kNow + kReviewWithin, v1::REGISTRATION_END_REASON_LAPSED);
}

TEST(MayComeThrough, OwnUnitOrOneThatReportedThere) {
  EXPECT_TRUE(MayComeThrough("unt_1", "unt_1", {}, "310110", ByPrefix));
  EXPECT_FALSE(MayComeThrough("", "unt_1", {}, "310110", ByPrefix));
  EXPECT_TRUE(
      MayComeThrough("", "unt_1", {At("3101", v1::REGISTRATION_STATE_ACTIVE)}, "310110", ByPrefix));
  EXPECT_TRUE(MayComeThrough("", "unt_1", {At("310110", v1::REGISTRATION_STATE_ACTIVE)}, "310110",
                             ByPrefix));
  EXPECT_FALSE(MayComeThrough("", "unt_1", {At("3101", v1::REGISTRATION_STATE_PENDING)}, "310110",
                              ByPrefix));
  EXPECT_FALSE(MayComeThrough("", "unt_1", {At("310110001", v1::REGISTRATION_STATE_ACTIVE)},
                              "310110", ByPrefix));
}

}  // namespace
}  // namespace baodao::registration
