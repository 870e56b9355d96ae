// On site: the leader and the roster, people who are to be heard from, signs in doubt, signs
// without network, photos.
#include "baodao/dispatch/v1/on_site.grpc.pb.h"
#include "services/dispatch/app/presence.h"
#include "services/dispatch/domain/times.h"
#include "tests/integration/dispatch/known_people.h"

namespace baodao::dispatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class OnSiteTest : public KnownPeopleTest {
 protected:
  using OnSite = rpc::AsyncOf<v1::OnSiteService>;

  absl::StatusOr<v1::Task> Name(const std::string& token, const std::string& task,
                                const std::string& person, const std::string& id = "") {
    v1::NameLeaderRequest request;
    request.set_request_id(id.empty() ? NextRequest() : id);
    request.set_task_id(task);
    request.set_person_id(person);
    return Call<v1::OnSiteService>(&OnSite::NameLeader, token, request);
  }
  absl::StatusOr<v1::Task> Remove(const std::string& token, const std::string& task) {
    v1::RemoveLeaderRequest request;
    request.set_request_id(NextRequest());
    request.set_task_id(task);
    return Call<v1::OnSiteService>(&OnSite::RemoveLeader, token, request);
  }
  // "<name> <phone>" of each, or why not.
  std::vector<std::string> Roster(const std::string& token, const std::string& task) {
    v1::ListRosterRequest request;
    request.set_task_id(task);
    const auto listed = Call<v1::OnSiteService>(&OnSite::ListRoster, token, request);
    if (!listed.ok()) return {Why(listed.status())};
    std::vector<std::string> shown;
    for (const v1::RosterEntry& one : listed->people()) {
      shown.push_back(one.display_name() + " " + one.phone());
    }
    return shown;
  }
  absl::StatusOr<v1::SignPeopleResponse> Sign(const std::string& token, const std::string& task,
                                              v1::SignAction action,
                                              const std::vector<std::string>& people,
                                              const std::string& id = "") {
    v1::SignPeopleRequest request;
    request.set_request_id(id.empty() ? NextRequest() : id);
    request.set_task_id(task);
    request.set_action(action);
    for (const std::string& person : people) request.add_person_ids(person);
    return Call<v1::OnSiteService>(&OnSite::SignPeople, token, request);
  }
  absl::StatusOr<v1::SignInCode> Code(const std::string& token, const std::string& task) {
    v1::GetSignInCodeRequest request;
    request.set_task_id(task);
    return Call<v1::TaskService>(&TaskCalls::GetSignInCode, token, request);
  }
  v1::SignRequest Here(const std::string& task, double latitude = 31.2745) {
    v1::SignRequest request;
    request.set_request_id(NextRequest());
    request.set_task_id(task);
    request.mutable_position()->set_latitude(latitude);
    request.mutable_position()->set_longitude(121.5234);
    return request;
  }
  absl::StatusOr<v1::Assignment> SignInHere(const std::string& person, v1::SignRequest request) {
    return Call<v1::AssignmentService>(&Assignments::SignIn, By(person), request);
  }
  absl::StatusOr<v1::Assignment> CheckIn(const std::string& token, const std::string& task,
                                         const std::string& person = "") {
    v1::CheckInRequest request;
    request.set_request_id(NextRequest());
    request.set_task_id(task);
    request.set_person_id(person);
    return Call<v1::OnSiteService>(&OnSite::CheckIn, token, request);
  }
  v1::Assignment PartOf(const std::string& person, const std::string& task) {
    v1::GetMyAssignmentRequest request;
    request.set_task_id(task);
    return Ok(Call<v1::AssignmentService>(&Assignments::GetMyAssignment, By(person), request))
        .assignment();
  }
  // Lets time pass until then, with the timers that are due.
  void Pass(Millis ahead) {
    later_.ahead = ahead;
    for (timers::Timer& timer : TakeDue(later_.Now())) {
      if (timer.kind == kCheckInTimer) {
        EXPECT_THAT(Run(one_->deadlines.CheckIn(std::move(timer))), testing::IsOk());
      } else if (timer.kind == kNoShowTimer) {
        EXPECT_THAT(Run(one_->deadlines.NoShow(std::move(timer))), testing::IsOk());
      }
    }
  }
  // A sign as a phone notes it whose clock is off by so much.
  v1::OfflineSign Noted(const std::string& task, Time at, Millis off) {
    v1::OfflineSign sign;
    sign.set_code(SignCode(CodeKey(ring_, task, 0), at));
    *sign.mutable_phone_time() = ToTimestamp(at + off);
    return sign;
  }
  absl::StatusOr<v1::Assignment> SendSigns(const std::string& person,
                                           v1::SendOfflineSignsRequest request,
                                           Millis off = Millis(0), const std::string& id = "") {
    request.set_request_id(id.empty() ? NextRequest() : id);
    *request.mutable_sent_time() = ToTimestamp(later_.Now() + off);
    return Call<v1::OnSiteService>(&OnSite::SendOfflineSigns, By(person), request);
  }
  absl::StatusOr<v1::ServicePhotos> Give(const std::string& token, const std::string& task,
                                         int count, const std::string& person = "") {
    v1::SetServicePhotosRequest request;
    request.set_request_id(NextRequest());
    request.set_task_id(task);
    request.set_person_id(person);
    for (int i = 0; i < count; ++i) {
      common::v1::Photo& photo = *request.add_photos();
      photo.set_url("https://photos.example/" + std::to_string(i));
      photo.set_sha256(std::string(32, 'h'));
    }
    return Call<v1::OnSiteService>(&OnSite::SetServicePhotos, token, request);
  }
  // How many photos each has given, or why not.
  std::vector<std::string> Photos(const std::string& token, const std::string& task) {
    v1::ListServicePhotosRequest request;
    request.set_task_id(task);
    const auto listed = Call<v1::OnSiteService>(&OnSite::ListServicePhotos, token, request);
    if (!listed.ok()) return {Why(listed.status())};
    std::vector<std::string> counts;
    for (const v1::ServicePhotos& one : listed->photos()) {
      counts.push_back(std::to_string(one.photos_size()));
    }
    return counts;
  }
};

