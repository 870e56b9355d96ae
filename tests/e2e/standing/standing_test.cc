// Somebody's standing ends after they were accepted: the real binaries, two dispatches, and kill
// -9.
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "common/async/for_each.h"
#include "common/testing/matchers.h"
#include "common/testing/redis_server.h"
#include "tests/e2e/town.h"

namespace baodao::testing {
namespace {

using dispatch::v1::Assignment;
using std::chrono::hours;
using std::chrono::minutes;

class StandingTest : public ::testing::Test {
 protected:
  static Town::Options TwoDispatches() {
    Town::Options options;
    options.people = 16;
    options.communities = 1;
    options.deployment.second_dispatch = true;
    return options;
  }

  demo::World& world() { return *town_.world; }
  client::Backend& backend() { return world().backend; }
  const std::string& coordinator() { return world().communities[0].coordinator.token; }

  absl::StatusOr<Assignment> Claim(const demo::Actor& person, const std::string& task) {
    dispatch::v1::ClaimTaskRequest request;
    request.set_request_id(world().RequestId());
    request.set_task_id(task);
    return town_.Run(
        demo::Try(backend().assignments, &client::Assignments::ClaimTask, person.token, request));
  }
  absl::Status Contact(const demo::Actor& person, const std::string& task) {
    dispatch::v1::GetTaskContactRequest request;
    request.set_task_id(task);
    return town_
        .Run(demo::Try(backend().tasks, &client::Tasks::GetTaskContact, person.token, request))
        .status();
  }
  absl::Status SignIn(const demo::Actor& person, const std::string& task) {
    dispatch::v1::SignRequest request;
    request.set_request_id(world().RequestId());
    request.set_task_id(task);
    *request.mutable_position() = world().communities[0].area.center();
    return town_
        .Run(demo::Try(backend().assignments, &client::Assignments::SignIn, person.token, request))
        .status();
  }
  Assignment On(const std::string& task, const std::string& person) {
    dispatch::v1::ListTaskAssignmentsRequest request;
    request.set_task_id(task);
    request.set_page_size(200);
    const auto listed = town_.Run(demo::Must(
        backend().assignments, &client::Assignments::ListTaskAssignments, coordinator(), request));
    for (const Assignment& assignment : listed.assignments()) {
      if (assignment.person_id() == person) return assignment;
    }
    return {};
  }
  Task<void> Suspend(const demo::Actor& person) {
    registration::v1::ListSubjectRegistrationsRequest list;
    list.set_subject_id(person.person_id);
    const auto listed =
        co_await demo::Must(backend().registrations,
                            &client::Registrations::ListSubjectRegistrations, person.token, list);
    for (const auto& registration : listed.registrations()) {
      if (registration.state() != registration::v1::REGISTRATION_STATE_ACTIVE) continue;
      registration::v1::ChangeRegistrationRequest change;
      change.set_request_id(world().RequestId());
      change.set_registration_id(registration.registration_id());
      change.set_comment("多次缺席");
      co_await demo::Must(backend().registrations, &client::Registrations::SuspendRegistration,
                          world().OperatorToken(), change);
    }
  }
  // Kinds of what somebody, or the community, was told about the task.
  std::multiset<int> Told(const demo::Actor& person, const std::string& task) {
    inbox::v1::ListNotificationsRequest request;
    request.set_person_id(person.person_id);
    request.set_page_size(200);
    return KindsOf(
        town_.Run(demo::Must(backend().notifications, &client::Notifications::ListNotifications,
                             person.token, request)),
        task);
  }
  std::multiset<int> AreaTold(const std::string& task) {
    inbox::v1::ListAreaNotificationsRequest request;
    request.set_area_code(world().communities[0].area.code());
    request.set_page_size(200);
    return KindsOf(
        town_.Run(demo::Must(backend().notifications, &client::Notifications::ListAreaNotifications,
                             coordinator(), request)),
        task);
  }
  template <class List>
  static std::multiset<int> KindsOf(const List& list, const std::string& subject) {
    std::multiset<int> kinds;
    for (const auto& notification : list.notifications()) {
      if (notification.subject_id() == subject) kinds.insert(notification.kind());
    }
    return kinds;
  }
  void Await(const std::function<bool()>& done, const std::string& what) {
    const Time give_up = SystemClock().Now() + std::chrono::seconds(60);
    while (!done()) {
      ASSERT_LT(SystemClock().Now(), give_up) << what;
      town_.Run(SystemClock().SleepFor(Millis(50)));
    }
  }
  bool IsReleased(const std::string& task, const std::string& person) {
    return On(task, person).state() == dispatch::v1::ASSIGNMENT_STATE_RELEASED;
  }

