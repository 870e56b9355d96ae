// Every RPC × role × own or other area, against the rule in its proto, with the real binaries.
#include "common/status/grpc.h"
#include "common/validate/validate.h"
#include "tests/e2e/every_rpc.h"

namespace baodao::testing {
namespace {

class AccessMatrixTest : public ::testing::Test {
 protected:
  // Two communities of different subdistricts; everything below exists in the first one.
  static void SetUpTestSuite() {
    Town::Options options;
    options.people = 4;
    options.communities = 2;
    options.units = 1;
    town_ = new Town(options);
    town_->Run(MakeResources());
  }
  static void TearDownTestSuite() {
    delete town_;
    town_ = nullptr;
  }

  static Task<void> MakeResources() {
    demo::World& world = *town_->world;
    // Persons 0, 1 and 3 come through the unit of the first community, person 2 alone to it.
    const demo::Actor& owner = world.people[0];
    // Withdrawn on the way: not the owner's registration, whose area decides who may see the owner.
    const demo::Actor& leaver = world.people[3];
    const std::string& area = world.communities[0].area.code();
    const auto task = co_await town_->Publish(0, 2, std::chrono::hours(10));
    lists::v1::CreateNeedRequest need;
    need.set_request_id(world.RequestId());
    need.set_title("陪同就医");
    need.set_category("elderly_care");
    need.set_area_code(area);
    *need.mutable_window() = task.window();
    const auto created =
        co_await demo::Must(world.backend.needs, &client::Needs::CreateNeed, owner.token, need);
    lists::v1::CreateProjectRequest project;
    project.set_request_id(world.RequestId());
    project.set_title("楼道美化");
    project.set_category("cleaning");
    project.set_area_code(area);
    const auto proposed =
        co_await demo::Must(world.backend.projects, &client::Projects::CreateProject,
                            world.communities[0].coordinator.token, project);
    lists::v1::CreateResourceRequest resource;
    resource.set_request_id(world.RequestId());
    resource.set_title("会议室");
    resource.set_category("publicity");
    resource.set_area_code(area);
    resource.set_capacity(20);
    const auto listed = co_await demo::Must(
        world.backend.resources, &client::Resources::CreateResource, owner.token, resource);
    registration::v1::ListSubjectRegistrationsRequest mine;
    mine.set_subject_id(leaver.person_id);
    const auto registrations =
        co_await demo::Must(world.backend.registrations,
                            &client::Registrations::ListSubjectRegistrations, leaver.token, mine);
    ids_ = {{"task_id", task.task_id()},
            {"need_id", created.need_id()},
            {"project_id", proposed.project_id()},
            {"resource_id", listed.resource_id()},
            {"person_id", owner.person_id},
            {"subject_id", leaver.person_id},
            {"unit_id", world.units[0].unit_id},
            {"registration_id", registrations.registrations(0).registration_id()}};
  }

  // Whether the rule asks for more than a valid token.
  static bool Limited(const Rpc& rpc) {
    return !rpc.rule.roles().empty() || !rpc.rule.owner().empty() || rpc.rule.resource_owner();
  }

  // Within all bounds where the rule decides; elsewhere the handler decides, and is kept from it by
  // an empty request.
  static std::string RequestFor(const Rpc& rpc) {
    const std::unique_ptr<Message> request = NewRequest(rpc);
    if (Limited(rpc)) Fill(*request);
    if (!rpc.rule.area().empty())
      SetPath(*request, rpc.rule.area(), town_->world->communities[0].area.code());
    if (!rpc.rule.resource().empty())
      SetPath(*request, rpc.rule.resource(), ids_.at(rpc.rule.resource()));
    if (!rpc.rule.owner().empty())
      SetPath(*request, rpc.rule.owner(), town_->world->people[0].person_id);
    return request->SerializeAsString();
  }

  static grpc::Status Call(const Rpc& rpc, const std::string& token) {
    return CallRaw(*town_, rpc, token, RequestFor(rpc));
  }

  static bool Denied(const grpc::Status& status) {
    return status.error_code() == grpc::StatusCode::PERMISSION_DENIED;
  }