TEST_F(OnSiteTest, TheLeaderSeesTheRosterShowsTheCodeAndSignsOthers) {
  const std::string task = PublishFor(NewTask(minutes(10), 1, 4)).task_id();
  const std::string leader = NewPerson(), mate = NewPerson(), other = NewPerson();
  const std::string gone = NewPerson();
  for (const std::string& person : {leader, mate, other, gone}) Accept(person, task);
  ASSERT_THAT(Run(WithdrawTask(gone, task)), testing::IsOk());
  EXPECT_THAT(Roster(By(leader), task), ElementsAre("NOT_LEADER"));
  EXPECT_EQ(Why(Code(By(leader), task).status()), "NOT_LEADER");
  EXPECT_EQ(Why(Name(By(leader), task, leader).status()), "PERMISSION_DENIED");
  EXPECT_EQ(Ok(Name(ByCoordinator(), task, leader, "name")).leader_id(), leader);
  EXPECT_EQ(Ok(Name(ByCoordinator(), task, leader, "name")).leader_id(), leader) << "again";

  EXPECT_THAT(Roster(By(leader), task),
              UnorderedElementsAre(NameAndPhone(mate), NameAndPhone(other)));
  EXPECT_THAT(Releases(task).back().person_ids(), UnorderedElementsAre(mate, other));
  EXPECT_THAT(Roster(By(mate), task), ElementsAre("NOT_LEADER"));
  const v1::SignInCode code = Ok(Code(By(leader), task));
  EXPECT_EQ(code.code(), SignCode(code.secret(), later_.Now()));

  EXPECT_EQ(Why(Sign(By(leader), task, v1::SIGN_ACTION_SIGN_IN, {mate}).status()),
            "LEADER_NOT_SIGNED_IN");
  // Who shows the code proves nothing by it.
  v1::SignRequest own;
  own.set_request_id(NextRequest());
  own.set_task_id(task);
  own.set_code(code.code());
  EXPECT_EQ(Why(SignInHere(leader, own).status()), "OWN_SERVICE");
  Ok(SignInHere(leader, Here(task)));
  const auto signed_in = Ok(Sign(By(leader), task, v1::SIGN_ACTION_SIGN_IN, {mate, other}, "sign"));
  ASSERT_EQ(signed_in.assignments_size(), 2);
  EXPECT_EQ(signed_in.assignments(0).sign_in_method(), v1::SIGN_METHOD_LEADER);
  EXPECT_EQ(PartOf(mate, task).sign_in_detail().signer_id(), leader);
  EXPECT_EQ(
      Ok(Sign(By(leader), task, v1::SIGN_ACTION_SIGN_IN, {mate, other}, "sign")).assignments_size(),
      2)
      << "again";
  const auto refused = Sign(By(leader), task, v1::SIGN_ACTION_SIGN_IN, {mate});
  EXPECT_EQ(Why(refused.status()), "WRONG_STATE");
  EXPECT_EQ(MetadataOf(refused.status())["person"], mate);
  EXPECT_EQ(Why(Sign(By(leader), task, v1::SIGN_ACTION_SIGN_IN, {gone}).status()), "NOT_ASSIGNED");
  EXPECT_EQ(Why(CheckIn(By(leader), task, gone).status()), "NOT_ASSIGNED");
  Ok(Sign(ByCoordinator(), task, v1::SIGN_ACTION_SIGN_OUT, {mate}));
  EXPECT_EQ(PartOf(mate, task).sign_out_method(), v1::SIGN_METHOD_COORDINATOR);
}