  Town town_{TwoDispatches()};
};

TEST_F(StandingTest, WhatAVolunteerWasGivenEndsWithTheirRegistration) {
  const demo::Actor& volunteer = world().people[0];
  const demo::Actor& next = world().people[1];
  const std::string soon = town_.Run(town_.Publish(0, 1, minutes(20))).task_id();
  const std::string later = town_.Run(town_.Publish(0, 2, hours(30))).task_id();
  ASSERT_THAT(Claim(volunteer, soon), testing::IsOk());
  ASSERT_THAT(Claim(volunteer, later), testing::IsOk());
  ASSERT_EQ(Claim(next, soon)->state(), dispatch::v1::ASSIGNMENT_STATE_WAITLISTED);
  ASSERT_THAT(Contact(volunteer, soon), testing::IsOk());
  town_.Run(Suspend(volunteer));
  Await([&] { return IsReleased(soon, volunteer.person_id); }, "released from the first");
  Await([&] { return IsReleased(later, volunteer.person_id); }, "released from the second");
  EXPECT_EQ(On(later, volunteer.person_id).end_cause(), dispatch::v1::END_CAUSE_NOT_REGISTERED);
  EXPECT_FALSE(Contact(volunteer, soon).ok());
  EXPECT_THAT(SignIn(volunteer, soon), testing::IsRefusal(Reason::NOT_REGISTERED))
      << SignIn(volunteer, soon);
  EXPECT_THAT(Claim(volunteer, later), testing::IsRefusal(Reason::NOT_REGISTERED));
  // The next in line takes over.
  Await([&] { return On(soon, next.person_id).state() == dispatch::v1::ASSIGNMENT_STATE_OFFERED; },
        "promoted");
  Await([&] { return Told(volunteer, later).contains(inbox::v1::NOTIFICATION_KIND_STANDING_LOST); },
        "told");
  Await([&] { return AreaTold(later).contains(inbox::v1::NOTIFICATION_KIND_TASK_SHORT); },
        "the community is told");
}

TEST_F(StandingTest, WorkUnderWayIsLeftToTheCoordinators) {
  const demo::Actor& volunteer = world().people[2];
  const std::string task = town_.Run(town_.Publish(0, 1, minutes(20))).task_id();
  ASSERT_THAT(Claim(volunteer, task), testing::IsOk());
  ASSERT_THAT(SignIn(volunteer, task), testing::IsOk());
  town_.Run(Suspend(volunteer));
  Await([&] { return AreaTold(task).contains(inbox::v1::NOTIFICATION_KIND_STANDING_LOST_ON_DUTY); },
        "the community is told");
  EXPECT_EQ(On(task, volunteer.person_id).state(), dispatch::v1::ASSIGNMENT_STATE_SIGNED_IN);
  EXPECT_THAT(Contact(volunteer, task), testing::IsRefusal(Reason::NOT_REGISTERED));
}

// Twelve people with two tasks each lose their standing at once, and both dispatches are killed
// while they are let go.
TEST_F(StandingTest, WhoeverDiesOverItEverybodyIsLetGoOnce) {
  constexpr size_t kLosers = 12;
  std::vector<std::string> tasks;
  for (const Millis ahead : {Millis(hours(4)), Millis(hours(30))}) {
    tasks.push_back(town_.Run(town_.Publish(0, kLosers, ahead)).task_id());
  }
  for (size_t i = 0; i < kLosers; ++i) {
    for (const std::string& task : tasks)
      ASSERT_THAT(Claim(world().people[3 + i], task), testing::IsOk());
  }
  std::function<Task<void>(size_t)> suspend = [&](size_t i) {
    return Suspend(world().people[3 + i]);
  };
  town_.Run(ForEach(kLosers, 4, suspend));
  town_.deployment.Kill("dispatch");
  town_.deployment.Kill("dispatch2");
  town_.deployment.Start("dispatch");
  town_.deployment.Start("dispatch2");
  for (size_t i = 0; i < kLosers; ++i) {
    for (const std::string& task : tasks) {
      const demo::Actor& person = world().people[3 + i];
      Await([&] { return IsReleased(task, person.person_id); }, person.person_id);
      Await([&] { return Told(person, task).contains(inbox::v1::NOTIFICATION_KIND_STANDING_LOST); },
            "told");
      EXPECT_EQ(Told(person, task).count(inbox::v1::NOTIFICATION_KIND_STANDING_LOST), 1u);
    }
  }
  for (const std::string& task : tasks) {
    dispatch::v1::GetTaskRequest get;
    get.set_task_id(task);
    const auto left =
        town_.Run(demo::Must(backend().tasks, &client::Tasks::GetTask, coordinator(), get));
    EXPECT_EQ(left.accepted_count(), 0);
    EXPECT_EQ(left.state(), dispatch::v1::TASK_STATE_OPEN);
  }
}

}  // namespace
}  // namespace baodao::testing
