#include "common/rpc/detail/chain.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "common/rpc/server.h"
#include "common/status/status.h"
#include "common/testing/loop.h"
#include "common/testing/matchers.h"
#include "common/testing/rpc_proto_text.h"
#include "common/testing/rpc_tokens.h"

namespace baodao::rpc::detail {
namespace {

using baodao::testing::ProtoText;

constexpr const char* kProto = R"(
  message Request {
    string id = 1 [(baodao.validate.v1.field) = {required: true, format: FORMAT_ID}];
    string area = 2 [(baodao.validate.v1.field) = {required: true, format: FORMAT_AREA_CODE}];
    int32 slots = 3 [(baodao.validate.v1.field) = {min: 0, max: 9}];
  }
  message Mutation {
    string request_id = 1 [(baodao.validate.v1.field) = {required: true, format: FORMAT_REQUEST_ID}];
  }
  service S {
    rpc Write(Mutation) returns (Request) { option (baodao.auth.v1.rule) = {audience: AUDIENCE_SIGNED_IN}; }
    rpc Public(Request) returns (Request) { option (baodao.auth.v1.rule) = {audience: AUDIENCE_PUBLIC}; }
    rpc InArea(Request) returns (Request) {
      option (baodao.auth.v1.rule) = {audience: AUDIENCE_SIGNED_IN, roles: [ROLE_COORDINATOR], area: "area"}; }
    rpc OfResource(Request) returns (Request) {
      option (baodao.auth.v1.rule) = {
        audience: AUDIENCE_SIGNED_IN, roles: [ROLE_COORDINATOR], resource: "id", resource_owner: true}; }
  }
)";

constexpr const char* kId = "tsk_01HF8J00000000000000000000";
constexpr const char* kGood = "id: 'tsk_01HF8J00000000000000000000' area: '310110' ";

class ChainTest : public ::testing::Test {
 protected:
  ChainTest() {
    options_.verifier = &tokens_.verifier();
    options_.metrics = &registry_;
    options_.access.covers = [](std::string_view a, std::string_view d) {
      return d.starts_with(a);
    };
    options_.access.resolve = [this](CallContext, std::string id) {
      return Resolve(std::move(id));
    };
  }

  Task<absl::StatusOr<Scope>> Resolve(std::string id) {
    ++resolved_;
    if (id != kId) co_return NotFound("task", id);
    co_return Scope{"310110", {"per_owner"}, {}};
  }

  // The whole chain, as a call goes through it.
  absl::Status Pass(const std::string& name, const std::string& token, const std::string& text) {
    Arrival arrival;
    arrival.address = address_;
    return Pass(name, token, text, arrival);
  }
  absl::Status Pass(const std::string& name, const std::string& token, const std::string& text,
                    Arrival arrival) {
    Route route;
    route.name = "test.S/" + name;
    route.method = proto_.Method("S." + name);
    const std::string type = name == "Write" ? "Mutation" : "Request";
    route.request = proto_.Type(type);
    const Method method(route, *AccessPlan::Compile(route.method), nullptr, bucket_);
    auto request = proto_.Make(type, text);
    const std::string header = token.empty() ? "" : scheme_ + token;
    arrival.authorization = header;
    state_ = std::make_shared<CallContext::State>();
    state_->caller = std::make_shared<const auth::Principal>();
    bool needs_scope = false;
    absl::Status status = chain().Admit(method, arrival, state_.get(), request.get(), &needs_scope);
    if (status.ok() && needs_scope) {
      status = baodao::testing::Run(loop_, chain().CheckScope(method, state_, request.get()));
    }
    if (status.ok()) status = method.bounds.Check(request.get());
    if (status.ok() && answers_) chain().Answered(method, *state_);
    return status;
  }
  Chain& chain() {
    if (!chain_) chain_ = std::make_unique<Chain>(options_, SystemClock());
    return *chain_;
  }

