// The commands of baodaoctl that look at people and their work and change it, in a town.
#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/events/dead_letters.h"
#include "common/events/detail/delivery.h"
#include "common/testing/matchers.h"
#include "ops/ctl/app.h"
#include "ops/demo/names.h"
#include "ops/demo/task_people.h"
#include "tests/e2e/ctl/ctl.h"
#include "tests/e2e/town.h"

namespace baodao::ctl {
namespace {

using baodao::testing::Town;
using registration::v1::Registration;
using ::testing::ContainsRegex;
using ::testing::MatchesRegex;

// Who report in turn to two communities: what the tests do to the second leaves the first alone.
constexpr size_t kCommunities = 2;
constexpr size_t kPeople = 3;  // of the first
constexpr char kTime[] = " +[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}";

template <class Message>
Message Parsed(const Outcome& outcome) {
  EXPECT_EQ(outcome.code, kOk) << outcome.err;
  Message message;
  const auto status = google::protobuf::util::JsonStringToMessage(outcome.out, &message);
  EXPECT_TRUE(status.ok()) << status.ToString() << "\n" << outcome.out;
  return message;
}

void ExpectRefused(const Outcome& outcome, const std::string& reason) {
  EXPECT_EQ(outcome.code, kRefused) << outcome.out;
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(outcome.err.starts_with("baodaoctl: " + reason + ": ")) << outcome.err;
}

class CtlWorkTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    unsetenv("BAODAO_TOKEN");  // of whoever runs the tests
    town_ = new Town({.people = kPeople * kCommunities,
                      .communities = kCommunities,
                      .units = 0,
                      .deployment = {}});
  }
  static void TearDownTestSuite() {
    delete town_;
    town_ = nullptr;
  }

  static Outcome Ctl(std::vector<std::string> arguments) {
    return RunCtl(town_->deployment, std::move(arguments));
  }

  static demo::World& world() { return *town_->world; }
  static const demo::Actor& Actor(size_t i) { return world().people[i * kCommunities]; }
  static const std::string& Person(size_t i) { return Actor(i).person_id; }

  // The answer to an operator.
  template <class Req, class Service, class Resp>
  static Resp Ask(rpc::Client<Service>& client,
                  rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Req, Resp> method, Req request) {
    return town_->Run(demo::Must(client, method, world().OperatorToken(), std::move(request)));
  }

  // Far from the tasks of the other tests, so that everybody is free.
  static std::string NewTask(int day, int slots) {
    return town_->Run(town_->Publish(0, slots, std::chrono::hours(24 * day))).task_id();
  }

  static std::vector<dispatch::v1::Assignment> PeopleOn(const std::string& task_id) {
    demo::Job job;
    job.task_id = task_id;
    return town_->Run(demo::PeopleOf(world(), job));
  }

  // Somebody new reports to the second community.
  static Registration Pending(size_t newcomer) {
    demo::Actor actor;
    actor.phone = demo::PhoneOf(world(), demo::Part::kPerson, world().people.size() + newcomer);
    town_->Run(world().LogIn(actor));
    registration::v1::CreateRegistrationRequest report;
    report.set_request_id(world().RequestId());
    report.set_area_code(world().communities[1].area.code());
    return town_->Run(demo::Must(world().backend.registrations,
                                 &client::Registrations::CreateRegistration, actor.token, report));
  }

  static Registration Stored(const Registration& registration) {
    registration::v1::GetRegistrationRequest request;
    request.set_registration_id(registration.registration_id());
    return Ask(world().backend.registrations, &client::Registrations::GetRegistration, request);
  }

  static std::string Queue() { return Ctl({"review", "queue", "--area", "310110"}).out; }

  static Town* town_;
};

Town* CtlWorkTest::town_ = nullptr;

