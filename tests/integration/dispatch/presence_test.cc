// Proving presence, and who is shown what.
#include "services/dispatch/app/presence.h"

#include "common/ids/ids.h"
#include "common/testing/matchers.h"
#include "tests/integration/dispatch/handlers_fixture.h"

namespace baodao::dispatch {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

using PresenceTest = HandlersTest;

TEST_F(PresenceTest, ContactIsForThoseOnTheTask) {
  const std::string person = NewPerson();
  const v1::Task task = Publish(NewTask(hours(3), 1, 2));
  EXPECT_DOUBLE_EQ(task.place().latitude(), 31.275);
  v1::GetTaskContactRequest request;
  request.set_task_id(task.task_id());
  Replica& replica = *replicas_[0];
  EXPECT_EQ(Why(Run(replica.tasks.GetTaskContact(As(person), request)).status()),
            "PERMISSION_DENIED");
  EXPECT_EQ(Why(Run(replica.tasks.GetTaskContact(Stranger(), request)).status()),
            "PERMISSION_DENIED");
  ASSERT_THAT(Run(Claim(1, person, task.task_id(), "c")), testing::IsOk());
  const auto seen = Run(replica.tasks.GetTaskContact(As(person), request));
  ASSERT_THAT(seen, testing::IsOk());
  EXPECT_EQ(seen->phone(), "13800001234");
  EXPECT_DOUBLE_EQ(seen->place().latitude(), 31.274567);
  EXPECT_THAT(Run(replica.tasks.GetTaskContact(Operator(), request)), testing::IsOk());
  // Two answers, two entries on record; nothing private in any of them, nor in the record.
  const int shard = replica.app.keys.ShardOf(task.task_id());
  const auto events =
      *Run(replica.store.ReadStream(replica.app.keys.base().Events(shard), "", false, 100));
  int releases = 0;
  for (const store::StreamEntry& entry : events) {
    events::v1::Event event;
    ASSERT_TRUE(event.ParseFromString(entry.bytes));
    releases += event.has_contact_released();
    EXPECT_EQ(entry.bytes.find("13800001234"), std::string::npos);
  }
  EXPECT_EQ(releases, 2);
  // Kept apart from the events, which are trimmed within hours.
  EXPECT_EQ(Run(replica.store.ReadStream(replica.app.keys.Releases(shard), "", false, 100))->size(),
            2u);
  EXPECT_EQ(
      Run(replica.store.Get(replica.app.keys.Task(task.task_id())))->bytes.find("13800001234"),
      std::string::npos);
  v1::CancelTaskRequest cancel;
  cancel.set_request_id("cancel");
  cancel.set_task_id(task.task_id());
  cancel.set_reason("不需要了");
  ASSERT_THAT(Run(replica.tasks.CancelTask(Coordinator(), cancel)), testing::IsOk());
  EXPECT_EQ(Why(Run(replica.tasks.GetTaskContact(As(person), request)).status()),
            "PERMISSION_DENIED");
  EXPECT_EQ(Why(Run(replica.tasks.GetTaskContact(Coordinator(), request)).status()),
            "PERMISSION_DENIED");
  EXPECT_EQ(CalendarOf(person).entries_size(), 0);
  EXPECT_EQ(Run(replica.app.tasks.Read(task.task_id()))->sealed_contact(), "")
      << "it goes with the task";
}

TEST_F(PresenceTest, CodesCannotBeGuessed) {
  const std::string person = NewPerson();
  const std::string task = Publish(NewTask(minutes(10), 1, 2)).task_id();
  ASSERT_THAT(Run(Claim(0, person, task, "c")), testing::IsOk());
  const std::string right = SignCode(CodeKey(ring_, task, 0), SystemClock().Now());
  std::string wrong = right;
  wrong[0] = wrong[0] == '9' ? '0' : static_cast<char>(wrong[0] + 1);
  // Wrong ones may by chance be right for a neighbouring step; then the test has no point.
  v1::TaskRecord record;
  record.mutable_task()->set_task_id(task);
  ASSERT_FALSE(IsSignCode(ring_, record, wrong, SystemClock().Now()));
  for (int i = 0; i < 5; ++i) {
    const auto refused = Run(replicas_[static_cast<size_t>(i % 2)]->assignments.SignIn(
        As(person), SignBy(task, wrong, "w" + std::to_string(i))));
    EXPECT_EQ(Why(refused.status()), "WRONG_CODE");
  }
  const auto limited = Run(replicas_[0]->assignments.SignIn(As(person), SignBy(task, right, "r")));
  EXPECT_EQ(Why(limited.status()), "RATE_LIMITED");
  v1::SignRequest none = SignBy(task, "", "n");
  const auto unproven = Run(replicas_[0]->assignments.SignIn(As(person), none));
  EXPECT_EQ(Why(unproven.status()), "PROOF_REQUIRED");
  EXPECT_EQ(MetadataOf(unproven.status())["proof"], "POSITION_OR_CODE");
  EXPECT_EQ(Localise(unproven.status(), Locale::kZh), "请提供位置或签到码");
  none.mutable_position()->set_latitude(31.29);
  none.mutable_position()->set_longitude(121.52);
  EXPECT_EQ(Why(Run(replicas_[0]->assignments.SignIn(As(person), none)).status()),
            "OUTSIDE_GEOFENCE");
  none.mutable_position()->set_latitude(31.2745);
  none.mutable_position()->set_longitude(121.5234);
  const auto in = Run(replicas_[0]->assignments.SignIn(As(person), none));
  ASSERT_THAT(in, testing::IsOk());
  EXPECT_EQ(in->sign_in_method(), v1::SIGN_METHOD_POSITION);
}

v1::SignRequest From(v1::SignRequest request, double latitude, double longitude) {
  request.mutable_position()->set_latitude(latitude);
  request.mutable_position()->set_longitude(longitude);
  return request;
}

// Days ahead three positions told an exact private place.
TEST_F(PresenceTest, TimeIsJudgedBeforePlace) {
  const std::string person = NewPerson();
  const std::string task = Publish(NewTask(hours(30), 1, 2)).task_id();
  ASSERT_THAT(Run(Claim(0, person, task, "c")), testing::IsOk());
  const v1::SignRequest far = From(SignBy(task, "", "far"), 31.29, 121.52);
  EXPECT_EQ(Why(Run(replicas_[0]->assignments.SignIn(As(person), far)).status()), "TOO_EARLY");
  EXPECT_EQ(Why(Run(replicas_[0]->assignments.SignIn(As(person), SignBy(task, "123456", "code")))
                    .status()),
            "TOO_EARLY");
  EXPECT_TRUE(server_.Do({"KEYS", "*places*"}).items.empty());
  EXPECT_TRUE(server_.Do({"KEYS", "*tries*"}).items.empty());
}

TEST_F(PresenceTest, PlacesCannotBeFoundByTrying) {
  const std::string person = NewPerson();
  const std::string task = Publish(NewTask(minutes(10), 1, 2)).task_id();
  ASSERT_THAT(Run(Claim(0, person, task, "c")), testing::IsOk());
  for (int i = 0; i < 5; ++i) {
    const auto refused = Run(replicas_[static_cast<size_t>(i % 2)]->assignments.SignIn(
        As(person), From(SignBy(task, "", "w" + std::to_string(i)), 31.29, 121.52)));
    ASSERT_EQ(Why(refused.status()), "OUTSIDE_GEOFENCE");
    EXPECT_EQ(MetadataOf(refused.status())["distance"], "1700");
  }
  const auto limited = Run(
      replicas_[0]->assignments.SignIn(As(person), From(SignBy(task, "", "r"), 31.2745, 121.5234)));
  EXPECT_EQ(Why(limited.status()), "RATE_LIMITED");
  EXPECT_TRUE(RetryAfterOf(limited.status()).has_value());
  // The code is another way in.
  const std::string code = SignCode(CodeKey(ring_, task, 0), SystemClock().Now());
  EXPECT_THAT(Run(replicas_[0]->assignments.SignIn(As(person), SignBy(task, code, "in"))),
              testing::IsOk());
}

// A need with an address and no place sent people to the centre of its community, and a position at
// the right door was OUTSIDE_GEOFENCE.
TEST_F(PresenceTest, WhereOnlyAnAddressIsKnownAPositionProvesNothing) {
  const std::string person = NewPerson();
  v1::PublishTaskRequest request = NewTask(minutes(10), 1, 1);
  request.set_need_id(ids::New("ned", 1));
  request.set_need_attempt(1);
  request.mutable_contact()->clear_place();
  const auto published = Run(replicas_[0]->tasks.PublishTask(Lists(), request));
  ASSERT_THAT(published, testing::IsOk());
  const std::string task = published->task_id();
  EXPECT_TRUE(published->has_place()) << "it is listed somewhere";
  ASSERT_THAT(Run(Claim(0, person, task, "claim")), testing::IsOk());
  v1::GetTaskContactRequest ask;
  ask.set_task_id(task);
  const auto contact = Run(replicas_[0]->tasks.GetTaskContact(As(person), ask));
  ASSERT_THAT(contact, testing::IsOk());
  EXPECT_EQ(contact->address(), "平凉路1700弄3号");
  EXPECT_FALSE(contact->has_place());
  // Nor is a position asked for: neither with one nor without.
  std::vector<v1::SignRequest> tries(1, SignBy(task, "", "none"));
  for (int i = 0; i < kProofTries + 1; ++i) {
    tries.push_back(From(SignBy(task, "", "at" + std::to_string(i)), 31.2745, 121.5234));
  }
  for (const v1::SignRequest& unproven : tries) {
    const auto refused = Run(replicas_[0]->assignments.SignIn(As(person), unproven));
    EXPECT_EQ(Why(refused.status()), "PROOF_REQUIRED");
    EXPECT_EQ(MetadataOf(refused.status())["proof"], "CODE");
    EXPECT_EQ(Localise(refused.status(), Locale::kEn),
              "Send the rotating code: the exact place of the task is not known, so a position "
              "proves nothing.");
  }
  const std::string code = SignCode(CodeKey(ring_, task, 0), SystemClock().Now());
  EXPECT_THAT(Run(replicas_[0]->assignments.SignIn(As(person), SignBy(task, code, "in"))),
              testing::IsOk());
}

// Everybody saw whose every task was, why it was cancelled and what was said of those who served.
TEST_F(PresenceTest, WhoIsNotOnATaskSeesNothingOfThosePeople) {
  const std::string requester = NewPerson(), helper = NewPerson(), stranger = NewPerson();
  v1::PublishTaskRequest request = NewTask(hours(3), 1, 1);
  request.set_requester_id(requester);
  request.set_need_id(ids::New("ned", 1));
  request.set_need_attempt(1);
  const auto published = Run(replicas_[0]->tasks.PublishTask(Lists(), request));
  ASSERT_THAT(published, testing::IsOk());
  const std::string task = published->task_id();
  const auto seen_by = [&](rpc::CallContext who) {
    v1::GetTaskRequest get;
    get.set_task_id(task);
    return Run(replicas_[1]->tasks.GetTask(std::move(who), get))->requester_id();
  };
  EXPECT_EQ(seen_by(As(stranger)), "");
  EXPECT_EQ(seen_by(Stranger()), "");
  EXPECT_EQ(seen_by(As(helper)), "");
  EXPECT_EQ(seen_by(As(requester)), requester);
  EXPECT_EQ(seen_by(Coordinator()), requester);
  EXPECT_EQ(seen_by(Lists()), requester);
  v1::ListTasksRequest list;
  list.set_area_code(kCommunity);
  EXPECT_EQ(Run(replicas_[0]->tasks.ListTasks(As(stranger), list))->tasks(0).requester_id(), "");
  EXPECT_EQ(Run(replicas_[0]->tasks.ListTasks(As(requester), list))->tasks(0).requester_id(),
            requester);
  replicas_[0]->near.Apply(*published);
  v1::FindNearestTasksRequest near;
  *near.mutable_point() = published->place();
  const auto hits = Run(replicas_[0]->tasks.FindNearestTasks(As(stranger), near));
  ASSERT_EQ(hits->hits_size(), 1);
  EXPECT_EQ(hits->hits(0).task().requester_id(), "");

  // A person who is asked is not on it yet; one who has accepted is.
  v1::OfferTaskRequest offer;
  offer.set_request_id("offer");
  offer.set_task_id(task);
  offer.set_person_id(helper);
  ASSERT_THAT(Run(replicas_[0]->assignments.OfferTask(Coordinator(), offer)), testing::IsOk());
  const auto mine = [&] {
    return Run(replicas_[0]->assignments.ListMyAssignments(As(helper), {}))->items(0).task();
  };
  EXPECT_EQ(mine().requester_id(), "");
  ASSERT_THAT(Run(Claim(0, helper, task, "claim")), testing::IsOk());
  EXPECT_EQ(mine().requester_id(), requester);
  EXPECT_EQ(seen_by(As(helper)), requester);
}

// Coordinators could be shown the code and credit hours to themselves, with nobody else involved.
TEST_F(PresenceTest, WhoMayBeShownTheCodeProvesNothingByIt) {
  const rpc::CallContext coordinator = Coordinator();
  const std::string self = coordinator.caller().person_id;
  const std::string task = Publish(NewTask(minutes(10), 1, 2)).task_id();
  v1::ClaimTaskRequest claim;
  claim.set_request_id("own");
  claim.set_task_id(task);
  ASSERT_THAT(Run(replicas_[0]->assignments.ClaimTask(coordinator, claim)), testing::IsOk());
  v1::SignRequest sign =
      SignBy(task, SignCode(CodeKey(ring_, task, 0), SystemClock().Now()), "own-in");
  EXPECT_EQ(Why(Run(replicas_[0]->assignments.SignIn(coordinator, sign)).status()), "OWN_SERVICE");
  sign.set_person_id(self);
  EXPECT_EQ(Why(Run(replicas_[0]->assignments.SignIn(coordinator, sign)).status()), "OWN_SERVICE");
  sign.mutable_position()->set_latitude(31.2745);
  sign.mutable_position()->set_longitude(121.5234);
  const auto in = Run(replicas_[0]->assignments.SignIn(coordinator, sign));
  ASSERT_THAT(in, testing::IsOk());
  EXPECT_EQ(in->sign_in_method(), v1::SIGN_METHOD_POSITION);
}

// The answer to a proof tells how far the exact place is: strangers could find it from three
// points.
TEST_F(PresenceTest, OnlyWhoIsExpectedMayProveAnything) {
  const std::string task = Publish(NewTask(minutes(10), 1, 2)).task_id();
  v1::SignRequest sign = SignBy(task, "", "s");
  sign.mutable_position()->set_latitude(31.29);
  sign.mutable_position()->set_longitude(121.52);
  const std::string stranger = NewPerson();
  EXPECT_EQ(Why(Run(replicas_[0]->assignments.SignIn(As(stranger), sign)).status()),
            "NOT_ASSIGNED");
  EXPECT_EQ(Why(Run(replicas_[0]->assignments.SignOut(As(stranger), sign)).status()),
            "NOT_ASSIGNED");
}

// One's proof used to look at the record while the other's commit replaced it.
TEST_F(PresenceTest, ManySignInsByCodeAtOnce) {
  const std::string task = Publish(NewTask(minutes(10), 1, 20)).task_id();
  const std::string code = SignCode(CodeKey(ring_, task, 0), SystemClock().Now());
  std::vector<std::string> people;
  for (int i = 0; i < 20; ++i) {
    people.push_back(NewPerson());
    ASSERT_THAT(Run(Claim(0, people.back(), task, "c")), testing::IsOk());
  }
  int in = 0;
  auto sign = [&](std::string person) -> Task<void> {
    const auto signed_in =
        co_await replicas_[0]->assignments.SignIn(As(person), SignBy(task, code, "s"));
    EXPECT_THAT(signed_in, testing::IsOk());
    in += signed_in.ok();
  };
  std::vector<Task<void>> all;
  for (const std::string& person : people) all.push_back(sign(person));
  RunAll(std::move(all));
  EXPECT_EQ(in, 20);
  EXPECT_EQ(Get(task).signed_in_count(), 20);
}

TEST_F(PresenceTest, OnlyCoordinatorsOfTheAreaSpeakForOthers) {
  const std::string person = NewPerson(), other = NewPerson();
  const std::string task = Publish(NewTask(minutes(10), 1, 2)).task_id();
  ASSERT_THAT(Run(Claim(0, person, task, "c")), testing::IsOk());
  v1::SignRequest sign;
  sign.set_request_id("s");
  sign.set_task_id(task);
  sign.set_person_id(person);
  AssignmentHandlers& a = replicas_[0]->assignments;
  EXPECT_EQ(Why(Run(a.SignIn(As(other), sign)).status()), "PERMISSION_DENIED");
  EXPECT_EQ(Why(Run(a.SignIn(Stranger(), sign)).status()), "PERMISSION_DENIED");
  v1::AssignmentRequest withdraw;
  withdraw.set_request_id("w");
  withdraw.set_task_id(task);
  withdraw.set_person_id(person);
  EXPECT_EQ(Why(Run(a.WithdrawAssignment(As(other), withdraw)).status()), "PERMISSION_DENIED");
  EXPECT_EQ(Why(Run(a.DeclineOffer(Stranger(), withdraw)).status()), "PERMISSION_DENIED");
  EXPECT_EQ(Why(Run(a.AcceptOffer(Stranger(), withdraw)).status()), "PERMISSION_DENIED");
  const auto in = Run(a.SignIn(Coordinator(), sign));
  ASSERT_THAT(in, testing::IsOk());
  EXPECT_EQ(in->sign_in_method(), v1::SIGN_METHOD_COORDINATOR);
}

}  // namespace
}  // namespace baodao::dispatch