  asio::io_context loop_;
  ProtoText proto_{kProto};
  baodao::testing::Tokens tokens_;
  metrics::Registry registry_;
  ServerOptions options_;
  std::optional<Bucket> bucket_;
  std::unique_ptr<Chain> chain_;
  std::shared_ptr<CallContext::State> state_;
  std::string scheme_ = "Bearer ";
  std::string address_ = "10.0.0.7";
  int resolved_ = 0;
  bool answers_ = true;  // or the handler refuses
};

#define EXPECT_REFUSED(expression, reason) \
  EXPECT_THAT(expression, testing::IsRefusal(Reason::reason)) << (expression)

TEST_F(ChainTest, TheCallerIsWhoTheTokenSays) {
  EXPECT_THAT(Pass("Public", tokens_.Person("per_1"), kGood), testing::IsOk());
  EXPECT_EQ(state_->caller->person_id, "per_1");
  scheme_ = "bEaReR ";
  EXPECT_THAT(Pass("InArea", tokens_.Coordinator("per_2", "310"), kGood), testing::IsOk());
  scheme_ = "Basic ";
  EXPECT_REFUSED(Pass("InArea", tokens_.Coordinator("per_2", "310"), kGood), TOKEN_INVALID);
}

TEST_F(ChainTest, BadTokensAreRefusedWhereOneIsNeeded) {
  EXPECT_REFUSED(Pass("InArea", "", kGood), UNAUTHENTICATED);
  EXPECT_REFUSED(Pass("InArea", "rubbish", kGood), TOKEN_INVALID);
  EXPECT_REFUSED(Pass("InArea", tokens_.Expired("per_1"), kGood), TOKEN_EXPIRED);
  baodao::testing::Tokens strangers;
  EXPECT_REFUSED(Pass("InArea", strangers.Operator(), kGood), TOKEN_INVALID);
}

TEST_F(ChainTest, AStaleTokenDoesNotLockAnybodyOutOfWhatIsPublic) {
  EXPECT_THAT(Pass("Public", tokens_.Expired("per_1"), kGood), testing::IsOk());
  EXPECT_TRUE(state_->caller->IsAnonymous());
}

TEST_F(ChainTest, AStrangersAreaIsDenied) {
  EXPECT_REFUSED(Pass("InArea", tokens_.Coordinator("per_2", "440"), kGood), PERMISSION_DENIED);
  EXPECT_REFUSED(Pass("InArea", tokens_.Person("per_2"), kGood), PERMISSION_DENIED);
}

TEST_F(ChainTest, NamingNoAreaIsAMistakeOfTheRequest) {
  EXPECT_REFUSED(Pass("InArea", tokens_.Coordinator("per_2", "310"), "id: 'x'"),
                 INVALID_ARGUMENT_FIELDS);
}

TEST_F(ChainTest, AResourceIsJudgedByItsAreaAndOwners) {
  EXPECT_THAT(Pass("OfResource", tokens_.Coordinator("per_2", "310"), kGood), testing::IsOk());
  EXPECT_THAT(Pass("OfResource", tokens_.Person("per_owner"), kGood), testing::IsOk());
  EXPECT_REFUSED(Pass("OfResource", tokens_.Person("per_1"), kGood), PERMISSION_DENIED);
  EXPECT_REFUSED(Pass("OfResource", tokens_.Coordinator("per_2", "440"), kGood), PERMISSION_DENIED);
  EXPECT_EQ(resolved_, 4);
  const std::string unknown = "id: 'tsk_01HF8J00000000000000000001' area: '310110'";
  EXPECT_REFUSED(Pass("OfResource", tokens_.Person("per_1"), unknown), NOT_FOUND);
}

TEST_F(ChainTest, TheStoreIsNotAskedForAServiceOrAboutNonsense) {
  EXPECT_THAT(Pass("OfResource", tokens_.Service("matching"), kGood), testing::IsOk());
  EXPECT_REFUSED(Pass("OfResource", tokens_.Person("per_1"), "id: 'x' area: 'a'"),
                 INVALID_ARGUMENT_FIELDS);
  EXPECT_REFUSED(Pass("OfResource", tokens_.Person("per_1"), "area: 'a'"), INVALID_ARGUMENT_FIELDS);
  EXPECT_EQ(resolved_, 0);
}

TEST_F(ChainTest, BoundsComeAfterAccess) {
  const std::string bad = std::string(kGood) + "slots: 10";
  EXPECT_REFUSED(Pass("InArea", tokens_.Coordinator("per_2", "310"), bad), INVALID_ARGUMENT_FIELDS);
  EXPECT_REFUSED(Pass("InArea", tokens_.Coordinator("per_2", "440"), bad), PERMISSION_DENIED);
  EXPECT_REFUSED(Pass("Public", "", bad), INVALID_ARGUMENT_FIELDS);
}

TEST_F(ChainTest, WhatCannotBeReadIsSaidToThoseWhoMayCall) {
  Arrival arrival;
  arrival.decoded = Refuse(Reason::MALFORMED_MESSAGE);
  EXPECT_REFUSED(Pass("Public", "", "", arrival), MALFORMED_MESSAGE);
  EXPECT_REFUSED(Pass("InArea", "", "", arrival), UNAUTHENTICATED);
  EXPECT_REFUSED(Pass("InArea", tokens_.Person("per_1"), "", arrival), MALFORMED_MESSAGE);
}

TEST_F(ChainTest, PeopleAreLimitedByWhoTheyAreAndStrangersByAddress) {
  options_.rate_limits.person = {0.001, 2};
  options_.rate_limits.anonymous = {0.001, 1};
  const std::string one = tokens_.Person("per_1");
  EXPECT_THAT(Pass("Public", one, kGood), testing::IsOk());
  EXPECT_THAT(Pass("Public", one, kGood), testing::IsOk());
  const absl::Status limited = Pass("Public", one, kGood);
  EXPECT_REFUSED(limited, RATE_LIMITED);
  EXPECT_GT(RetryAfterOf(limited).value_or(Millis(0)), Millis(0));
  EXPECT_THAT(Pass("Public", tokens_.Person("per_2"), kGood), testing::IsOk());
  EXPECT_THAT(Pass("Public", "", kGood), testing::IsOk());
  EXPECT_REFUSED(Pass("Public", "", kGood), RATE_LIMITED);
  address_ = "10.0.0.8";
  EXPECT_THAT(Pass("Public", "", kGood), testing::IsOk());
  for (int i = 0; i < 10; ++i)
    EXPECT_THAT(Pass("Public", tokens_.Service("x"), kGood), testing::IsOk());
}

// Calls that were refused used to be free.
TEST_F(ChainTest, RefusedCallsAreLimitedToo) {
  options_.rate_limits.anonymous = {0.001, 2};
  EXPECT_REFUSED(Pass("InArea", "rubbish", kGood), TOKEN_INVALID);
  EXPECT_REFUSED(Pass("InArea", "", kGood), UNAUTHENTICATED);
  EXPECT_REFUSED(Pass("InArea", "", kGood), RATE_LIMITED);
  EXPECT_THAT(Pass("InArea", tokens_.Coordinator("per_2", "310"), kGood), testing::IsOk());
}

// Guessed tokens made us check a signature for each of them.
TEST_F(ChainTest, TokensFromWhoeverGuessesThemAreNotVerified) {
  options_.rate_limits.anonymous = {0.001, 2};
  const std::string known = tokens_.Coordinator("per_2", "310");
  EXPECT_THAT(Pass("InArea", known, kGood), testing::IsOk());
  std::string forged = tokens_.Coordinator("per_3", "310");
  char& byte = forged[forged.size() - 10];
  byte = byte == 'A' ? 'B' : 'A';
  for (int i = 0; i < 2; ++i) EXPECT_REFUSED(Pass("InArea", forged, kGood), TOKEN_INVALID);
  const int64_t verified = tokens_.verifier().verifications();
  EXPECT_EQ(verified, 3);
  EXPECT_REFUSED(Pass("InArea", forged, kGood), RATE_LIMITED);
  EXPECT_EQ(tokens_.verifier().verifications(), verified);
  // Those who share the address are known by their tokens, and others have other addresses.
  EXPECT_THAT(Pass("InArea", known, kGood), testing::IsOk());
  address_ = "10.0.0.8";
  EXPECT_THAT(Pass("InArea", tokens_.Coordinator("per_4", "310"), kGood), testing::IsOk());
}

// A subscriber has 2^64 addresses of them.
TEST(NetworkTest, IPv6IsCountedByItsNetwork) {
  EXPECT_EQ(NetworkOf("10.0.0.7"), "10.0.0.7");
  EXPECT_EQ(NetworkOf("2001:db8:1:1::7"), NetworkOf("2001:db8:1:1:ffff::9"));
  EXPECT_NE(NetworkOf("2001:db8:1:1::7"), NetworkOf("2001:db8:1:2::7"));
  EXPECT_EQ(NetworkOf("::ffff:10.0.0.7"), "10.0.0.7");
  EXPECT_EQ(NetworkOf("::1"), "::1");
  EXPECT_EQ(NetworkOf("unix:/run/x.sock"), "unix:/run/x.sock");
}

// Looking up a scope costs reads: whoever is over the limit caused as many of them as they liked.
TEST_F(ChainTest, TheStoreIsNotAskedForWhoeverIsOverTheLimit) {
  options_.rate_limits.person = {0.001, 1};
  const std::string token = tokens_.Coordinator("per_2", "310");
  EXPECT_FALSE(Is(Pass("OfResource", token, kGood), Reason::RATE_LIMITED));
  EXPECT_EQ(resolved_, 1);
  EXPECT_REFUSED(Pass("OfResource", token, kGood), RATE_LIMITED);
  EXPECT_EQ(resolved_, 1);
}

// Each keeps its answer for a day: one account could have had gigabytes kept.
TEST_F(ChainTest, MutationsThatSucceedAreLimitedOnTopOfCalls) {
  options_.rate_limits.writes = {0.001, 2};
  const std::string one = tokens_.Person("per_1");
  answers_ = false;
  for (int i = 0; i < 5; ++i) EXPECT_THAT(Pass("Write", one, "request_id: 'r'"), testing::IsOk());
  answers_ = true;
  for (int i = 0; i < 2; ++i) EXPECT_THAT(Pass("Write", one, "request_id: 'r'"), testing::IsOk());
  EXPECT_REFUSED(Pass("Write", one, "request_id: 'r'"), RATE_LIMITED);
  EXPECT_THAT(Pass("Public", one, kGood), testing::IsOk()) << "reading goes on";
  EXPECT_THAT(Pass("Write", tokens_.Person("per_2"), "request_id: 'r'"), testing::IsOk());
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(Pass("Write", tokens_.Service("lists"), "request_id: 'r'"), testing::IsOk());
  }
}