// A leader was told why a teammate could not sign in, and what had become of people who were off
// the task.
TEST_F(OnSiteTest, TheLeaderIsToldNothingByErrors) {
  v1::PublishTaskRequest request = NewTask(minutes(10), 1, 4);
  request.set_check_in_minutes(15);
  const std::string task = PublishFor(request).task_id();
  const std::string leader = NewPerson(), mate = NewPerson(), off = NewPerson();
  for (const std::string& person : {leader, mate, off}) Accept(person, task);
  Ok(Name(ByCoordinator(), task, leader));
  Ok(SignInHere(leader, Here(task)));
  ASSERT_THAT(Run(WithdrawTask(off, task)), testing::IsOk());
  for (const std::string& person : {off, NewPerson()}) {
    for (const absl::Status& refused :
         {Sign(By(leader), task, v1::SIGN_ACTION_SIGN_IN, {person}).status(),
          CheckIn(By(leader), task, person).status()}) {
      EXPECT_EQ(Why(refused), "NOT_ASSIGNED");
      EXPECT_EQ(MetadataOf(refused), (Metadata{{"person", person}}));
    }
  }
  registration::v1::Profile suspended;
  suspended.set_person_id(mate);
  suspended.set_version(9);
  for (const auto& replica : replicas_) {
    replica->source.people[mate] = suspended;
    (void)replica->profiles.Apply(suspended);
  }
  const auto told = [&](const std::string& token) {
    return Sign(token, task, v1::SIGN_ACTION_SIGN_IN, {mate}).status();
  };
  EXPECT_EQ(Why(told(By(leader))), "WRONG_STATE");
  EXPECT_EQ(Why(told(ByCoordinator())), "NOT_REGISTERED");
}

