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

TEST(Principal, KnowsItsRoles) {
  const Principal person = Principal::Person("per_1", {{v1::ROLE_COORDINATOR, "310110"}});
  EXPECT_TRUE(person.HasRole(v1::ROLE_COORDINATOR));
  EXPECT_FALSE(person.HasRole(v1::ROLE_OPERATOR));
}

}  // namespace
}  // namespace baodao::auth
