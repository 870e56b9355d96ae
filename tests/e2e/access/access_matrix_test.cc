// Every RPC × role × own or other area, against the rule in its proto, with the real binaries.
#include "common/status/grpc.h"
#include "common/validate/validate.h"
#include "tests/e2e/every_rpc.h"

namespace baodao::testing {
namespace {

class AccessMatrixTest : public ::testing::Test {
 protected:
  // Two communities of different subdistricts. Person 0 and unit 0 are of the first one, person 1
  // and unit 1 of the second; person 2 is of the first one, too, and comes alone.
  static void SetUpTestSuite() {
    Town::Options options;
    options.people = 3;
    options.communities = 2;
    options.units = 2;
    town_ = new Town(options);
    LeaveSessions();
  }
  // The same people with tokens of no session: a Logout among the calls would end one.
  static void LeaveSessions() {
    demo::World& world = *town_->world;
    const auto sign = [&world](demo::Actor& actor, std::vector<auth::RoleGrant> grants) {
      const auto principal = auth::Principal::Person(actor.person_id, std::move(grants));
      actor.token = world.signer.Sign(principal, SystemClock().Now(), std::chrono::minutes(10));
    };
    for (demo::Community& community : world.communities) {
      sign(community.coordinator, {{auth::v1::ROLE_COORDINATOR, community.area.code()}});
    }
    for (demo::Unit& unit : world.units) sign(unit.liaison, {});
    for (demo::Actor& person : world.people) sign(person, {});
  }
  // All in the first community, and anew: calls that are let through change what they are about.
  void SetUp() override { town_->Run(MakeResources()); }
  static void TearDownTestSuite() {
    delete town_;
    town_ = nullptr;
  }

  static Task<void> MakeResources() {
    demo::World& world = *town_->world;
    const demo::Actor& owner = world.people[0];
    // Withdrawn on the way: not the owner's, whose area decides who may see the owner.
    const demo::Actor& leaver = world.people[2];
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
    registration::v1::CreateServicePointRequest point;
    point.set_request_id(world.RequestId());
    point.set_name("家门口服务站");
    point.set_kind(registration::v1::SERVICE_POINT_KIND_DOORSTEP_STATION);
    point.set_area_code(area);
    *point.mutable_place() = world.communities[0].area.center();
    const auto entered = co_await demo::Must(world.backend.service_points,
                                             &client::ServicePoints::CreateServicePoint,
                                             world.communities[0].coordinator.token, point);
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
            {"service_point_id", entered.service_point_id()},
            {"registration_id", registrations.registrations(0).registration_id()}};
  }

  // Whether the rule asks for more than a valid token.
  static bool Limited(const Rpc& rpc) {
    return !rpc.rule.roles().empty() || !rpc.rule.owner().empty() || rpc.rule.resource_owner();
  }