TEST_F(OnSiteTest, WhoLeadsNoMoreHasNothingOfIt) {
  const std::string task = PublishFor(NewTask(minutes(10), 1, 4)).task_id();
  const std::string leader = NewPerson(), mate = NewPerson();
  for (const std::string& person : {leader, mate}) Accept(person, task);
  Ok(Name(ByCoordinator(), task, leader));
  const v1::SignInCode before = Ok(Code(By(leader), task));
  EXPECT_EQ(Why(Remove(By(mate), task).status()), "NOT_LEADER");
  EXPECT_TRUE(Ok(Remove(By(leader), task)).leader_id().empty());
  EXPECT_THAT(Roster(By(leader), task), ElementsAre("NOT_LEADER"));
  EXPECT_EQ(Why(Code(By(leader), task).status()), "NOT_LEADER");
  EXPECT_EQ(Why(Sign(By(leader), task, v1::SIGN_ACTION_SIGN_IN, {mate}).status()), "NOT_LEADER");
  // The codes that they have kept prove nothing of them.
  v1::SignRequest sign = Here(task);
  sign.clear_position();
  sign.set_code(SignCode(before.secret(), later_.Now()));
  EXPECT_EQ(Why(SignInHere(leader, sign).status()), "OWN_SERVICE");
  // Nor of anybody, where it was taken from them.
  Ok(Name(ByCoordinator(), task, leader));
  Ok(Remove(ByCoordinator(), task));
  const v1::SignInCode after = Ok(Code(ByCoordinator(), task));
  EXPECT_NE(after.secret(), before.secret());
  later_.ahead += minutes(2);
  sign.set_request_id(NextRequest());
  sign.set_code(SignCode(before.secret(), later_.Now()));
  EXPECT_EQ(Why(SignInHere(mate, sign).status()), "WRONG_CODE");

  Ok(Name(ByCoordinator(), task, mate));
  ASSERT_THAT(Run(WithdrawTask(mate, task)), testing::IsOk());
  EXPECT_EQ(Why(Remove(ByCoordinator(), task).status()), "NO_LEADER");
}

// People who were shown it as coordinators once proved their own presence by it, as soon as they
// were none any more.
TEST_F(OnSiteTest, WhoSawTheCodesAsACoordinatorProvesNothingByThem) {
  const std::string task = PublishFor(NewTask(minutes(10), 1, 4)).task_id();
  const std::string former = NewPerson(), mate = NewPerson();
  const std::string secret = Ok(Code(tokens_.Coordinator(former, "310110001"), task)).secret();
  ASSERT_NE(secret, "");
  const size_t events = Events().size();
  EXPECT_EQ(Ok(Code(tokens_.Coordinator(former, "310110001"), task)).secret(), secret);
  EXPECT_EQ(Events().size(), events) << "it is noted once";
  for (const std::string& person : {former, mate}) Accept(person, task);
  v1::SignRequest sign = Here(task);
  sign.clear_position();
  sign.set_code(SignCode(secret, later_.Now()));
  EXPECT_EQ(Why(SignInHere(former, sign).status()), "OWN_SERVICE");
  v1::SendOfflineSignsRequest offline;
  offline.set_task_id(task);
  *offline.mutable_sign_in() = Noted(task, later_.Now(), Millis(0));
  EXPECT_EQ(Why(SendSigns(former, offline).status()), "OWN_SERVICE");
  Ok(SignInHere(former, Here(task)));
  sign.set_request_id(NextRequest());
  Ok(SignInHere(mate, sign));
}

TEST_F(OnSiteTest, PhonesAreShownOnTheDayOnly) {
  const std::string task = PublishFor(NewTask(hours(72), 1, 4)).task_id();
  const std::string leader = NewPerson(), mate = NewPerson();
  for (const std::string& person : {leader, mate}) Accept(person, task);
  Ok(Name(ByCoordinator(), task, leader));
  EXPECT_THAT(Roster(By(leader), task), ElementsAre(NameOnly(mate)));
}