TEST_F(CtlWorkTest, AssignPutsPeopleOnATask) {
  const std::string task = NewTask(10, 2);
  const Outcome first = Ctl({"tasks", "assign", task, Person(0)});
  EXPECT_EQ(first.code, kOk) << first.err;
  EXPECT_EQ(first.out, Person(0) + " ACCEPTED\n");
  const auto second =
      Parsed<dispatch::v1::Assignment>(Ctl({"--json", "tasks", "assign", task, Person(1)}));
  EXPECT_EQ(second.task_id(), task);
  EXPECT_EQ(second.person_id(), Person(1));
  EXPECT_EQ(second.state(), dispatch::v1::ASSIGNMENT_STATE_ACCEPTED);

  const std::vector<dispatch::v1::Assignment> stored = PeopleOn(task);
  ASSERT_EQ(stored.size(), 2u);
  for (const dispatch::v1::Assignment& assignment : stored) {
    EXPECT_EQ(assignment.state(), dispatch::v1::ASSIGNMENT_STATE_ACCEPTED);
    EXPECT_TRUE(assignment.person_id() == Person(0) || assignment.person_id() == Person(1));
  }
  ExpectRefused(Ctl({"tasks", "assign", task, Person(1)}), "ALREADY_ASSIGNED");
  ExpectRefused(Ctl({"tasks", "assign", task, Person(2)}), "TASK_FULL");
  EXPECT_EQ(PeopleOn(task).size(), 2u);
}

TEST_F(CtlWorkTest, ServiceIsConfirmedOnceTheTaskIsOver) {
  const std::string task = NewTask(15, 1);
  const std::vector<std::string> confirm = {"tasks",   "confirm",  task,
                                            Person(0), "--reason", "签到故障"};
  ExpectRefused(Ctl(confirm), "TOO_EARLY");
  std::vector<std::string> at = confirm;
  at.insert(at.end(), {"--from", "yesterday"});
  EXPECT_THAT(Ctl(at).err, ::testing::HasSubstr("yesterday"));
}

TEST_F(CtlWorkTest, CancelEndsTasksAndNeeds) {
  const std::string task = NewTask(30, 1);
  const Outcome of_task = Ctl({"tasks", "cancel", task, "--reason", "暴雨"});
  EXPECT_EQ(of_task.out, task + " CANCELLED\n") << of_task.err;

  const auto wanted = town_->NewTask(0, 1, std::chrono::hours(24 * 31));
  lists::v1::CreateNeedRequest create;
  create.set_request_id(world().RequestId());
  create.set_title("陪同就医");
  create.set_category("elderly_care");
  create.set_area_code(wanted.area_code());
  *create.mutable_place() = wanted.place();
  *create.mutable_window() = wanted.window();
  create.mutable_contact()->set_phone("13800001234");
  const std::string need = town_
                               ->Run(demo::Must(world().backend.needs, &client::Needs::CreateNeed,
                                                Actor(0).token, create))
                               .need_id();
  lists::v1::ReviewNeedRequest review;
  review.set_request_id(world().RequestId());
  review.set_need_id(need);
  review.set_verdict(lists::v1::NEED_VERDICT_ACCEPT);
  Ask(world().backend.needs, &client::Needs::ReviewNeed, review);
  lists::v1::PublishNeedRequest publish;
  publish.set_request_id(world().RequestId());
  publish.set_need_id(need);
  const std::string its_task =
      Ask(world().backend.needs, &client::Needs::PublishNeed, publish).task_id();
  const Outcome unsaid = Ctl({"tasks", "cancel", its_task, "--reason", "暴雨"});
  ExpectRefused(unsaid, "INVALID_ARGUMENT_FIELDS");
  EXPECT_TRUE(Has(unsaid.err, "need_outcome")) << unsaid.err;
  const Outcome of_need = Ctl({"needs", "cancel", need, "--reason", "女儿回来了"});
  EXPECT_EQ(of_need.out, need + " CANCELLED\n") << of_need.err;
  ExpectRefused(Ctl({"tasks", "cancel", its_task, "--reason", "暴雨", "--need", "keep"}),
                "WRONG_STATE");
}

