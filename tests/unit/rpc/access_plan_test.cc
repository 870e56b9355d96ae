#include "common/rpc/detail/access_plan.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "common/testing/matchers.h"
#include "common/testing/rpc_proto_text.h"

namespace baodao::rpc::detail {
namespace {

using auth::Principal;
using auth::v1::ROLE_COORDINATOR;
using auth::v1::ROLE_OPERATOR;
using baodao::testing::ProtoText;

constexpr const char* kProto = R"(
  message Inner { string area_code = 1; string person_id = 2; repeated string codes = 3; int32 n = 4; }
  message Request { Inner inner = 1; string id = 2; string person_id = 3; }
  service Good {
    rpc Public(Request) returns (Request) { option (baodao.auth.v1.rule) = {audience: AUDIENCE_PUBLIC}; }
    rpc SignedIn(Request) returns (Request) { option (baodao.auth.v1.rule) = {audience: AUDIENCE_SIGNED_IN}; }
    rpc Services(Request) returns (Request) { option (baodao.auth.v1.rule) = {audience: AUDIENCE_SERVICE}; }
    rpc Operators(Request) returns (Request) {
      option (baodao.auth.v1.rule) = {audience: AUDIENCE_SIGNED_IN, roles: [ROLE_OPERATOR]}; }
    rpc InArea(Request) returns (Request) {
      option (baodao.auth.v1.rule) = {audience: AUDIENCE_SIGNED_IN, roles: [ROLE_COORDINATOR], area: "inner.area_code"}; }
    rpc Own(Request) returns (Request) {
      option (baodao.auth.v1.rule) = {audience: AUDIENCE_SIGNED_IN, owner: "inner.person_id"}; }
    rpc OwnOrInArea(Request) returns (Request) {
      option (baodao.auth.v1.rule) = {
        audience: AUDIENCE_SIGNED_IN, roles: [ROLE_COORDINATOR], area: "inner.area_code", owner: "person_id"}; }
    rpc OfResource(Request) returns (Request) {
      option (baodao.auth.v1.rule) = {audience: AUDIENCE_SIGNED_IN, roles: [ROLE_COORDINATOR], resource: "id"}; }
    rpc OfOwnedResource(Request) returns (Request) {
      option (baodao.auth.v1.rule) = {
        audience: AUDIENCE_SIGNED_IN, roles: [ROLE_COORDINATOR], resource: "id", resource_owner: true}; }
  }
  service Bad {
    rpc NoRule(Request) returns (Request) {}
    rpc NoAudience(Request) returns (Request) { option (baodao.auth.v1.rule) = {roles: [ROLE_OPERATOR]}; }
    rpc NoField(Request) returns (Request) {
      option (baodao.auth.v1.rule) = {audience: AUDIENCE_SIGNED_IN, roles: [ROLE_OPERATOR], area: "area"}; }
    rpc NotAString(Request) returns (Request) {
      option (baodao.auth.v1.rule) = {audience: AUDIENCE_SIGNED_IN, roles: [ROLE_OPERATOR], area: "inner.n"}; }
    rpc AMessage(Request) returns (Request) {
      option (baodao.auth.v1.rule) = {audience: AUDIENCE_SIGNED_IN, roles: [ROLE_OPERATOR], area: "inner"}; }
    rpc Repeated(Request) returns (Request) {
      option (baodao.auth.v1.rule) = {audience: AUDIENCE_SIGNED_IN, roles: [ROLE_OPERATOR], area: "inner.codes"}; }
    rpc BelowAString(Request) returns (Request) {
      option (baodao.auth.v1.rule) = {audience: AUDIENCE_SIGNED_IN, owner: "id.x"}; }
    rpc PublicRole(Request) returns (Request) {
      option (baodao.auth.v1.rule) = {audience: AUDIENCE_PUBLIC, roles: [ROLE_OPERATOR]}; }
    rpc OwnerOfNothing(Request) returns (Request) {
      option (baodao.auth.v1.rule) = {audience: AUDIENCE_SIGNED_IN, resource_owner: true}; }
    rpc AreaWithoutRole(Request) returns (Request) {
      option (baodao.auth.v1.rule) = {audience: AUDIENCE_SIGNED_IN, area: "id"}; }
    rpc AreaAndResource(Request) returns (Request) {
      option (baodao.auth.v1.rule) = {
        audience: AUDIENCE_SIGNED_IN, roles: [ROLE_OPERATOR], area: "inner.area_code", resource: "id"}; }
  }
)";

class AccessPlanTest : public ::testing::Test {
 protected:
  AccessPlanTest() {
    // A code covers what it is a prefix of.
    policy_.covers = [](std::string_view ancestor, std::string_view descendant) {
      return descendant.starts_with(ancestor);
    };
  }
  AccessPlan Plan(const std::string& name) {
    auto plan = AccessPlan::Compile(proto_.Method("Good." + name));
    EXPECT_THAT(plan, testing::IsOk());
    return *plan;
  }
  Verdict Decide(const std::string& method, const Principal& caller, const std::string& request) {
    return Plan(method).Decide(caller, *proto_.Make("Request", request), policy_);
  }