TEST_F(OnSiteTest, WhoIsNotHeardFromIsMissedUntilTheyAre) {
  v1::PublishTaskRequest request = NewTask(minutes(10), 1, 2);
  request.set_check_in_minutes(9);
  EXPECT_EQ(Why(Run(one_->tasks.PublishTask(Coordinator(), request)).status()),
            "INVALID_ARGUMENT_FIELDS");
  request.set_check_in_minutes(15);
  request.set_request_id(NextRequest());
  const std::string task = PublishFor(request).task_id(), person = NewPerson();
  Accept(person, task);
  EXPECT_EQ(Why(CheckIn(By(person), task).status()), "WRONG_STATE");
  later_.ahead = minutes(10);
  Ok(SignInHere(person, Here(task)));
  EXPECT_EQ(PartOf(person, task).check_in_state(), v1::CHECK_IN_STATE_ON_TIME);

  Pass(minutes(26));
  EXPECT_EQ(PartOf(person, task).check_in_state(), v1::CHECK_IN_STATE_DUE);
  Pass(minutes(32));
  EXPECT_EQ(PartOf(person, task).check_in_state(), v1::CHECK_IN_STATE_MISSED);
  EXPECT_EQ(Why(CheckIn(By(NewPerson()), task, person).status()), "PERMISSION_DENIED");
  EXPECT_EQ(Ok(CheckIn(ByCoordinator(), task, person)).check_in_state(),
            v1::CHECK_IN_STATE_ON_TIME);
  Pass(minutes(33));
  EXPECT_EQ(PartOf(person, task).check_in_state(), v1::CHECK_IN_STATE_ON_TIME);
  std::vector<int> told;
  for (const events::v1::Event& event : Events()) {
    if (event.has_check_in_changed()) told.push_back(event.check_in_changed().state());
  }
  EXPECT_THAT(told, ElementsAre(v1::CHECK_IN_STATE_DUE, v1::CHECK_IN_STATE_MISSED,
                                v1::CHECK_IN_STATE_ON_TIME));
}

TEST_F(OnSiteTest, PositionsAreJudgedByWhatTheyMayBeOff) {
  const std::string task = PublishFor(NewTask(minutes(10), 1, 2)).task_id(), person = NewPerson();
  Accept(person, task);
  v1::SignRequest request = Here(task);
  request.set_accuracy_m(201);
  const auto inexact = SignInHere(person, request);
  EXPECT_EQ(Why(inexact.status()), "POSITION_INEXACT");
  EXPECT_TRUE(server_.Do({"KEYS", "*places*"}).items.empty()) << "a refused call leaves nothing";
  request = Here(task, 31.278);  // 390 m: too far by 90
  request.set_accuracy_m(50);
  EXPECT_EQ(Why(SignInHere(person, request).status()), "OUTSIDE_GEOFENCE");
  request = Here(task, 31.278);
  request.set_accuracy_m(150);
  request.set_mock_position(true);
  *request.mutable_phone_time() = ToTimestamp(later_.Now() - minutes(6));
  const v1::Assignment in = Ok(SignInHere(person, request));
  EXPECT_EQ(in.sign_in_detail().accuracy_m(), 150);
  EXPECT_THAT(in.sign_in_detail().doubts(),
              ElementsAre(v1::SIGN_DOUBT_MOCK_POSITION, v1::SIGN_DOUBT_CLOCK_OFF));
  // The requester is not told.
  v1::ListTaskAssignmentsRequest list;
  list.set_task_id(task);
  const auto seen =
      Ok(Call<v1::AssignmentService>(&Assignments::ListTaskAssignments, By(requester_), list));
  EXPECT_FALSE(seen.assignments(0).has_sign_in_detail());
  const auto full =
      Ok(Call<v1::AssignmentService>(&Assignments::ListTaskAssignments, ByCoordinator(), list));
  EXPECT_TRUE(full.assignments(0).has_sign_in_detail());
}

