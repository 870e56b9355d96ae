#include "common/auth/principal.h"

#include <gtest/gtest.h>

namespace baodao::auth {
namespace {

TEST(Principal, NamesItsCaller) {
  EXPECT_EQ(Principal::Person("per_1").Caller(), "per_1");
  EXPECT_EQ(Principal::Service("matching").Caller(), "svc:matching");
  EXPECT_EQ(Principal{}.Caller(), "anonymous");
  EXPECT_TRUE(Principal{}.IsAnonymous());
}

const Covers kByPrefix = [](std::string_view above, std::string_view below) {
  return below.starts_with(above);
};

TEST(Principal, RolesReachTheirSubtree) {
  const RoleGrant coordinator{v1::ROLE_COORDINATOR, "310110"};
  EXPECT_TRUE(coordinator.Reaches("310110", kByPrefix));
  EXPECT_TRUE(coordinator.Reaches("310110001", kByPrefix));
  EXPECT_FALSE(coordinator.Reaches("31", kByPrefix));
  EXPECT_FALSE(coordinator.Reaches("", kByPrefix));
  EXPECT_FALSE(coordinator.Reaches("310110001", nullptr));
  EXPECT_FALSE(coordinator.OfEverything());
  // Only an operator's role may be of no particular area.
  EXPECT_FALSE((RoleGrant{v1::ROLE_COORDINATOR, ""}.Reaches("310110", kByPrefix)));
  const RoleGrant operator_{v1::ROLE_OPERATOR, ""};
  EXPECT_TRUE(operator_.OfEverything());
  EXPECT_TRUE(operator_.Reaches("310110", kByPrefix));
  EXPECT_TRUE(operator_.Reaches("", nullptr));
}

TEST(Principal, CoordinatesWhereARoleReaches) {
  EXPECT_TRUE(Principal::Service("lists").Coordinates("310110", kByPrefix));
  EXPECT_FALSE(Principal::Person("per_1").Coordinates("310110", kByPrefix));
  const Principal person = Principal::Person("per_1", {{v1::ROLE_COORDINATOR, "310110"}});
  EXPECT_TRUE(person.Coordinates("310110001", kByPrefix));
  EXPECT_FALSE(person.Coordinates("310109", kByPrefix));
}

}  // namespace
}  // namespace baodao::auth
