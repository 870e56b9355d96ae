// Every RPC × role × own or other area, against the rule in its proto, with the real binaries.
#include <gmock/gmock.h>

#include "common/status/grpc.h"
#include "common/testing/matchers.h"
#include "common/validate/validate.h"
#include "tests/ctl.h"
#include "tests/e2e/every_rpc.h"

namespace baodao::testing {
namespace {

using google::protobuf::Descriptor;

class AccessMatrixTest : public ::testing::Test {
 protected:
  // Two communities of different subdistricts. Person 0 and unit 0 are of the first one, person 1
  // and unit 1 of the second; persons 2 and 4 are of the first one, too, and 2 comes alone.
  static void SetUpTestSuite() {
    Town::Options options;
    options.people = 5;
    options.communities = 2;
    options.units = 2;
    town_ = new Town(options);
    LeaveSessions();
    town_->Run(CreditHours());
  }
  // Certificates say what somebody has served: person 0, a moment ago.
  static Task<void> CreditHours() {
    demo::World& world = *town_->world;
    const std::string& coordinator = world.communities[0].coordinator.token;
    const auto task =
        co_await demo::Must(world.backend.tasks, &client::Tasks::PublishTask, coordinator,
                            town_->NewTask(0, 1, std::chrono::seconds(2), std::chrono::seconds(1)));
    co_await SystemClock().SleepFor(ToTime(task.window().end()) - SystemClock().Now() + Millis(1));
    dispatch::v1::ConfirmServiceRequest confirm;
    confirm.set_request_id(world.RequestId());
    confirm.set_task_id(task.task_id());
    confirm.set_reason("忘了签到");
    dispatch::v1::ConfirmedService& service = *confirm.add_services();
    service.set_person_id(world.people[0].person_id);
    *service.mutable_served() = task.window();
    co_await demo::Must(world.backend.assignments, &client::Assignments::ConfirmService,
                        coordinator, confirm);
    dispatch::v1::GetBalanceRequest get;
    get.set_person_id(world.people[0].person_id);
    for (int64_t minutes = 0; minutes == 0; co_await SystemClock().SleepFor(Millis(20))) {
      const auto balance = co_await demo::Must(world.backend.ledger, &client::Ledger::GetBalance,
                                               world.people[0].token, get);
      minutes = balance.minutes();
    }
    co_await town_->AwaitRecords();
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
  // Anew: calls that are let through change what they are about.
  void SetUp() override { MakeRecords(); }
  static void TearDownTestSuite() {
    delete town_;
    town_ = nullptr;
  }

  // Something in the first community that rules ask about.
  struct Made {
    std::string id;
    std::string owner;  // whose token; empty: it is the community's own
  };

  // One of every type that can be read, by the field that names it: those that come with the town,
  // and whatever can be made of them.
  static void MakeRecords() {
    demo::World& world = *town_->world;
    const demo::Actor& owner = world.people[0];
    // Withdrawn on the way: not the owner's, whose area decides who may see the owner.
    const demo::Actor& leaver = world.people[2];
    registration::v1::ListSubjectRegistrationsRequest mine;
    mine.set_subject_id(leaver.person_id);
    const auto registrations = town_->Run(
        demo::Must(world.backend.registrations, &client::Registrations::ListSubjectRegistrations,
                   leaver.token, mine));
    earlier_.merge(records_);
    records_ = {
        {"person_id", {owner.person_id, owner.token}},
        {"subject_id", {leaver.person_id, leaver.token}},
        {"unit_id", {world.units[0].unit_id, world.units[0].liaison.token}},
        {"registration_id", {registrations.registrations(0).registration_id(), leaver.token}}};
    for (size_t known = 0; known < records_.size();) {
      known = records_.size();
      for (const ctl::RecordType& type : ctl::RecordTypes()) {
        if (!records_.contains(type.IdField())) Make(type);
      }
    }
  }

  // Who makes one of the type. A person who complains has accepted the task at some time, which the
  // owner of everything else never did.
  static const std::string& MakerOf(const ctl::RecordType& type) {
    const std::string& participant = town_->world->people[4].token;
    if (type.name != "complaint") return town_->world->people[0].token;
    for (const char* method : {"ClaimTask", "WithdrawAssignment"}) {
      for (const Rpc& rpc : AllRpcs()) {
        if (rpc.method->name() != method) continue;
        EXPECT_THAT(CallAbout(rpc, participant, {}), IsOk()) << method;
      }
    }
    return participant;
  }

  // By the RPC that answers with the type and is not about one that is there. Does nothing where
  // that needs a record that is still to be made.
  static void Make(const ctl::RecordType& type) {
    for (const Rpc& rpc : AllRpcs()) {
      const Descriptor* request = rpc.method->input_type();
      if (rpc.method->output_type() != type.get->output_type() ||
          request->FindFieldByName("request_id") == nullptr ||
          request->FindFieldByName(type.IdField()) != nullptr || Lacks(request)) {
        continue;
      }
      const bool by_person = !Limited(rpc);
      const std::string& token =
          by_person ? MakerOf(type) : town_->world->communities[0].coordinator.token;
      std::string bytes;
      const grpc::Status status = CallRaw(*town_, rpc, token, RequestAbout(rpc, {}), &bytes);
      // One person or area may have few of these: in which state they are by now is all one here.
      if (!status.ok() && earlier_.contains(type.IdField())) {
        records_[type.IdField()] = earlier_[type.IdField()];
        return;
      }
      if (!status.ok()) {
        throw std::runtime_error(rpc.method->full_name() + ": " + FromGrpc(status).ToString());
      }
      const std::unique_ptr<Message> answer(google::protobuf::MessageFactory::generated_factory()
                                                ->GetPrototype(rpc.method->output_type())
                                                ->New());
      ASSERT_TRUE(answer->ParseFromString(bytes)) << rpc.method->full_name();
      const FieldDescriptor* id = answer->GetDescriptor()->FindFieldByName(type.IdField());
      ASSERT_NE(id, nullptr) << type.IdField() << " of " << answer->GetTypeName();
      const bool has_owner = by_person || Requires(request, "person_id");
      records_[type.IdField()] = {answer->GetReflection()->GetString(*answer, id),
                                  !has_owner  ? ""
                                  : by_person ? token
                                              : town_->world->people[0].token};
      return;
    }
  }

  static bool Requires(const Descriptor* request, const std::string& name) {
    const FieldDescriptor* field = request->FindFieldByName(name);
    return field != nullptr && field->options().GetExtension(validate::v1::field).required();
  }
  // Whether it must name a record that there is none of yet.
  static bool Lacks(const Descriptor* request) {
    for (const ctl::RecordType& type : ctl::RecordTypes()) {
      if (Requires(request, type.IdField()) && !records_.contains(type.IdField())) return true;
    }
    return false;
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
      SetPath(*request, rpc.rule.resource(), records_.at(rpc.rule.resource()).id);
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
  static std::string RequestAbout(const Rpc& rpc,
                                  const std::map<std::string, std::string>& fields) {
    const demo::World& world = *town_->world;
    const std::unique_ptr<Message> request = NewRequest(rpc);
    Fill(*request);
    FillBeyondBounds(*request);
    MakeOver(*request);
    const Descriptor* type = rpc.method->input_type();
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      if (field->message_type() != common::v1::GeoPoint::descriptor() || field->is_repeated()) {
        continue;
      }
      request->GetReflection()
          ->MutableMessage(request.get(), field)
          ->CopyFrom(world.communities[0].area.center());
    }
    std::map<std::string, std::string> all = fields;
    const auto add = [&](const std::string& name, const std::string& value) {
      if (Requires(type, name)) all.emplace(name, value);
    };
    for (const auto& [name, made] : records_) add(name, made.id);
    add("area_code", world.communities[0].area.code());
    add("request_id", town_->world->RequestId());
    // One of two fields must be there, which bounds do not say.
    if (type->FindFieldByName("credential_kind") != nullptr) all.emplace("category", "veteran");
    for (const auto& [name, value] : all) SetPath(*request, name, value);
    return request->SerializeAsString();
  }
  static grpc::Status CallAbout(const Rpc& rpc, const std::string& token,
                                const std::map<std::string, std::string>& fields) {
    return CallRaw(*town_, rpc, token, RequestAbout(rpc, fields));
  }

  static inline Town* town_ = nullptr;
  static inline std::map<std::string, Made> records_;
  static inline std::map<std::string, Made> earlier_;  // the first of each type
};

constexpr char kDistrict[] = "310110";

TEST_F(AccessMatrixTest, EveryRpcHasARule) {
  for (const Rpc& rpc : AllRpcs()) {
    EXPECT_TRUE(rpc.method->options().HasExtension(auth::v1::rule)) << rpc.method->full_name();
    EXPECT_NE(rpc.rule.audience(), auth::v1::AUDIENCE_UNSPECIFIED) << rpc.method->full_name();
  }
}

TEST_F(AccessMatrixTest, ThereIsOneOfEveryRecordThatCanBeRead) {
  for (const ctl::RecordType& type : ctl::RecordTypes()) {
    EXPECT_TRUE(records_.contains(type.IdField())) << "no RPC makes a " << type.name;
  }
  for (const Rpc& rpc : AllRpcs()) {
    const std::string& field = rpc.rule.resource();
    EXPECT_TRUE(field.empty() || records_.contains(field))
        << rpc.method->full_name() << " is about a " << field << ", which names no type of record";
  }
}

TEST_F(AccessMatrixTest, AnOperatorCanInspectOneOfEveryType) {
  const Deployment& deployment = town_->deployment;
  for (const ctl::RecordType& type : ctl::RecordTypes()) {
    const std::string& id = records_.at(type.IdField()).id;
    const ctl::Outcome shown =
        ctl::OutcomeOf({"--port-base", std::to_string(deployment.port_base()), "--keys",
                        deployment.keys_dir(), "inspect", id});
    EXPECT_EQ(shown.code, ctl::kOk) << type.name << ": " << shown.err;
    EXPECT_THAT(shown.out, ::testing::HasSubstr("\"" + type.IdField() + "\": \"" + id + "\""));
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
      const Made& made = records_.at(rpc.rule.resource());
      const bool common = made.owner.empty();
      EXPECT_EQ(Denied(Call(rpc, common ? owner : made.owner)), common) << name << " by its owner";
      EXPECT_TRUE(Denied(Call(rpc, world.units[1].liaison.token)))
          << name << " by the liaison of another unit";
    }
  }
}

// Where the rule asks for no more than a token, the handler decides: for somebody of another
// community, who reads what is public, raises what is their own, and speaks for nobody else.
// Methods that answer something else, or are no standard methods, are listed.
TEST_F(AccessMatrixTest, HandlersThatDecideThemselvesRefuseAStranger) {
  const std::map<std::string, std::string> listed = {{"AcceptOffer", "NO_OFFER"},
                                                     {"ApplyForVerification", "PERMISSION_DENIED"},
                                                     // The one place is the owner's.
                                                     {"BookResource", "SLOT_FULL"},
                                                     {"CancelCreditRequest", "NOT_ASSIGNED"},
                                                     {"CancelSwap", "NOT_ASSIGNED"},
                                                     {"CancelWithdrawal", "NOT_ASSIGNED"},
                                                     {"CheckClaim", "OK"},
                                                     {"CheckIn", "NOT_ASSIGNED"},
                                                     {"ClaimProject", "NOT_THE_LIAISON"},
                                                     {"ClaimTask", "NOT_ELIGIBLE_AREA"},
                                                     {"ClaimUnitSlots", "NOT_THE_LIAISON"},
                                                     // It is the owner's need.
                                                     {"CreateNeedSeries", "PERMISSION_DENIED"},
                                                     {"DeclineOffer", "NO_OFFER"},
                                                     {"EndSession", "NOT_FOUND"},
                                                     {"EvaluateByCode", "NOT_ASSIGNED"},
                                                     {"FindNearestTasks", "OK"},
                                                     {"FollowProject", "OK"},
                                                     {"GetMyAssignment", "NOT_ASSIGNED"},
                                                     {"GetSignInCode", "PERMISSION_DENIED"},
                                                     {"GetTaskContact", "PERMISSION_DENIED"},
                                                     {"GetTaskCoordinator", "PERMISSION_DENIED"},
                                                     {"GetUnitClaim", "NOT_THE_LIAISON"},
                                                     {"ListTeammates", "PERMISSION_DENIED"},
                                                     {"ListRatings", "PERMISSION_DENIED"},
                                                     {"ListRoster", "PERMISSION_DENIED"},
                                                     {"ListServicePhotos", "PERMISSION_DENIED"},
                                                     {"ListTaskMessages", "PERMISSION_DENIED"},
                                                     {"ListUnitClaims", "NOT_THE_LIAISON"},
                                                     {"Logout", "OK"},
                                                     {"NameUnitMember", "NOT_THE_LIAISON"},
                                                     {"ProposeSwap", "NOT_ASSIGNED"},
                                                     {"RaiseComplaint", "NOT_A_PARTICIPANT"},
                                                     {"RateService", "NOT_ASSIGNED"},
                                                     {"RemoveLeader", "NOT_LEADER"},
                                                     {"RequestCredit", "NOT_ASSIGNED"},
                                                     {"RequestWithdrawal", "NOT_ASSIGNED"},
                                                     // The token of the feed made a moment before.
                                                     {"RevokeCalendarFeed", "OK"},
                                                     {"SendOfflineSigns", "NOT_ASSIGNED"},
                                                     {"SetServicePhotos", "NOT_ASSIGNED"},
                                                     {"SignIn", "NOT_ASSIGNED"},
                                                     {"SignOut", "NOT_ASSIGNED"},
                                                     {"SignPeople", "PERMISSION_DENIED"},
                                                     {"UnfollowProject", "OK"},
                                                     {"WithdrawAssignment", "NOT_ASSIGNED"},
                                                     {"WithdrawUnitClaim", "NOT_THE_LIAISON"}};
  const std::string& stranger = town_->world->people[1].token;
  std::set<std::string> asked;
  for (const Rpc& rpc : AllRpcs()) {
    if (rpc.rule.audience() != auth::v1::AUDIENCE_SIGNED_IN || Limited(rpc)) continue;
    const std::string& name = rpc.method->name();
    asked.insert(name);
    const bool standard = name.starts_with("Get") || name.starts_with("List") ||
                          name.starts_with("Search") || name.starts_with("Create");
    const auto row = listed.find(name);
    EXPECT_TRUE(standard || row != listed.end()) << rpc.method->full_name() << " is to be listed";
    EXPECT_EQ(ReasonName(CallAbout(rpc, stranger, {})), row == listed.end() ? "OK" : row->second)
        << rpc.method->full_name() << " for themself";
    for (const char* whom : {"person_id", "subject_id", "owner_id"}) {
      if (rpc.method->input_type()->FindFieldByName(whom) == nullptr) continue;
      EXPECT_THAT(ReasonName(CallAbout(rpc, stranger, {{whom, records_.at("person_id").id}})),
                  ::testing::AnyOf("PERMISSION_DENIED", "NOT_THE_LIAISON"))
          << rpc.method->full_name() << " for another person";
      if (std::string_view(whom) == "person_id") continue;
      EXPECT_THAT(ReasonName(CallAbout(rpc, stranger, {{whom, records_.at("unit_id").id}})),
                  ::testing::AnyOf("PERMISSION_DENIED", "NOT_THE_LIAISON"))
          << rpc.method->full_name() << " for another's unit";
    }
  }
  for (const auto& [name, answer] : listed) EXPECT_TRUE(asked.contains(name)) << name;
}

// Some of these allow a coordinator of the task's area more than others: the handler's own rule.
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
      {"AcceptOffer", "NO_OFFER"},  {"CheckIn", "NOT_ASSIGNED"},
      {"DeclineOffer", "NO_OFFER"}, {"GetTaskContact", "OK"},
      {"GetTaskCoordinator", "OK"}, {"SignIn", "NOT_ASSIGNED"},
      {"SignOut", "NOT_ASSIGNED"},  {"WithdrawAssignment", "NOT_ASSIGNED"}};
  for (const Rpc& rpc : AllRpcs()) {
    const auto answer = answers.find(rpc.method->name());
    if (answer == answers.end()) continue;
    std::map<std::string, std::string> fields = {{"person_id", records_.at("person_id").id}};
    if (answer->first.starts_with("GetTask")) fields.clear();  // they name nobody
    for (const auto& [who, token] : may) {
      EXPECT_EQ(ReasonName(CallAbout(rpc, token, fields)), answer->second)
          << answer->first << " by " << who;
    }
    for (const auto& [who, token] : may_not) {
      EXPECT_EQ(ReasonName(CallAbout(rpc, token, fields)), "PERMISSION_DENIED")
          << answer->first << " by " << who;
    }
  }
}

}  // namespace
}  // namespace baodao::testing