TEST_F(ChainTest, WhatACallReadsForNothingIsChargedToItsCaller) {
  options_.rate_limits.person = {0.001, 10};
  const std::string one = tokens_.Person("per_1");
  EXPECT_THAT(Pass("Public", one, kGood), testing::IsOk());
  state_->charger = &chain();
  CallContext(state_).Charge(8);
  EXPECT_THAT(Pass("Public", one, kGood), testing::IsOk());
  EXPECT_REFUSED(Pass("Public", one, kGood), RATE_LIMITED);
  EXPECT_THAT(Pass("Public", tokens_.Service("lists"), kGood), testing::IsOk());
  state_->charger = &chain();
  CallContext(state_).Charge(1000);
  EXPECT_THAT(Pass("Public", tokens_.Service("lists"), kGood), testing::IsOk());
}

TEST_F(ChainTest, AMethodMayHaveABucketOfItsOwn) {
  options_.rate_limits.person = {0.001, 1};
  const std::string one = tokens_.Person("per_1");
  bucket_ = Bucket{0.001, 1};
  EXPECT_THAT(Pass("Public", one, kGood), testing::IsOk());
  EXPECT_REFUSED(Pass("Public", one, kGood), RATE_LIMITED);
  bucket_.reset();
  EXPECT_THAT(Pass("Public", one, kGood), testing::IsOk()) << "the common bucket was not touched";
}