TEST_F(OnSiteTest, NobodySignsAtTwoPlacesAtOnce) {
  const v1::Task first = PublishFor(NewTask(minutes(10), 1, 2));
  const std::string near = first.task_id(), person = NewPerson();
  // 22 km away, and right after it.
  v1::PublishTaskRequest request = NewTask(minutes(10), 1, 2);
  request.mutable_place()->set_latitude(31.4745);
  *request.mutable_contact()->mutable_place() = request.place();
  request.set_place_confirmed(true);
  const Time end = ToTime(first.window().end());
  *request.mutable_window()->mutable_start() = ToTimestamp(end);
  *request.mutable_window()->mutable_end() = ToTimestamp(end + hours(1));
  const std::string far = PublishFor(request).task_id();
  for (const std::string& task : {near, far}) Accept(person, task);
  later_.ahead = end - later_.Now() - minutes(20);
  EXPECT_THAT(Ok(SignInHere(person, Here(near))).sign_in_detail().doubts(), IsEmpty());
  later_.ahead += minutes(1);
  EXPECT_THAT(Ok(SignInHere(person, Here(far, 31.4745))).sign_in_detail().doubts(),
              ElementsAre(v1::SIGN_DOUBT_IMPOSSIBLE_SPEED));
  // Other work that cannot be read keeps nobody.
  v1::AssignmentRecord part = Ok(Run(one_->app.tasks.ReadAssignment(near, person)));
  part.set_sealed_sign_place("no place");
  store::Commit commit(one_->app.keys.ShardOf(near));
  commit.SetField(one_->app.keys.People(near), person, part.SerializeAsString());
  ASSERT_THAT(Run(one_->app.store.Apply(std::move(commit))).status(), testing::IsOk());
  const auto out =
      Call<v1::AssignmentService>(&Assignments::SignOut, By(person), Here(far, 31.4745));
  EXPECT_THAT(Ok(out).sign_out_detail().doubts(), IsEmpty());
}

TEST_F(OnSiteTest, ACodeIsGoodThatWasTypedWithoutNetwork) {
  const std::string task = PublishFor(NewTask(minutes(10), 1, 2)).task_id();
  const std::string person = NewPerson(), other = NewPerson();
  Accept(person, task);
  Accept(other, task);
  const Time start = later_.Now() + minutes(10);
  constexpr Millis kOff = -minutes(20);
  v1::SendOfflineSignsRequest request;
  request.set_task_id(task);
  // An hour of service is over, and everybody was taken for a NO_SHOW.
  Pass(minutes(41));
  EXPECT_EQ(PartOf(person, task).state(), v1::ASSIGNMENT_STATE_NO_SHOW);
  Pass(minutes(65));
  EXPECT_EQ(Why(SendSigns(person, request).status()), "INVALID_ARGUMENT_FIELDS");
  *request.mutable_sign_out() = Noted(task, start + minutes(50), kOff);
  EXPECT_EQ(Why(SendSigns(person, request, kOff).status()), "WRONG_STATE") << "out before in";
  *request.mutable_sign_in() = Noted(task, start, kOff);
  EXPECT_EQ(Why(SendSigns(person, request, Millis(0)).status()), "WRONG_CODE")
      << "the clock was right after all";
  const v1::Assignment out = Ok(SendSigns(person, request, kOff, "signs"));
  EXPECT_EQ(out.state(), v1::ASSIGNMENT_STATE_SIGNED_OUT);
  EXPECT_EQ(out.sign_in_method(), v1::SIGN_METHOD_CODE);
  EXPECT_THAT(out.sign_in_detail().doubts(), ElementsAre(v1::SIGN_DOUBT_CLOCK_OFF));
  EXPECT_GE(out.credited_minutes(), 49);
  EXPECT_LE(out.credited_minutes(), 51);
  EXPECT_EQ(CalendarOf(person).entries_size(), 1);
  later_.ahead += minutes(1);
  EXPECT_EQ(Ok(SendSigns(person, request, kOff, "signs")).state(), v1::ASSIGNMENT_STATE_SIGNED_OUT)
      << "sent again, a minute later";
  EXPECT_EQ(Why(SendSigns(NewPerson(), request, kOff).status()), "NOT_ASSIGNED");

  // Right ones do not count, guessing ends.
  for (int i = 0; i <= kProofTries; ++i) Ok(SendSigns(person, request, kOff));
  v1::SendOfflineSignsRequest wrong;
  wrong.set_task_id(task);
  *wrong.mutable_sign_in() = Noted(task, start + hours(3), kOff);
  *wrong.mutable_sign_in()->mutable_phone_time() = ToTimestamp(start + kOff);
  for (int i = 0; i < kProofTries; ++i) {
    EXPECT_EQ(Why(SendSigns(other, wrong, kOff).status()), "WRONG_CODE");
  }
  EXPECT_EQ(Why(SendSigns(other, wrong, kOff).status()), "RATE_LIMITED");
}