  static Town* town_;
  static std::map<std::string, std::string> ids_;
};

Town* AccessMatrixTest::town_ = nullptr;
std::map<std::string, std::string> AccessMatrixTest::ids_;

TEST_F(AccessMatrixTest, EveryRpcHasARule) {
  for (const Rpc& rpc : AllRpcs()) {
    EXPECT_TRUE(rpc.method->options().HasExtension(auth::v1::rule)) << rpc.method->full_name();
    EXPECT_NE(rpc.rule.audience(), auth::v1::AUDIENCE_UNSPECIFIED) << rpc.method->full_name();
  }
}

TEST_F(AccessMatrixTest, EveryFieldOfEveryRequestHasBounds) {
  for (const Rpc& rpc : AllRpcs()) {
    for (const std::string& field : validate::UnboundedFields(rpc.method->input_type())) {
      ADD_FAILURE() << rpc.method->full_name() << ": " << field;
    }
  }
}

TEST_F(AccessMatrixTest, WithoutATokenOnlyPublicRpcsAnswer) {
  for (const Rpc& rpc : AllRpcs()) {
    const bool is_public = rpc.rule.audience() == auth::v1::AUDIENCE_PUBLIC;
    const grpc::Status status = Call(rpc, "");
    EXPECT_EQ(status.error_code() == grpc::StatusCode::UNAUTHENTICATED, !is_public)
        << rpc.method->full_name() << " " << status.error_message();
    EXPECT_EQ(Call(rpc, "not.a.token").error_code() == grpc::StatusCode::UNAUTHENTICATED,
              !is_public)
        << rpc.method->full_name();
  }
}

TEST_F(AccessMatrixTest, ServiceRpcsRefuseEverybodyElse) {
  for (const Rpc& rpc : AllRpcs()) {
    if (rpc.rule.audience() != auth::v1::AUDIENCE_SERVICE) continue;
    EXPECT_TRUE(Denied(Call(rpc, town_->world->people[0].token))) << rpc.method->full_name();
    EXPECT_TRUE(Denied(Call(rpc, town_->world->OperatorToken()))) << rpc.method->full_name();
  }
}

TEST_F(AccessMatrixTest, RolesAndOwnersAreAsked) {
  const demo::World& world = *town_->world;
  const std::string& owner = world.people[0].token;
  const std::string& liaison = world.units[0].liaison.token;
  const std::string& stranger = world.people[1].token;
  const std::string& here = world.communities[0].coordinator.token;
  const std::string& elsewhere = world.communities[1].coordinator.token;
  for (const Rpc& rpc : AllRpcs()) {
    if (rpc.rule.audience() != auth::v1::AUDIENCE_SIGNED_IN) continue;
    const std::string& name = rpc.method->full_name();
    const auto held = [&](auth::v1::Role role) {
      return std::count(rpc.rule.roles().begin(), rpc.rule.roles().end(), role) > 0;
    };
    const bool limited = Limited(rpc);
    EXPECT_EQ(Denied(Call(rpc, stranger)), limited) << name << " by a stranger";
    EXPECT_EQ(Denied(Call(rpc, elsewhere)), limited) << name << " by a coordinator of another area";
    EXPECT_EQ(Denied(Call(rpc, here)), limited && !held(auth::v1::ROLE_COORDINATOR))
        << name << " by the area's coordinator";
    if (!rpc.rule.roles().empty()) {
      EXPECT_FALSE(Denied(Call(rpc, world.OperatorToken()))) << name << " by an operator";
    }
    if (!rpc.rule.owner().empty()) {
      EXPECT_FALSE(Denied(Call(rpc, owner))) << name << " by the person it is about";
    }
    if (rpc.rule.resource_owner()) {
      const bool leaves =
          rpc.rule.resource() == "registration_id" || rpc.rule.resource() == "subject_id";
      const std::string& its = rpc.rule.resource() == "unit_id" ? liaison
                               : leaves                         ? world.people[3].token
                                                                : owner;
      // These two are the community's own here.
      const bool not_theirs =
          rpc.rule.resource() == "task_id" || rpc.rule.resource() == "project_id";
      EXPECT_EQ(Denied(Call(rpc, its)), not_theirs) << name << " by its owner";
    }
  }
}

}  // namespace
}  // namespace baodao::testing