TEST_F(CtlWorkTest, EverybodyOnATaskAsTableAndJson) {
  const std::string task = NewTask(20, 2);
  EXPECT_THAT(Ctl({"tasks", "people", task}).out, MatchesRegex("PERSON +STATE +SINCE +MINUTES\n"));
  for (const size_t i : {0, 1}) ASSERT_EQ(Ctl({"tasks", "assign", task, Person(i)}).code, kOk);
  const Outcome table = Ctl({"tasks", "people", task});
  EXPECT_EQ(table.code, kOk) << table.err;
  EXPECT_EQ(std::count(table.out.begin(), table.out.end(), '\n'), 3) << table.out;
  for (const size_t i : {0, 1}) {
    EXPECT_THAT(table.out, ContainsRegex(Person(i) + " +ACCEPTED" + kTime + " +0\n"));
  }
  const auto json =
      Parsed<dispatch::v1::ListTaskAssignmentsResponse>(Ctl({"tasks", "people", task, "--json"}));
  const std::vector<dispatch::v1::Assignment> stored = PeopleOn(task);
  ASSERT_EQ(static_cast<size_t>(json.assignments_size()), stored.size());
  for (size_t i = 0; i < stored.size(); ++i) {
    EXPECT_EQ(json.assignments(static_cast<int>(i)).DebugString(), stored[i].DebugString());
  }
  ExpectRefused(Ctl({"tasks", "people", "tsk_01J0000000000000000000000A"}), "NOT_FOUND");
}

TEST_F(CtlWorkTest, ApprovingMakesARegistrationActive) {
  const Registration pending = Pending(0);
  const std::string& id = pending.registration_id();
  EXPECT_THAT(Queue(), ContainsRegex(id + " +" + pending.subject_id() + " .* PENDING"));
  const Outcome approved = Ctl({"review", "approve", id, "--comment", "欢迎"});
  EXPECT_EQ(approved.code, kOk) << approved.err;
  EXPECT_EQ(approved.out, id + " ACTIVE\n");
  EXPECT_EQ(Stored(pending).state(), registration::v1::REGISTRATION_STATE_ACTIVE);
  EXPECT_EQ(Stored(pending).review_comment(), "欢迎");
  EXPECT_FALSE(Has(Queue(), id));
  // Decided once.
  ExpectRefused(Ctl({"review", "reject", id, "--comment", "不"}), "WRONG_STATE");
  EXPECT_EQ(Stored(pending).state(), registration::v1::REGISTRATION_STATE_ACTIVE);
}

TEST_F(CtlWorkTest, RejectingNeedsAComment) {
  const Registration pending = Pending(1);
  const std::string& id = pending.registration_id();
  const Outcome silent = Ctl({"review", "reject", id});
  EXPECT_EQ(silent.code, kUsage);
  EXPECT_TRUE(Has(silent.err, "--comment")) << silent.err;
  EXPECT_EQ(Stored(pending).state(), registration::v1::REGISTRATION_STATE_PENDING);
  const auto rejected = Parsed<Registration>(
      Ctl({"--json", "review", "reject", id, "--comment", "请先补充联系方式"}));
  EXPECT_EQ(rejected.state(), registration::v1::REGISTRATION_STATE_REJECTED);
  EXPECT_EQ(rejected.review_comment(), "请先补充联系方式");
  EXPECT_EQ(Stored(pending).DebugString(), rejected.DebugString());
  EXPECT_FALSE(Has(Queue(), id));
}

TEST_F(CtlWorkTest, PeopleForATaskWithReasons) {
  matching::v1::RecommendPeopleRequest request;
  request.set_task_id(NewTask(30, 2));
  const std::string& task = request.task_id();
  // Matching hears of the task and of the people a moment later.
  ASSERT_TRUE(Until([&] {
    const Outcome outcome = Ctl({"--json", "match", "people", task});
    return outcome.code == kOk &&
           Parsed<matching::v1::RecommendPeopleResponse>(outcome).candidates_size() == int{kPeople};
  }));
  const auto all = Ask(world().backend.matchings, &client::Matchings::RecommendPeople, request);
  ASSERT_EQ(all.candidates_size(), int{kPeople});
  const Outcome table = Ctl({"match", "people", task});
  EXPECT_EQ(table.code, kOk) << table.err;
  EXPECT_THAT(table.out, ContainsRegex("^PERSON +COST +WHY\n"));
  for (const matching::v1::Candidate& candidate : all.candidates()) {
    EXPECT_THAT(table.out, ContainsRegex(candidate.person_id() + " +-?[0-9]+ +[^ ]"));
  }
  const auto best = Parsed<matching::v1::RecommendPeopleResponse>(
      Ctl({"--json", "match", "people", task, "--limit", "1"}));
  ASSERT_EQ(best.candidates_size(), 1);
  EXPECT_EQ(best.candidates(0).person_id(), all.candidates(0).person_id());
  EXPECT_GT(best.candidates(0).reasons_size(), 0);
}

