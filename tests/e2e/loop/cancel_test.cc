// A need that nobody wants any more, with the real binaries: what each of those concerned hears.
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>
#include <thread>

#include "tests/e2e/town.h"

namespace baodao::testing {
namespace {

class CancelTest : public ::testing::Test {
 protected:
  // A need of the first person that the second has taken.
  lists::v1::Need TakenNeed() {
    client::Backend& backend = town_.world->backend;
    const auto task = town_.NewTask(0, 1, std::chrono::hours(24));
    lists::v1::CreateNeedRequest create;
    create.set_request_id(town_.world->RequestId());
    create.set_title("陪同就医");
    create.set_category("elderly_care");
    create.set_area_code(task.area_code());
    *create.mutable_place() = task.place();
    *create.mutable_window() = task.window();
    create.mutable_contact()->set_phone(resident().phone);
    auto need =
        town_.Run(demo::Must(backend.needs, &client::Needs::CreateNeed, resident().token, create));
    lists::v1::ReviewNeedRequest review;
    review.set_request_id(town_.world->RequestId());
    review.set_need_id(need.need_id());
    review.set_verdict(lists::v1::NEED_VERDICT_ACCEPT);
    town_.Run(demo::Must(backend.needs, &client::Needs::ReviewNeed, coordinator(), review));
    lists::v1::PublishNeedRequest publish;
    publish.set_request_id(town_.world->RequestId());
    publish.set_need_id(need.need_id());
    need =
        town_.Run(demo::Must(backend.needs, &client::Needs::PublishNeed, coordinator(), publish));
    dispatch::v1::ClaimTaskRequest claim;
    claim.set_request_id(town_.world->RequestId());
    claim.set_task_id(need.task_id());
    town_.Run(
        demo::Must(backend.assignments, &client::Assignments::ClaimTask, volunteer().token, claim));
    return need;
  }

  static std::multiset<int> KindsAbout(const std::string& subject,
                                       const inbox::v1::ListNotificationsResponse& list) {
    std::multiset<int> kinds;
    for (const auto& one : list.notifications()) {
      if (one.subject_id() == subject) kinds.insert(one.kind());
    }
    return kinds;
  }
  std::multiset<int> HeardBy(const demo::Actor& person, const std::string& subject) {
    inbox::v1::ListNotificationsRequest request;
    request.set_person_id(person.person_id);
    return KindsAbout(subject, town_.Run(demo::Must(town_.world->backend.notifications,
                                                    &client::Notifications::ListNotifications,
                                                    person.token, request)));
  }
  std::multiset<int> HeardByArea(const std::string& subject) {
    inbox::v1::ListAreaNotificationsRequest request;
    request.set_area_code(town_.world->communities[0].area.code());
    return KindsAbout(subject, town_.Run(demo::Must(town_.world->backend.notifications,
                                                    &client::Notifications::ListAreaNotifications,
                                                    coordinator(), request)));
  }
  template <class Condition>
  static bool Await(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return true;
  }

  const demo::Actor& resident() { return town_.world->people[0]; }
  const demo::Actor& volunteer() { return town_.world->people[1]; }
  const std::string& coordinator() { return town_.world->communities[0].coordinator.token; }
  lists::v1::NeedState StateOf(const std::string& need_id) {
    lists::v1::GetNeedRequest get;
    get.set_need_id(need_id);
    return town_
        .Run(demo::Must(town_.world->backend.needs, &client::Needs::GetNeed, resident().token, get))
        .state();
  }

  Town town_{{.people = 2, .communities = 1, .units = 0, .deployment = {}}};
};

TEST_F(CancelTest, ByTheResident) {
  const lists::v1::Need need = TakenNeed();
  lists::v1::CancelNeedRequest cancel;
  cancel.set_request_id(town_.world->RequestId());
  cancel.set_need_id(need.need_id());
  cancel.set_reason("女儿回来了");
  const auto cancelled = town_.Run(
      demo::Must(town_.world->backend.needs, &client::Needs::CancelNeed, resident().token, cancel));
  EXPECT_EQ(cancelled.state(), lists::v1::NEED_STATE_CANCELLED);
  dispatch::v1::GetTaskRequest get;
  get.set_task_id(need.task_id());
  EXPECT_EQ(town_
                .Run(demo::Must(town_.world->backend.tasks, &client::Tasks::GetTask,
                                volunteer().token, get))
                .state(),
            dispatch::v1::TASK_STATE_CANCELLED);
  ASSERT_TRUE(Await([&] {
    return HeardBy(volunteer(), need.task_id())
                   .count(inbox::v1::NOTIFICATION_KIND_TASK_CANCELLED) == 1 &&
           HeardByArea(need.need_id()).count(inbox::v1::NOTIFICATION_KIND_NEED_GIVEN_UP) == 1;
  }));
  EXPECT_EQ(HeardBy(resident(), need.need_id()).count(inbox::v1::NOTIFICATION_KIND_NEED_REOPENED),
            0u);
  EXPECT_EQ(HeardBy(resident(), need.need_id()).count(inbox::v1::NOTIFICATION_KIND_NEED_CANCELLED),
            0u)
      << "their own doing";
  EXPECT_EQ(
      HeardBy(resident(), need.task_id()).count(inbox::v1::NOTIFICATION_KIND_REQUEST_CANCELLED),
      0u);
}

TEST_F(CancelTest, ByTheCoordinatorWhoCancelsTheTask) {
  const lists::v1::Need need = TakenNeed();
  dispatch::v1::CancelTaskRequest cancel;
  cancel.set_request_id(town_.world->RequestId());
  cancel.set_task_id(need.task_id());
  cancel.set_reason("不再需要");
  cancel.set_need_outcome(dispatch::v1::NEED_OUTCOME_CANCEL);
  town_.Run(
      demo::Must(town_.world->backend.tasks, &client::Tasks::CancelTask, coordinator(), cancel));
  ASSERT_TRUE(Await([&] {
    return HeardBy(resident(), need.need_id()).count(inbox::v1::NOTIFICATION_KIND_NEED_CANCELLED) ==
           1;
  }));
  EXPECT_EQ(StateOf(need.need_id()), lists::v1::NEED_STATE_CANCELLED);
  EXPECT_EQ(HeardBy(resident(), need.need_id()).count(inbox::v1::NOTIFICATION_KIND_NEED_REOPENED),
            0u);
  EXPECT_EQ(
      HeardBy(resident(), need.task_id()).count(inbox::v1::NOTIFICATION_KIND_REQUEST_CANCELLED),
      0u);
}

}  // namespace
}  // namespace baodao::testing
