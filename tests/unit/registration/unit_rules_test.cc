#include "services/registration/domain/unit_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/status.h"
#include "common/testing/matchers.h"

namespace baodao::registration {
namespace {

using ::testing::ElementsAre;

constexpr Time kNow{Millis(1'748'736'000'000)};

TEST(UnitUpdate, WritesOnlyWhatTheMaskNames) {
  v1::UpdateUnitRequest request;
  request.set_name("同济大学");
  request.set_kind(v1::UNIT_KIND_INSTITUTION);
  request.add_categories("caring_merchant");
  request.add_categories("caring_merchant");
  request.mutable_update_mask()->add_paths("name");
  request.mutable_update_mask()->add_paths("categories");
  v1::Unit unit;
  unit.set_kind(v1::UNIT_KIND_ENTERPRISE);
  unit.set_liaison_id("per_1");
  ASSERT_THAT(CheckUnitUpdate(request), testing::IsOk());
  ApplyUnitUpdate(request, kNow, &unit);
  EXPECT_EQ(unit.name(), "同济大学");
  EXPECT_EQ(unit.kind(), v1::UNIT_KIND_ENTERPRISE);
  EXPECT_EQ(unit.liaison_id(), "per_1");
  EXPECT_THAT(unit.categories(), ElementsAre("caring_merchant"));
}

TEST(UnitUpdate, RefusesUnknownPathsAndEmptyNames) {
  v1::UpdateUnitRequest request;
  for (const char* path : {"area_code", "name", "kind"}) {
    request.mutable_update_mask()->add_paths(path);
  }
  const auto violations = ViolationsOf(CheckUnitUpdate(request));
  ASSERT_EQ(violations.size(), 3u);
  EXPECT_EQ(violations[0].kind, ViolationKind::UNKNOWN_FIELD);
  EXPECT_EQ(violations[1].field, "name");
  EXPECT_EQ(violations[2].field, "kind");
}

}  // namespace
}  // namespace baodao::registration