TEST_F(CtlWorkTest, WhatRulesOutEverybodyIsTold) {
  dispatch::v1::PublishTaskRequest request = town_->NewTask(0, 1, std::chrono::hours(24 * 40));
  request.add_skills("translation");
  const std::string task =
      Ask(world().backend.tasks, &client::Tasks::PublishTask, request).task_id();
  Outcome none;
  ASSERT_TRUE(Until([&] {
    none = Ctl({"match", "people", task});
    return none.code == kOk && std::count(none.out.begin(), none.out.end(), '\n') > 1;
  })) << none.err;
  EXPECT_THAT(none.out, MatchesRegex("PERSON +COST +WHY\n[^\n]*translation(.|\n)*"));
}

TEST_F(CtlWorkTest, InspectShowsATaskAPersonANeedAndARegistration) {
  dispatch::v1::GetTaskRequest task;
  task.set_task_id(NewTask(50, 1));
  const auto shown_task = Parsed<dispatch::v1::Task>(Ctl({"inspect", task.task_id()}));
  EXPECT_EQ(shown_task.title(), "楼道清理");
  EXPECT_EQ(shown_task.DebugString(),
            Ask(world().backend.tasks, &client::Tasks::GetTask, task).DebugString());

  registration::v1::GetPersonRequest person;
  person.set_person_id(Person(0));
  const Outcome inspected = Ctl({"inspect", Person(0)});
  EXPECT_TRUE(Has(inspected.out, "\"person_id\": \"" + Person(0) + "\"")) << inspected.out;
  EXPECT_FALSE(Has(inspected.out, Actor(0).phone)) << inspected.out;
  EXPECT_EQ(Parsed<registration::v1::Person>(inspected).DebugString(),
            Ask(world().backend.people, &client::People::GetPerson, person).DebugString());

  lists::v1::CreateNeedRequest create;
  create.set_request_id(world().RequestId());
  create.set_title("陪同就医");
  create.set_category("elderly_care");
  create.set_area_code(world().communities[0].area.code());
  *create.mutable_place() = world().communities[0].area.center();
  const auto window = town_->NewTask(0, 1, std::chrono::hours(24)).window();
  *create.mutable_window()->mutable_start() = window.start();
  *create.mutable_window()->mutable_end() = window.end();
  create.set_people_wanted(1);
  create.mutable_contact()->set_name("王秀英");
  create.mutable_contact()->set_phone("13800001234");
  create.mutable_contact()->set_address("平凉路1号101室");
  lists::v1::GetNeedRequest need;
  need.set_need_id(town_
                       ->Run(demo::Must(world().backend.needs, &client::Needs::CreateNeed,
                                        Actor(0).token, create))
                       .need_id());
  const auto shown_need = Parsed<lists::v1::Need>(Ctl({"inspect", need.need_id()}));
  EXPECT_EQ(shown_need.title(), "陪同就医");
  EXPECT_EQ(shown_need.DebugString(),
            Ask(world().backend.needs, &client::Needs::GetNeed, need).DebugString());

  const Registration pending = Pending(2);
  EXPECT_EQ(Parsed<Registration>(Ctl({"inspect", pending.registration_id()})).DebugString(),
            Stored(pending).DebugString());
}

// Letters about a person as the inbox buries what it could not deliver.
class DeadLettersTest : public CtlWorkTest {
 protected:
  static constexpr int kShard = 1;

  // That their registration was suspended, or has ended.
  void DeadLetter(registration::v1::RegistrationState state, const std::string& event_id) {
    events::Delivery delivery;
    delivery.service = "registration";
    delivery.shard = kShard;
    delivery.id = event_id;
    delivery.attempt = 5;
    delivery.event.set_actor_id("registration");
    auto& changed = *delivery.event.mutable_registration_changed();
    changed.set_before(registration::v1::REGISTRATION_STATE_ACTIVE);
    changed.mutable_registration()->set_registration_id("reg_01J0000000000000000000000A");
    changed.mutable_registration()->set_subject_id(Person(0));
    changed.mutable_registration()->set_area_code(world().communities[0].area.code());
    changed.mutable_registration()->set_state(state);
    const absl::Status buried = town_->Run(
        events::detail::DeadLetter(*client_, "inbox", delivery, delivery.event.SerializeAsString(),
                                   "INTERNAL: it broke", SystemClock().Now()));
    ASSERT_THAT(buried, testing::IsOk());
  }