// Its bucket is scarce for what answers keep: refusals, which keep nothing, used it up.
TEST_F(ChainTest, TheBucketOfAMutationIsTakenByWhatSucceeded) {
  options_.rate_limits.person = {0.001, 8};
  const std::string one = tokens_.Person("per_1");
  bucket_ = Bucket{0.001, 2};
  answers_ = false;
  for (int i = 0; i < 5; ++i) EXPECT_THAT(Pass("Write", one, "request_id: 'r'"), testing::IsOk());
  answers_ = true;
  for (int i = 0; i < 2; ++i) EXPECT_THAT(Pass("Write", one, "request_id: 'r'"), testing::IsOk());
  EXPECT_REFUSED(Pass("Write", one, "request_id: 'r'"), RATE_LIMITED);
  bucket_.reset();
  EXPECT_REFUSED(Pass("Write", one, "request_id: 'r'"), RATE_LIMITED)
      << "eight calls were made, whatever became of them";
}

// Calls from many addresses, or with many tokens, gave everybody their burst back.
TEST_F(ChainTest, StrangersDoNotMakeItForgetWhoWrote) {
  options_.rate_limits.writes = {0.001, 1};
  options_.rate_limits.max_callers = 2;
  const std::string one = tokens_.Person("per_1");
  EXPECT_THAT(Pass("Write", one, "request_id: 'r'"), testing::IsOk());
  for (int i = 0; i < 10; ++i) {
    address_ = "10.0.0." + std::to_string(i);
    EXPECT_THAT(Pass("Public", "", kGood), testing::IsOk());
  }
  EXPECT_REFUSED(Pass("Write", one, "request_id: 'r'"), RATE_LIMITED);
}

}  // namespace
}  // namespace baodao::rpc::detail
