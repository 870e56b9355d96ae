// Who is on a task, for those who may know; and the record of every look.
#include <set>

#include "common/record/machine.h"
#include "tests/integration/dispatch/known_people.h"

namespace baodao::dispatch {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

using PeopleTest = KnownPeopleTest;

TEST_F(PeopleTest, WhoComesIsShownFromAcceptanceUntilTheTaskCloses) {
  const v1::Task task = PublishFor(NewTask(minutes(10), 1, 2));
  const std::string id = task.task_id(), person = NewPerson();
  v1::OfferTaskRequest offer;
  offer.set_request_id("offer");
  offer.set_task_id(id);
  offer.set_person_id(person);
  ASSERT_THAT(Run(one_->assignments.OfferTask(Coordinator(), offer)), testing::IsOk());
  EXPECT_THAT(Shown(By(requester_), id), IsEmpty()) << "asked, and nothing agreed";
  EXPECT_EQ(directory_.asked, 0);

  Accept(person, id);
  EXPECT_THAT(Shown(By(requester_), id), ElementsAre(NameAndPhone(person)));
  EXPECT_THAT(Shown(ByCoordinator(), id), ElementsAre(NameAndPhone(person)));
  const v1::TaskPerson seen = Ok(People(By(requester_), id)).people(0);
  EXPECT_EQ(seen.assignment().state(), v1::ASSIGNMENT_STATE_ACCEPTED);
  EXPECT_EQ(seen.photo().url(), "https://photos.example/" + person);
  EXPECT_EQ(seen.unit_name(), "同济大学");
  ASSERT_EQ(seen.credentials_size(), 1);
  EXPECT_EQ(seen.credentials(0).kind(), "nurse");
  EXPECT_EQ(seen.credentials(0).verifier_id(), "") << "who checked it is not the requester's";

  SignIn(person, id);
  EXPECT_EQ(Ok(People(By(requester_), id)).people(0).assignment().state(),
            v1::ASSIGNMENT_STATE_SIGNED_IN);
  later_.ahead = hours(1);
  SignOutAndClose(person, id);
  for (const std::string& token : {By(requester_), ByCoordinator()}) {
    const auto closed = People(token, id);
    EXPECT_THAT(closed.status(), testing::IsRefusal(Reason::WRONG_STATE));
    EXPECT_EQ(MetadataOf(closed.status())["state"], "CLOSED");
  }
}

TEST_F(PeopleTest, NobodyElseIsShownAnybody) {
  const std::string task = PublishFor(NewTask(hours(3), 1, 2)).task_id(), person = NewPerson();
  Accept(person, task);
  EXPECT_THAT(Shown(By(NewPerson()), task), ElementsAre("PERMISSION_DENIED"));
  EXPECT_THAT(Shown(By(person), task), ElementsAre("PERMISSION_DENIED"));
  EXPECT_THAT(Shown(ByStranger(), task), ElementsAre("PERMISSION_DENIED"));
  EXPECT_THAT(Shown(By(requester_), "tsk_01JWN8Z0000000000000000001"), ElementsAre("NOT_FOUND"));
  EXPECT_EQ(directory_.asked, 0);
  EXPECT_THAT(Releases(task), IsEmpty());
}

TEST_F(PeopleTest, EveryLookIsOnRecordOnceWithEverybodyInIt) {
  const std::string task = PublishFor(NewTask(hours(3), 1, 3)).task_id();
  const std::string one = NewPerson(), other = NewPerson();
  EXPECT_THAT(Shown(By(requester_), task), IsEmpty());
  EXPECT_THAT(Releases(task), IsEmpty()) << "nobody was shown";
  Accept(one, task);
  Accept(other, task);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(Shown(By(requester_), task).size(), 2u);
  EXPECT_EQ(Shown(ByCoordinator(), task).size(), 2u);
  const auto releases = Releases(task);
  ASSERT_EQ(releases.size(), 3u);
  for (const auto& release : releases) {
    EXPECT_THAT(release.person_ids(), UnorderedElementsAre(one, other));
  }
  EXPECT_EQ(releases[0].reader_id(), requester_);
  EXPECT_EQ(releases[1].reader_id(), requester_);
  EXPECT_EQ(releases[2].reader_id(), coordinator_);
  EXPECT_EQ(CountEvents([](const auto& event) { return event.has_contact_released(); }), 3);
  for (const events::v1::Event& event : Events()) {
    EXPECT_EQ(event.SerializeAsString().find(Directory::NameOf(one)), std::string::npos);
    EXPECT_EQ(event.SerializeAsString().find(Directory::PhoneOf(one)), std::string::npos);
  }
}

TEST_F(PeopleTest, WhoWaitsIsShownToCoordinatorsWithoutAPhone) {
  const std::string task = PublishFor(NewTask(hours(3), 1, 1)).task_id();
  const std::string on = NewPerson(), waits = NewPerson();
  Accept(on, task);
  Accept(waits, task);
  EXPECT_THAT(Shown(By(requester_), task), ElementsAre(NameAndPhone(on)));
  EXPECT_THAT(Shown(ByCoordinator(), task),
              UnorderedElementsAre(NameAndPhone(on), NameOnly(waits)));
}

// Registration takes its time; whoever leaves meanwhile is not there any more.
TEST_F(PeopleTest, WhoLeavesWhileNamesAreAskedForIsNotShown) {
  const std::string task = PublishFor(NewTask(hours(3), 1, 2)).task_id();
  const std::string stays = NewPerson(), leaves = NewPerson();
  Accept(stays, task);
  Accept(leaves, task);
  const auto leave = [&]() -> Task<void> {
    const auto left = co_await WithdrawTask(leaves, task);
    EXPECT_THAT(left, testing::IsOk());
  };
  directory_.meanwhile = leave;
  EXPECT_THAT(Shown(By(requester_), task), ElementsAre(NameAndPhone(stays)));
  ASSERT_EQ(Releases(task).size(), 1u);
  EXPECT_THAT(Releases(task)[0].person_ids(), ElementsAre(stays));
}

TEST_F(PeopleTest, ATaskThatIsCancelledWhileNamesAreAskedForShowsNobody) {
  const std::string task = PublishFor(NewTask(hours(3), 1, 2)).task_id(), person = NewPerson();
  Accept(person, task);
  const auto cancel = [&]() -> Task<void> {
    v1::CancelTaskRequest request;
    request.set_request_id("cancel");
    request.set_task_id(task);
    request.set_reason("不需要了");
    request.set_need_outcome(v1::NEED_OUTCOME_CANCEL);
    const auto cancelled = co_await one_->tasks.CancelTask(Coordinator(), request);
    EXPECT_THAT(cancelled, testing::IsOk());
  };
  directory_.meanwhile = cancel;
  EXPECT_THAT(Shown(By(requester_), task), ElementsAre("WRONG_STATE"));
  EXPECT_THAT(Releases(task), IsEmpty());
}

TEST_F(PeopleTest, WithoutRegistrationNobodyIsShownAndNothingIsOnRecord) {
  const std::string task = PublishFor(NewTask(hours(3), 1, 2)).task_id(), person = NewPerson();
  Accept(person, task);
  rpc::ChannelOptions nowhere;
  nowhere.target = "127.0.0.1:9";
  nowhere.attempts = 1;
  rpc::Channel channel(loop_, nowhere);
  const std::unique_ptr<Identities> unreachable = IdentitiesAt(channel);
  one_->app.identities = unreachable.get();
  EXPECT_THAT(Shown(By(requester_), task), ElementsAre("PEER_UNAVAILABLE"));
  EXPECT_EQ(Why(CoordinatorOf(By(person), task).status()), "PEER_UNAVAILABLE");
  EXPECT_THAT(Releases(task), IsEmpty());
}

TEST_F(PeopleTest, PagesShowEverybodyOnce) {
  const std::string task = PublishFor(NewTask(hours(3), 1, 7)).task_id();
  std::set<std::string> expected, shown;
  for (int i = 0; i < 7; ++i) {
    const std::string person = NewPerson();
    Accept(person, task);
    expected.insert(NameAndPhone(person));
  }
  std::string token;
  int pages = 0;
  do {
    const auto page = Ok(People(ByCoordinator(), task, 3, token));
    for (const v1::TaskPerson& one : page.people()) {
      EXPECT_TRUE(shown.insert(one.display_name() + " " + one.phone()).second);
    }
    token = page.next_page_token();
    ++pages;
  } while (!token.empty());
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(shown, expected);
  EXPECT_EQ(Why(People(ByCoordinator(), task, 3, "x").status()), "PAGE_TOKEN_INVALID");
}

struct Debts final : rpc::Charger {
  void Charge(const rpc::CallContext&, double calls) override { owed += calls; }
  double owed = 0;
};

// Their record takes the room of as many looks at a contact.
TEST_F(PeopleTest, APageCostsACallMoreForEveryFourPeople) {
  const std::string task = PublishFor(NewTask(hours(3), 1, 8)).task_id();
  for (int i = 0; i < 8; ++i) Accept(NewPerson(), task);
  Debts debts;
  const auto state = std::make_shared<rpc::CallContext::State>();
  state->caller = std::make_shared<auth::Principal>(Coordinator().caller());
  state->charger = &debts;
  v1::ListTaskPeopleRequest request;
  request.set_task_id(task);
  const auto page = Run(one_->assignments.ListTaskPeople(rpc::CallContext(state), request));
  ASSERT_THAT(page, testing::IsOk());
  EXPECT_EQ(page->people_size(), 8);
  EXPECT_EQ(debts.owed, 2);
}

// A person who is to confirm that they came after all must know whose service it is.
TEST_F(PeopleTest, WhoDidNotComeIsNamedUntilTheirServiceCanBeConfirmedNoMore) {
  const v1::Task task = PublishFor(NewTask(hours(1), 1, 1));
  const std::string id = task.task_id(), person = NewPerson();
  Accept(person, id);
  later_.ahead = hours(2);
  ASSERT_THAT(Fire(*one_, &Deadlines::NoShow, kNoShowTimer, id), testing::IsOk());
  EXPECT_THAT(Shown(By(requester_), id), ElementsAre(NameOnly(person)));
  EXPECT_THAT(Shown(ByCoordinator(), id), ElementsAre(NameAndPhone(person)));
  later_.ahead = hours(5);
  ASSERT_THAT(Fire(*one_, &Deadlines::End, kEndTimer, id), testing::IsOk());
  ASSERT_EQ(Get(id).state(), v1::TASK_STATE_EXPIRED);
  EXPECT_THAT(Shown(By(requester_), id), ElementsAre(NameOnly(person)));
  EXPECT_THAT(Shown(ByCoordinator(), id), ElementsAre(NameOnly(person)));
  later_.ahead = hours(24 * 31);
  EXPECT_THAT(Shown(By(requester_), id), ElementsAre("WRONG_STATE"));
}

std::string AnswerOf(const absl::StatusOr<v1::TaskCoordinator>& coordinator) {
  if (!coordinator.ok()) return testing::ReasonName(coordinator.status());
  return coordinator->display_name() + " " + coordinator->phone();
}

TEST_F(PeopleTest, TheCoordinatorIsShownFromAcceptanceUntilTheTaskCloses) {
  const v1::Task task = PublishFor(NewTask(minutes(10), 1, 1));
  const std::string id = task.task_id(), person = NewPerson(), waits = NewPerson();
  EXPECT_EQ(AnswerOf(CoordinatorOf(By(person), id)), "PERMISSION_DENIED");
  Accept(person, id);
  Accept(waits, id);
  EXPECT_EQ(AnswerOf(CoordinatorOf(By(person), id)), NameAndPhone(coordinator_));
  EXPECT_EQ(AnswerOf(CoordinatorOf(ByCoordinator(), id)), NameAndPhone(coordinator_));
  for (const std::string& token : {By(waits), By(NewPerson()), ByStranger()}) {
    EXPECT_EQ(AnswerOf(CoordinatorOf(token, id)), "PERMISSION_DENIED");
  }
  ASSERT_EQ(Releases(id).size(), 2u);
  EXPECT_EQ(Releases(id)[0].reader_id(), person);
  EXPECT_THAT(Releases(id)[0].person_ids(), ElementsAre(coordinator_));
  SignIn(person, id);
  later_.ahead = hours(1);
  SignOutAndClose(person, id);
  EXPECT_EQ(AnswerOf(CoordinatorOf(By(person), id)), "WRONG_STATE");
}

TEST_F(PeopleTest, WhoAnswersForTheTaskNoMoreIsNotShown) {
  const std::string task = PublishFor(NewTask(hours(3), 1, 1)).task_id(), person = NewPerson();
  Accept(person, task);
  for (const char* elsewhere : {"310110002", ""}) {
    directory_.roles[coordinator_].clear();
    if (*elsewhere) directory_.roles[coordinator_].push_back(GrantAt(elsewhere));
    EXPECT_EQ(AnswerOf(CoordinatorOf(By(person), task)), " ");
  }
  v1::PublishTaskRequest by_service = NewTask(hours(9), 1, 1);
  const std::string nobodys = Ok(one_->tasks.PublishTask(Lists(), by_service)).task_id();
  Accept(person, nobodys);
  EXPECT_EQ(AnswerOf(CoordinatorOf(By(person), nobodys)), " ");
  EXPECT_THAT(Releases(task), IsEmpty());
  EXPECT_THAT(Releases(nobodys), IsEmpty());
}

// Their refusals say "contact the coordinator".
TEST_F(PeopleTest, WhoHasLostTheirStandingOrMissedTheStartStillReachesTheCoordinator) {
  const std::string task = PublishFor(NewTask(hours(1), 1, 2)).task_id(), person = NewPerson();
  Accept(person, task);
  registration::v1::Profile suspended;
  suspended.set_person_id(person);
  suspended.set_version(9);
  for (const auto& replica : replicas_) {
    replica->source.people[person] = suspended;
    (void)replica->profiles.Apply(suspended);
  }
  v1::GetTaskContactRequest contact;
  contact.set_task_id(task);
  EXPECT_EQ(Why(Run(one_->tasks.GetTaskContact(As(person), contact)).status()), "NOT_REGISTERED");
  EXPECT_EQ(AnswerOf(CoordinatorOf(By(person), task)), NameAndPhone(coordinator_));
  later_.ahead = hours(2);
  ASSERT_THAT(Fire(*one_, &Deadlines::NoShow, kNoShowTimer, task), testing::IsOk());
  EXPECT_EQ(AnswerOf(CoordinatorOf(By(person), task)), NameAndPhone(coordinator_));
}

std::vector<std::string> TeamOf(const absl::StatusOr<v1::ListTeammatesResponse>& answer) {
  if (!answer.ok()) return {testing::ReasonName(answer.status())};
  std::vector<std::string> team;
  for (const v1::Teammate& one : answer->teammates()) {
    EXPECT_EQ(one.display_name(), Directory::NameOf(one.person_id()));
    EXPECT_TRUE(one.has_photo());
    team.push_back(one.person_id());
  }
  return team;
}

TEST_F(PeopleTest, TeammatesSeeEachOtherWhereTheTaskSaysSo) {
  v1::PublishTaskRequest request = NewTask(hours(3), 1, 3);
  request.set_show_teammates(true);
  const v1::Task task = PublishFor(request);
  EXPECT_TRUE(task.show_teammates());
  const std::string id = task.task_id();
  const std::string one = NewPerson(), two = NewPerson(), three = NewPerson(), waits = NewPerson();
  EXPECT_THAT(TeamOf(Teammates(one, id)), ElementsAre("PERMISSION_DENIED"));
  for (const std::string& person : {one, two, three, waits}) Accept(person, id);
  EXPECT_THAT(TeamOf(Teammates(one, id)), UnorderedElementsAre(two, three));
  EXPECT_THAT(TeamOf(Teammates(waits, id)), ElementsAre("PERMISSION_DENIED"));
  EXPECT_THAT(TeamOf(Teammates(requester_, id)), ElementsAre("PERMISSION_DENIED"));
  ASSERT_EQ(Releases(id).size(), 1u);
  EXPECT_EQ(Releases(id)[0].reader_id(), one);
  EXPECT_THAT(Releases(id)[0].person_ids(), UnorderedElementsAre(two, three));

  // Neither sees the other, whoever of them wished it.
  registration::v1::Profile apart;
  apart.set_person_id(two);
  apart.add_area_codes("310110001");
  apart.add_blocked_person_ids(one);
  apart.set_version(9);
  (void)replicas_[0]->profiles.Apply(apart);
  EXPECT_THAT(TeamOf(Teammates(one, id)), ElementsAre(three));
  EXPECT_THAT(TeamOf(Teammates(two, id)), ElementsAre(three));

  v1::CancelTaskRequest cancel;
  cancel.set_request_id("cancel");
  cancel.set_task_id(id);
  cancel.set_reason("下雨");
  cancel.set_need_outcome(v1::NEED_OUTCOME_CANCEL);
  ASSERT_THAT(Run(one_->tasks.CancelTask(Coordinator(), cancel)), testing::IsOk());
  EXPECT_THAT(TeamOf(Teammates(one, id)), ElementsAre("WRONG_STATE"));
}

TEST_F(PeopleTest, TeammatesStayUnknownWhereTheTaskDoesNotSaySo) {
  const std::string task = PublishFor(NewTask(hours(3), 1, 3)).task_id();
  const std::string one = NewPerson(), two = NewPerson();
  Accept(one, task);
  Accept(two, task);
  EXPECT_THAT(TeamOf(Teammates(one, task)), ElementsAre("TEAMMATES_NOT_SHOWN"));
  EXPECT_EQ(directory_.asked, 0);
}

}  // namespace
}  // namespace baodao::dispatch