TEST_F(OnSiteTest, ALeaderWhoDidNotComeProvesNothingByTheirKey) {
  const std::string task = PublishFor(NewTask(minutes(10), 1, 2)).task_id();
  const std::string leader = NewPerson(), mate = NewPerson();
  for (const std::string& person : {leader, mate}) Accept(person, task);
  Ok(Name(ByCoordinator(), task, leader));
  const Time start = later_.Now() + minutes(10);
  Pass(minutes(41));
  ASSERT_EQ(PartOf(leader, task).state(), v1::ASSIGNMENT_STATE_NO_SHOW);
  v1::SendOfflineSignsRequest request;
  request.set_task_id(task);
  *request.mutable_sign_in() = Noted(task, start, Millis(0));
  EXPECT_EQ(Why(SendSigns(leader, request).status()), "OWN_SERVICE");
  // Theirs and the requester's phone went on showing the codes.
  EXPECT_EQ(Ok(SendSigns(mate, request)).state(), v1::ASSIGNMENT_STATE_SIGNED_IN);
}

TEST_F(OnSiteTest, PhotosAreForThoseOnTheTask) {
  v1::PublishTaskRequest request = NewTask(minutes(10), 1, 4);
  request.set_show_teammates(true);
  const std::string task = PublishFor(request).task_id();
  const std::string person = NewPerson(), mate = NewPerson();
  for (const std::string& one : {person, mate}) Accept(one, task);
  EXPECT_EQ(Why(Give(By(person), task, 1).status()), "WRONG_STATE");
  SignIn(person, task);
  EXPECT_EQ(Ok(Give(By(person), task, 2)).photos_size(), 2);
  EXPECT_EQ(Why(Give(By(person), task, 10).status()), "INVALID_ARGUMENT_FIELDS");
  EXPECT_THAT(Photos(By(mate), task), ElementsAre("2"));
  EXPECT_THAT(Photos(ByCoordinator(), task), ElementsAre("2"));
  EXPECT_EQ(Ok(Give(By(person), task, 1)).photos_size(), 1);
  EXPECT_THAT(Photos(By(mate), task), ElementsAre("1")) << "in place of the others";
  EXPECT_THAT(Photos(By(requester_), task), ElementsAre("PERMISSION_DENIED"));
  const auto kept = Ok(one_->app.store.GetFields(one_->app.keys.Photos(task), {person}));
  EXPECT_EQ(kept.at(0)->find("photos.example"), std::string::npos) << "sealed";
  EXPECT_EQ(Why(Give(ByCoordinator(), task, 1, person).status()), "INVALID_ARGUMENT_FIELDS");
  Ok(Give(ByCoordinator(), task, 0, person));
  EXPECT_THAT(Photos(By(mate), task), IsEmpty());
  const uint64_t version = Ok(Run(one_->app.tasks.Read(task))).task().version();
  Ok(Give(ByCoordinator(), task, 0, person));
  EXPECT_EQ(Ok(Run(one_->app.tasks.Read(task))).task().version(), version) << "nothing has changed";
}

TEST_F(OnSiteTest, PhotosNameNobodyWhereTeammatesAreNotShown) {
  const std::string task = PublishFor(NewTask(minutes(10), 1, 4)).task_id();
  const std::string person = NewPerson(), mate = NewPerson();
  for (const std::string& one : {person, mate}) Accept(one, task);
  SignIn(person, task);
  Ok(Give(By(person), task, 2));
  EXPECT_THAT(Photos(By(person), task), ElementsAre("2"));
  EXPECT_THAT(Photos(By(mate), task), IsEmpty());
  EXPECT_THAT(Photos(ByCoordinator(), task), ElementsAre("2"));
}

}  // namespace
}  // namespace baodao::dispatch
