#include "services/registration/domain/role_rules.h"

#include <gtest/gtest.h>

#include "common/status/status.h"

namespace baodao::registration {
namespace {

using auth::v1::ROLE_COORDINATOR;
using auth::v1::ROLE_OPERATOR;

bool ByPrefix(std::string_view above, std::string_view below) { return below.starts_with(above); }

bool May(const auth::Principal& caller, auth::v1::Role role, std::string_view area) {
  const absl::Status status = CheckMayChangeRole(caller, role, area, ByPrefix);
  EXPECT_TRUE(status.ok() || Is(status, Reason::GRANT_TOO_WIDE)) << status;
  return status.ok();
}

// Coordinators of one area could revoke each other, although the API says "below themselves".
TEST(MayChangeRole, CoordinatorsStrictlyBelowThemselves) {
  const auto coordinator = auth::Principal::Person("per_1", {{ROLE_COORDINATOR, "310110"}});
  EXPECT_FALSE(May(coordinator, ROLE_COORDINATOR, "310110"));
  EXPECT_TRUE(May(coordinator, ROLE_COORDINATOR, "310110001"));
  EXPECT_FALSE(May(coordinator, ROLE_COORDINATOR, "3101"));
  EXPECT_FALSE(May(coordinator, ROLE_COORDINATOR, "310109"));
  EXPECT_FALSE(May(coordinator, ROLE_OPERATOR, "310110001"));
  // A second grant above makes the difference.
  const auto both =
      auth::Principal::Person("per_1", {{ROLE_COORDINATOR, "310110"}, {ROLE_COORDINATOR, "3101"}});
  EXPECT_TRUE(May(both, ROLE_COORDINATOR, "310110"));
  EXPECT_FALSE(May(both, ROLE_COORDINATOR, "3101"));
}

TEST(MayChangeRole, OperatorsGrantBoth) {
  const auto operates = auth::Principal::Person("per_1", {{ROLE_OPERATOR, "310110"}});
  EXPECT_TRUE(May(operates, ROLE_OPERATOR, "310110001"));
  EXPECT_TRUE(May(operates, ROLE_COORDINATOR, "310110"));
  EXPECT_FALSE(May(operates, ROLE_OPERATOR, "3101"));
  EXPECT_TRUE(May(auth::Principal::Person("per_1", {{ROLE_OPERATOR, ""}}), ROLE_OPERATOR, "31"));
}

TEST(MayChangeRole, NobodyElse) {
  EXPECT_FALSE(May(auth::Principal::Person("per_1"), ROLE_COORDINATOR, "31"));
  EXPECT_FALSE(May(auth::Principal(), ROLE_COORDINATOR, "31"));
  // A coordinator of no area covers none.
  const auto nowhere = auth::Principal::Person("per_1", {{ROLE_COORDINATOR, "x"}});
  EXPECT_FALSE(May(nowhere, ROLE_COORDINATOR, "31"));
  EXPECT_TRUE(May(auth::Principal::Service("test"), ROLE_OPERATOR, "31"));
}

TEST(Grants, AreASet) {
  v1::PersonRecord person;
  EXPECT_TRUE(AddGrant(ROLE_COORDINATOR, "a", &person));
  EXPECT_FALSE(AddGrant(ROLE_COORDINATOR, "a", &person));
  EXPECT_TRUE(AddGrant(ROLE_COORDINATOR, "b", &person));
  EXPECT_EQ(GrantsOf(person).size(), 2u);
  EXPECT_FALSE(RemoveGrant(ROLE_OPERATOR, "a", &person));
  EXPECT_TRUE(RemoveGrant(ROLE_COORDINATOR, "a", &person));
  ASSERT_EQ(GrantsOf(person).size(), 1u);
  EXPECT_EQ(GrantsOf(person)[0].area_code, "b");
}

}  // namespace
}  // namespace baodao::registration