  // Within all bounds where the rule decides. Where the handler does it is empty here; those have
  // tests of their own.
  static std::string RequestFor(const Rpc& rpc) {
    const std::unique_ptr<Message> request = NewRequest(rpc);
    if (Limited(rpc)) Fill(*request);
    if (rpc.method->input_type()->FindFieldByName("request_id") != nullptr)
      SetPath(*request, "request_id", town_->world->RequestId());
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

  // By the rule: handlers have other names for most of what they forbid.
  static bool Denied(const grpc::Status& status) {
    return Is(FromGrpc(status), Reason::PERMISSION_DENIED);
  }

  // Somebody with a role and nothing else.
  static std::string TokenOf(auth::v1::Role role, const std::string& area) {
    const auto principal =
        auth::Principal::Person("per_0000000000000000000000000B", {{role, area}});
    return town_->world->signer.Sign(principal, SystemClock().Now(), std::chrono::minutes(10));
  }

  // A valid request about what is in the first community; `fields` are set on top.
  static grpc::Status CallAbout(const Rpc& rpc, const std::string& token,
                                const std::map<std::string, std::string>& fields) {
    const demo::World& world = *town_->world;
    const std::unique_ptr<Message> request = NewRequest(rpc);
    Fill(*request);
    if (auto* need = dynamic_cast<lists::v1::CreateNeedRequest*>(request.get()))
      *need->mutable_window() = town_->NewTask(0, 1, std::chrono::hours(10)).window();
    if (auto* near = dynamic_cast<dispatch::v1::ListTasksNearRequest*>(request.get()))
      *near->mutable_point() = world.communities[0].area.center();
    std::map<std::string, std::string> all = fields;
    const auto* type = rpc.method->input_type();
    const auto add = [&](const std::string& name, const std::string& value) {
      const FieldDescriptor* field = type->FindFieldByName(name);
      if (field == nullptr) return;
      if (field->options().GetExtension(validate::v1::field).required()) all.emplace(name, value);
    };
    for (const auto& [name, id] : ids_) add(name, id);
    add("area_code", world.communities[0].area.code());
    add("request_id", town_->world->RequestId());
    for (const auto& [name, value] : all) SetPath(*request, name, value);
    return CallRaw(*town_, rpc, token, request->SerializeAsString());
  }

  static std::string ReasonFor(const grpc::Status& status) {
    if (status.ok()) return "OK";
    const auto reason = ReasonOf(FromGrpc(status));
    return reason ? std::string(Name(*reason)) : status.error_message();
  }

  static Town* town_;
  static std::map<std::string, std::string> ids_;
};

Town* AccessMatrixTest::town_ = nullptr;
std::map<std::string, std::string> AccessMatrixTest::ids_;

constexpr char kDistrict[] = "310110";

TEST_F(AccessMatrixTest, EveryRpcHasARule) {
  for (const Rpc& rpc : AllRpcs()) {
    EXPECT_TRUE(rpc.method->options().HasExtension(auth::v1::rule)) << rpc.method->full_name();
    EXPECT_NE(rpc.rule.audience(), auth::v1::AUDIENCE_UNSPECIFIED) << rpc.method->full_name();
  }
}

// Who adds a type of record makes one above, so that its rules are asked about something that is.
TEST_F(AccessMatrixTest, ThereIsOneOfEveryRecordThatCanBeRead) {
  std::set<std::string> asked;
  for (const Rpc& rpc : AllRpcs()) {
    if (!rpc.rule.resource().empty()) asked.insert(rpc.rule.resource());
  }
  for (const std::string& field : asked) EXPECT_TRUE(ids_.contains(field)) << field;
  for (const auto& [field, id] : ids_) {
    EXPECT_TRUE(asked.contains(field)) << field << " is of no rule";
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
  const std::string& other_area = world.communities[1].subdistrict_code;
  const std::string above = TokenOf(auth::v1::ROLE_COORDINATOR, kDistrict);
  const std::string operator_above = TokenOf(auth::v1::ROLE_OPERATOR, kDistrict);
  const std::string operator_elsewhere = TokenOf(auth::v1::ROLE_OPERATOR, other_area);
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
    EXPECT_EQ(Denied(Call(rpc, above)), limited && !held(auth::v1::ROLE_COORDINATOR))
        << name << " by a coordinator of the district above";
    // An import is about every place, though its rule names none.
    const bool everywhere = rpc.method->name() == "ImportAreas";
    const bool somewhere = !rpc.rule.area().empty() || !rpc.rule.resource().empty();
    EXPECT_EQ(Denied(Call(rpc, operator_above)),
              limited && (rpc.rule.roles().empty() || everywhere))
        << name << " by an operator of the district above";
    EXPECT_EQ(Denied(Call(rpc, operator_elsewhere)),
              limited && (rpc.rule.roles().empty() || somewhere || everywhere))
        << name << " by an operator of another area";
    EXPECT_EQ(Denied(Call(rpc, world.OperatorToken())), limited && rpc.rule.roles().empty())
        << name << " by an operator";
    if (!rpc.rule.owner().empty()) {
      EXPECT_FALSE(Denied(Call(rpc, owner))) << name << " by the person it is about";
    }
    if (rpc.rule.resource_owner()) {
      const bool leaves =
          rpc.rule.resource() == "registration_id" || rpc.rule.resource() == "subject_id";
      const std::string& its = rpc.rule.resource() == "unit_id" ? liaison
                               : leaves                         ? world.people[2].token
                                                                : owner;
      // These two are the community's own here.
      const bool not_theirs =
          rpc.rule.resource() == "task_id" || rpc.rule.resource() == "project_id";
      EXPECT_EQ(Denied(Call(rpc, its)), not_theirs) << name << " by its owner";
      EXPECT_TRUE(Denied(Call(rpc, world.units[1].liaison.token)))
          << name << " by the liaison of another unit";
    }
  }
}

// Where the rule asks for no more than a token, the handler decides. All of these are listed: for
// somebody of another community, who reads what is public and speaks for nobody else.
TEST_F(AccessMatrixTest, HandlersThatDecideThemselvesRefuseAStranger) {
  const std::string& person = ids_.at("person_id");
  const std::string& unit = ids_.at("unit_id");
  struct Ask {
    std::string method;
    std::map<std::string, std::string> fields;
    std::string answer;
  };
  const std::vector<Ask> asks = {
      {"AcceptOffer", {}, "NO_OFFER"},
      {"AcceptOffer", {{"person_id", person}}, "PERMISSION_DENIED"},
      {"ClaimProject", {}, "NOT_THE_LIAISON"},
      {"ClaimTask", {}, "NOT_ELIGIBLE_AREA"},
      {"CreateNeed", {}, "OK"},
      {"CreateRegistration", {{"subject_id", person}}, "PERMISSION_DENIED"},
      {"CreateRegistration", {{"subject_id", unit}}, "PERMISSION_DENIED"},
      {"CreateRegistration", {}, "OK"},
      {"CreateResource", {}, "OK"},
      {"CreateResource", {{"owner_id", person}}, "PERMISSION_DENIED"},
      {"CreateResource", {{"owner_id", unit}}, "NOT_THE_LIAISON"},
      {"DeclineOffer", {}, "NO_OFFER"},
      {"DeclineOffer", {{"person_id", person}}, "PERMISSION_DENIED"},
      {"GetProject", {}, "OK"},
      {"GetResource", {}, "OK"},
      {"GetTask", {}, "OK"},
      {"GetTaskContact", {}, "PERMISSION_DENIED"},
      {"GetUnit", {}, "OK"},
      {"ListMyAssignments", {}, "OK"},
      {"ListMyNeeds", {}, "OK"},
      {"ListProjects", {}, "OK"},
      {"ListResources", {}, "OK"},
      {"ListTasks", {}, "OK"},
      {"ListTasksNear", {}, "OK"},
      {"Logout", {}, "OK"},
      {"SignIn", {}, "NOT_ASSIGNED"},
      {"SignIn", {{"person_id", person}}, "PERMISSION_DENIED"},
      {"SignOut", {}, "NOT_ASSIGNED"},
      {"SignOut", {{"person_id", person}}, "PERMISSION_DENIED"},
      {"WithdrawAssignment", {}, "NOT_ASSIGNED"},
      {"WithdrawAssignment", {{"person_id", person}}, "PERMISSION_DENIED"}};
  for (const Rpc& rpc : AllRpcs()) {
    const bool decides = rpc.rule.audience() == auth::v1::AUDIENCE_SIGNED_IN && !Limited(rpc);
    size_t asked = 0;
    for (const Ask& ask : asks) {
      if (ask.method != rpc.method->name()) continue;
      ++asked;
      const grpc::Status status = CallAbout(rpc, town_->world->people[1].token, ask.fields);
      EXPECT_EQ(ReasonFor(status), ask.answer)
          << rpc.method->full_name() << " for "
          << (ask.fields.empty() ? "themself" : ask.fields.begin()->second);
    }
    EXPECT_EQ(asked > 0, decides) << rpc.method->full_name();
  }
}

// Of these a coordinator of the task's area may do more than others: the handler's own rule.
TEST_F(AccessMatrixTest, HandlersAskForACoordinatorOfTheTasksArea) {
  const demo::World& world = *town_->world;
  const std::string& other_area = world.communities[1].subdistrict_code;
  const std::map<std::string, std::string> may = {
      {"the area's coordinator", world.communities[0].coordinator.token},
      {"a coordinator of the district", TokenOf(auth::v1::ROLE_COORDINATOR, kDistrict)},
      {"an operator of the district", TokenOf(auth::v1::ROLE_OPERATOR, kDistrict)},
      {"an operator", world.OperatorToken()}};
  const std::map<std::string, std::string> may_not = {
      {"a stranger", world.people[1].token},
      {"another area's coordinator", world.communities[1].coordinator.token},
      {"another area's operator", TokenOf(auth::v1::ROLE_OPERATOR, other_area)}};
  const std::map<std::string, std::string> answers = {
      {"AcceptOffer", "NO_OFFER"}, {"DeclineOffer", "NO_OFFER"},
      {"GetTaskContact", "OK"},    {"SignIn", "NOT_ASSIGNED"},
      {"SignOut", "NOT_ASSIGNED"}, {"WithdrawAssignment", "NOT_ASSIGNED"}};
  for (const Rpc& rpc : AllRpcs()) {
    const auto answer = answers.find(rpc.method->name());
    if (answer == answers.end()) continue;
    std::map<std::string, std::string> fields = {{"person_id", ids_.at("person_id")}};
    if (answer->first == "GetTaskContact") fields.clear();  // it names nobody
    for (const auto& [who, token] : may) {
      EXPECT_EQ(ReasonFor(CallAbout(rpc, token, fields)), answer->second)
          << answer->first << " by " << who;
    }
    for (const auto& [who, token] : may_not) {
      EXPECT_EQ(ReasonFor(CallAbout(rpc, token, fields)), "PERMISSION_DENIED")
          << answer->first << " by " << who;
    }
  }
}

}  // namespace
}  // namespace baodao::testing