  // The command about this group in this Redis.
  static Outcome Letters(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "dead-letters");
    for (const std::string& more :
         {std::string("--group"), std::string("inbox"), std::string("--redis"),
          "127.0.0.1:" + std::to_string(town_->deployment.redis().port())}) {
      arguments.push_back(more);
    }
    return Ctl(std::move(arguments));
  }

  // The letters as listed, by the ids of their events.
  static std::map<std::string, google::protobuf::Struct> Listed() {
    std::map<std::string, google::protobuf::Struct> result;
    const auto list = Parsed<google::protobuf::ListValue>(Letters({"list", "--json"}));
    for (const auto& value : list.values()) {
      result[Text(value.struct_value(), "event_id")] = value.struct_value();
    }
    return result;
  }

  static std::string Text(const google::protobuf::Struct& letter, const std::string& field) {
    const auto found = letter.fields().find(field);
    return found == letter.fields().end() ? "" : found->second.string_value();
  }

  // How often the person was told.
  static int Heard(inbox::v1::NotificationKind kind) {
    inbox::v1::ListNotificationsRequest request;
    request.set_person_id(Person(0));
    request.set_page_size(200);
    const auto heard =
        town_->Run(demo::Must(world().backend.notifications,
                              &client::Notifications::ListNotifications, Actor(0).token, request));
    return static_cast<int>(
        std::count_if(heard.notifications().begin(), heard.notifications().end(),
                      [&](const auto& notification) { return notification.kind() == kind; }));
  }

  std::unique_ptr<redis::Client> client_ =
      town_->Run(redis::Connect(town_->loop, town_->deployment.redis().config())).value();
};

TEST_F(DeadLettersTest, WhatIsDroppedIsGoneAndWhatIsRequeuedIsDelivered) {
  DeadLetter(registration::v1::REGISTRATION_STATE_SUSPENDED, "7-1");
  DeadLetter(registration::v1::REGISTRATION_STATE_ENDED, "7-2");
  const Outcome table = Letters({"list"});
  EXPECT_EQ(table.code, kOk) << table.err;
  for (const char* event : {"7-1", "7-2"}) {
    EXPECT_THAT(table.out,
                ContainsRegex("\n1 +[0-9]+-[0-9]+ +registration +" + std::string(event) +
                              " +registration_changed +5" + kTime + " +INTERNAL: it broke\n"));
  }
  auto letters = Listed();
  ASSERT_EQ(letters.size(), 2u);
  EXPECT_TRUE(Has(letters["7-1"].DebugString(), Person(0)));
  const std::string suspended = Text(letters["7-1"], "id");
  const std::string ended = Text(letters["7-2"], "id");
  const std::string shard = std::to_string(kShard);

  const Outcome dropped = Letters({"drop", shard, suspended});
  EXPECT_EQ(dropped.code, kOk) << dropped.err;
  EXPECT_EQ(dropped.out, "dropped\n");
  ExpectRefused(Letters({"requeue", shard, suspended}), "NOT_FOUND");
  letters = Listed();
  EXPECT_EQ(letters.size(), 1u);
  EXPECT_TRUE(letters.contains("7-2"));

  const Outcome requeued = Letters({"requeue", shard, ended, "--json"});
  EXPECT_EQ(requeued.code, kOk) << requeued.err;
  EXPECT_EQ(requeued.out, "{\"result\": \"requeued\"}\n");
  EXPECT_TRUE(Until([] { return Heard(inbox::v1::NOTIFICATION_KIND_REGISTRATION_ENDED) > 0; }));
  EXPECT_EQ(Heard(inbox::v1::NOTIFICATION_KIND_REGISTRATION_ENDED), 1);
  EXPECT_EQ(Heard(inbox::v1::NOTIFICATION_KIND_REGISTRATION_SUSPENDED), 0);
  EXPECT_TRUE(Listed().empty());
  ExpectRefused(Letters({"drop", shard, ended}), "NOT_FOUND");
}

}  // namespace
}  // namespace baodao::ctl