  ProtoText proto_{kProto};
  AccessPolicy policy_;
  const Principal nobody_;
  const Principal person_ = Principal::Person("per_1");
  const Principal coordinator_ = Principal::Person("per_2", {{ROLE_COORDINATOR, "310"}});
  const Principal operator_ = Principal::Person("per_3", {{ROLE_OPERATOR, "310"}});
  const Principal everywhere_ = Principal::Person("per_4", {{ROLE_OPERATOR, ""}});
  const Principal nowhere_ = Principal::Person("per_5", {{ROLE_COORDINATOR, ""}});
  const Principal service_ = Principal::Service("matching");
  const std::string own_area_ = "inner { area_code: '310110' }";
  const std::string other_area_ = "inner { area_code: '440' }";
};

TEST_F(AccessPlanTest, Audiences) {
  for (const Principal& anyone : {nobody_, person_, service_}) {
    EXPECT_EQ(Decide("Public", anyone, ""), Verdict::kAllowed);
  }
  EXPECT_EQ(Decide("SignedIn", nobody_, ""), Verdict::kSignIn);
  EXPECT_EQ(Decide("SignedIn", person_, ""), Verdict::kAllowed);
  EXPECT_EQ(Decide("SignedIn", service_, ""), Verdict::kAllowed);
  EXPECT_EQ(Decide("Services", nobody_, ""), Verdict::kSignIn);
  EXPECT_EQ(Decide("Services", everywhere_, ""), Verdict::kDenied);
  EXPECT_EQ(Decide("Services", service_, ""), Verdict::kAllowed);
}

TEST_F(AccessPlanTest, ARoleWithoutAPlaceMayBeHeldAnywhere) {
  EXPECT_EQ(Decide("Operators", person_, ""), Verdict::kDenied);
  EXPECT_EQ(Decide("Operators", coordinator_, ""), Verdict::kDenied);
  EXPECT_EQ(Decide("Operators", operator_, ""), Verdict::kAllowed);
  EXPECT_EQ(Decide("Operators", service_, ""), Verdict::kAllowed);
}

TEST_F(AccessPlanTest, ARoleReachesItsSubtree) {
  EXPECT_EQ(Decide("InArea", nobody_, own_area_), Verdict::kSignIn);
  EXPECT_EQ(Decide("InArea", person_, own_area_), Verdict::kDenied);
  EXPECT_EQ(Decide("InArea", coordinator_, own_area_), Verdict::kAllowed);
  EXPECT_EQ(Decide("InArea", coordinator_, other_area_), Verdict::kDenied);
  EXPECT_EQ(Decide("InArea", coordinator_, "inner { area_code: '31' }"), Verdict::kDenied);
  EXPECT_EQ(Decide("InArea", operator_, own_area_), Verdict::kAllowed);
  EXPECT_EQ(Decide("InArea", operator_, other_area_), Verdict::kDenied);
  EXPECT_EQ(Decide("InArea", everywhere_, other_area_), Verdict::kAllowed);
  EXPECT_EQ(Decide("InArea", service_, other_area_), Verdict::kAllowed);
}

TEST_F(AccessPlanTest, NoAreaIsNobodysArea) {
  EXPECT_EQ(Decide("InArea", coordinator_, ""), Verdict::kDenied);
  EXPECT_EQ(Decide("InArea", nowhere_, own_area_), Verdict::kDenied);
  EXPECT_EQ(Decide("InArea", nowhere_, ""), Verdict::kDenied);
  EXPECT_TRUE(Plan("InArea").LacksValues(*proto_.Make("Request", "")));
  EXPECT_FALSE(Plan("InArea").LacksValues(*proto_.Make("Request", own_area_)));
}

TEST_F(AccessPlanTest, OwnersAreThemselves) {
  EXPECT_EQ(Decide("Own", person_, "inner { person_id: 'per_1' }"), Verdict::kAllowed);
  EXPECT_EQ(Decide("Own", person_, "inner { person_id: 'per_2' }"), Verdict::kDenied);
  EXPECT_EQ(Decide("Own", person_, ""), Verdict::kDenied);
  EXPECT_EQ(Decide("Own", nobody_, ""), Verdict::kSignIn);
  EXPECT_EQ(Decide("OwnOrInArea", person_, "person_id: 'per_1' " + other_area_), Verdict::kAllowed);
  EXPECT_EQ(Decide("OwnOrInArea", coordinator_, "person_id: 'per_1' " + own_area_),
            Verdict::kAllowed);
  EXPECT_EQ(Decide("OwnOrInArea", coordinator_, "person_id: 'per_1' " + other_area_),
            Verdict::kDenied);
}

TEST_F(AccessPlanTest, AResourceIsLookedUpOnlyWhenItCanMatter) {
  EXPECT_EQ(Decide("OfResource", person_, "id: 'x'"), Verdict::kDenied);
  EXPECT_EQ(Decide("OfResource", coordinator_, "id: 'x'"), Verdict::kNeedsScope);
  EXPECT_EQ(Decide("OfOwnedResource", person_, "id: 'x'"), Verdict::kNeedsScope);
  EXPECT_EQ(Decide("OfOwnedResource", nobody_, "id: 'x'"), Verdict::kSignIn);
  EXPECT_EQ(Decide("OfOwnedResource", service_, "id: 'x'"), Verdict::kAllowed);
  EXPECT_EQ(Plan("OfResource").ResourceOf(*proto_.Make("Request", "id: 'x'")), "x");
}

TEST_F(AccessPlanTest, TheScopeOfAResourceDecides) {
  const Scope scope{"310110", {"per_1", "per_9"}, {}};
  const Scope other{"440", {"per_9"}, {}};
  const Scope several{"440", {}, {"441", "310110"}};
  const AccessPlan of = Plan("OfResource");
  const AccessPlan owned = Plan("OfOwnedResource");
  EXPECT_TRUE(of.Decide(coordinator_, scope, policy_));
  EXPECT_FALSE(of.Decide(coordinator_, other, policy_));
  EXPECT_TRUE(of.Decide(coordinator_, several, policy_));
  EXPECT_FALSE(of.Decide(person_, scope, policy_)) << "owners count only where the rule says so";
  EXPECT_TRUE(owned.Decide(person_, scope, policy_));
  EXPECT_FALSE(owned.Decide(person_, other, policy_));
}

TEST_F(AccessPlanTest, RulesThatMakeNoSenseDoNotCompile) {
  const auto* bad = proto_.Method("Bad.NoRule")->service();
  for (int i = 0; i < bad->method_count(); ++i) {
    EXPECT_FALSE(AccessPlan::Compile(bad->method(i)).ok()) << bad->method(i)->name();
  }
}

}  // namespace
}  // namespace baodao::rpc::detail
