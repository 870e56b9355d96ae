#include "services/registration/domain/liaison_rules.h"

#include <gtest/gtest.h>

#include "common/clock/timestamp.h"
#include "common/status/status.h"
#include "common/testing/matchers.h"

namespace baodao::registration {
namespace {

constexpr Time kNow{Millis(1'748'736'000'000)};

class LiaisonRules : public ::testing::Test {
 protected:
  LiaisonRules() {
    SetLiaison("per_a", &unit_);
    unit_.add_area_codes("c1");  // it has reported
  }
  absl::Status Add(const std::string& person, const std::string& caller, bool coordinator = false) {
    return ProposeLiaison({person, caller, coordinator, has_reported_}, kNow, &unit_);
  }
  absl::Status Remove(const std::string& person, const std::string& caller,
                      bool coordinator = false) {
    return ProposeRemoval({person, caller, coordinator, has_reported_}, kNow, &unit_);
  }
  absl::Status Answer(const std::string& person, const std::string& caller, bool approved = true) {
    return DecideLiaisonChange({person, caller, true}, approved, &unit_);
  }
  std::string Liaisons() const {
    std::string all;
    for (const std::string& id : unit_.liaison_ids()) all += id + " ";
    for (const v1::LiaisonChange& change : unit_.liaison_changes()) {
      all += (change.removal() ? "-" : "+") + change.person_id() + " ";
    }
    return all;
  }

  v1::Unit unit_;
  bool has_reported_ = false;
};

using testing::ReasonName;

TEST_F(LiaisonRules, TheWordOfAUnitThatHasReportedWaitsForACoordinator) {
  EXPECT_THAT(Add("per_b", "per_a"), testing::IsOk());
  EXPECT_EQ(Liaisons(), "per_a +per_b ");
  EXPECT_EQ(ReasonName(Add("per_b", "per_a")), "LIAISON_CHANGE_WAITS");
  EXPECT_THAT(Answer("per_b", "per_c"), testing::IsOk());
  EXPECT_EQ(Liaisons(), "per_a per_b ");
  EXPECT_EQ(ReasonName(Add("per_b", "per_a")), "ALREADY_LIAISON");
  EXPECT_THAT(Remove("per_a", "per_b"), testing::IsOk());
  EXPECT_EQ(Liaisons(), "per_a per_b -per_a ");
  EXPECT_THAT(Answer("per_a", "per_c"), testing::IsOk());
  EXPECT_EQ(Liaisons(), "per_b ");
  EXPECT_EQ(unit_.liaison_id(), "per_b");
}

TEST_F(LiaisonRules, WhatIsDoneAtOnce) {
  EXPECT_THAT(Add("per_b", "per_c", true), testing::IsOk());
  EXPECT_THAT(Remove("per_b", "per_b"), testing::IsOk());
  EXPECT_EQ(Liaisons(), "per_a ");
  unit_.clear_area_codes();
  EXPECT_THAT(Add("per_b", "per_a"), testing::IsOk());
  EXPECT_THAT(Remove("per_a", "per_b"), testing::IsOk());
  EXPECT_EQ(Liaisons(), "per_b ");
}

// While it was SUSPENDED everywhere its word was once done at once.
TEST_F(LiaisonRules, TheWordOfAUnitThatIsActiveNowhereNowWaitsAsWell) {
  unit_.clear_area_codes();
  has_reported_ = true;
  EXPECT_THAT(Add("per_b", "per_a"), testing::IsOk());
  EXPECT_EQ(Liaisons(), "per_a +per_b ");
}

TEST_F(LiaisonRules, TheLastOneStaysWhoeverAsks) {
  EXPECT_EQ(ReasonName(Remove("per_a", "per_a")), "LAST_LIAISON");
  EXPECT_EQ(ReasonName(Remove("per_a", "per_c", true)), "LAST_LIAISON");
  EXPECT_THAT(Add("per_b", "per_c", true), testing::IsOk());
  EXPECT_THAT(Remove("per_b", "per_a"), testing::IsOk());
  EXPECT_THAT(Remove("per_a", "per_a"), testing::IsOk());
  // It was not the last one's removal when it was asked for.
  EXPECT_EQ(ReasonName(Answer("per_b", "per_c")), "LAST_LIAISON");
  EXPECT_EQ(Liaisons(), "per_b -per_b ");
}

TEST_F(LiaisonRules, NobodyAnswersTheirOwn) {
  EXPECT_EQ(ReasonName(Answer("per_b", "per_c")), "NO_LIAISON_CHANGE");
  EXPECT_THAT(Add("per_b", "per_a"), testing::IsOk());
  EXPECT_EQ(ReasonName(Answer("per_b", "per_a")), "OWN_LIAISON_CHANGE");
  EXPECT_EQ(ReasonName(Answer("per_b", "per_b")), "OWN_LIAISON_CHANGE");
  EXPECT_THAT(Answer("per_b", "per_c", false), testing::IsOk());
  EXPECT_EQ(Liaisons(), "per_a ");
}

TEST_F(LiaisonRules, TheOppositeWordTakesOneBack) {
  EXPECT_THAT(Add("per_b", "per_a"), testing::IsOk());
  EXPECT_THAT(Remove("per_b", "per_a"), testing::IsOk());
  EXPECT_EQ(Liaisons(), "per_a ");
  EXPECT_EQ(ReasonName(Remove("per_b", "per_a")), "NOT_A_LIAISON");
}

TEST_F(LiaisonRules, ThereAreAtMostSoManyAndWhatNobodyAnswersLapses) {
  for (const char* person : {"per_b", "per_c", "per_d", "per_e"}) {
    EXPECT_THAT(Add(person, "per_a"), testing::IsOk());
  }
  EXPECT_EQ(ReasonName(Add("per_f", "per_a")), "TOO_MANY_LIAISONS");
  v1::UnitRecord record;
  *record.mutable_unit() = unit_;
  EXPECT_EQ(NextLiaisonLapse(record), kNow + kConfirmLiaisonWithin);
  LapseLiaisonChanges(kNow + kConfirmLiaisonWithin - Millis(1), &unit_);
  EXPECT_EQ(unit_.liaison_changes_size(), 4);
  LapseLiaisonChanges(kNow + kConfirmLiaisonWithin, &unit_);
  EXPECT_EQ(Liaisons(), "per_a ");
}

}  // namespace
}  // namespace baodao::registration
