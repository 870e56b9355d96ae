// Refused calls leave nothing behind, however many there are.
#include <cstdlib>
#include <functional>

#include "common/ids/ids.h"
#include "tests/e2e/stored.h"

namespace baodao::testing {
namespace {

// BAODAO_REFUSED_CALLS=10000 for the full measure.
int Calls() {
  const char* const set = std::getenv("BAODAO_REFUSED_CALLS");
  return set == nullptr ? 300 : std::atoi(set);
}

class RefusedTest : public ::testing::Test {
 protected:
  RefusedTest() : town_(Options()) {}

  static Town::Options Options() {
    Town::Options options;
    options.people = 4;
    options.communities = 1;
    return options;
  }

  // One attempt, which must be refused.
  template <class Req, class Service, class Resp>
  void Refuse(rpc::Client<Service>& client,
              rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Req, Resp> method,
              const std::string& token, Req request) {
    request.set_request_id(town_.world->RequestId());
    const auto answer =
        town_.Run(client.Call(method, rpc::CallOptions::As(token), std::move(request)));
    ASSERT_TRUE(IsRefusal(answer.status())) << Req::descriptor()->name() << answer.status();
  }

  // Some id that nothing has, in any shard.
  static std::string Unknown(const std::string& prefix, int i) { return ids::New(prefix, i % 16); }

  lists::v1::CreateNeedRequest Need() {
    const auto task = town_.NewTask(0, 1, std::chrono::hours(30));
    lists::v1::CreateNeedRequest create;
    create.set_request_id(town_.world->RequestId());
    create.set_title("陪同就医");
    create.set_category("elderly_care");
    create.set_area_code(task.area_code());
    *create.mutable_window() = task.window();
    return create;
  }
  lists::v1::CreateResourceRequest Room() {
    lists::v1::CreateResourceRequest create;
    create.set_request_id(town_.world->RequestId());
    create.set_title("会议室");
    create.set_category("publicity");
    create.set_area_code(town_.world->communities[0].area.code());
    create.set_capacity(20);
    return create;
  }
  int64_t Memory() {
    const std::string info = town_.deployment.redis().Do({"INFO", "memory"}).text;
    const std::string name = "used_memory:";
    return std::atoll(info.c_str() + info.find(name) + name.size());
  }
  int64_t Keys() { return town_.deployment.redis().Do({"DBSIZE"}).integer; }

  Town town_;
};

TEST_F(RefusedTest, RefusedCallsLeaveNothingBehind) {
  demo::World& world = *town_.world;
  client::Backend& backend = world.backend;
  const std::string& me = world.people[0].token;
  const std::string& coordinator = world.communities[0].coordinator.token;
  std::string need_id;
  for (int i = 0; i < 50; ++i) {
    need_id =
        town_.Run(demo::Must(backend.needs, &client::Needs::CreateNeed, me, Need())).need_id();
    town_.Run(demo::Must(backend.resources, &client::Resources::CreateResource, me, Room()));
  }
  const auto task = town_.Run(town_.Publish(0, 2, std::chrono::hours(20)));
  dispatch::v1::CancelTaskRequest cancel;
  cancel.set_request_id(world.RequestId());
  cancel.set_task_id(task.task_id());
  cancel.set_reason("下雨");
  town_.Run(demo::Must(backend.tasks, &client::Tasks::CancelTask, coordinator, cancel));

  const std::vector<std::function<void(int)>> kinds = {
      [&](int i) {
        dispatch::v1::AssignmentRequest request;
        request.set_task_id(Unknown("tsk", i));
        Refuse(backend.assignments, &client::Assignments::WithdrawAssignment, me, request);
      },
      [&](int i) {
        dispatch::v1::ClaimTaskRequest request;
        request.set_task_id(i % 2 == 0 ? Unknown("tsk", i) : task.task_id());
        Refuse(backend.assignments, &client::Assignments::ClaimTask, me, request);
      },
      [&](int) { Refuse(backend.tasks, &client::Tasks::CancelTask, coordinator, cancel); },
      [&](int) { Refuse(backend.needs, &client::Needs::CreateNeed, me, Need()); },
      [&](int) { Refuse(backend.resources, &client::Resources::CreateResource, me, Room()); },
      [&](int) {
        lists::v1::PublishNeedRequest request;
        request.set_need_id(need_id);  // not accepted yet
        Refuse(backend.needs, &client::Needs::PublishNeed, coordinator, request);
      },
      [&](int i) {
        registration::v1::UpdatePersonRequest request;
        request.set_person_id(world.people[0].person_id);
        request.set_unit_id(Unknown("unt", i));
        request.mutable_update_mask()->add_paths("unit_id");
        Refuse(backend.people, &client::People::UpdatePerson, me, request);
      },
      [&](int i) {
        registration::v1::CreateRegistrationRequest request;
        request.set_area_code(world.communities[0].area.code());
        request.set_subject_id(i % 2 == 0 ? world.people[0].person_id : Unknown("unt", i));
        Refuse(backend.registrations, &client::Registrations::CreateRegistration, me, request);
      },
      [&](int) {
        inbox::v1::MarkReadRequest request;
        request.set_person_id(world.people[0].person_id);
        request.set_cursor("yesterday");
        Refuse(backend.notifications, &client::Notifications::MarkRead, me, request);
      },
  };
  // Once before the measure: connections and buffers take their memory.
  for (const auto& kind : kinds) kind(0);
  const Stored before(town_);
  const int64_t keys = Keys();
  const int64_t memory = Memory();
  for (int i = 0; i < Calls(); ++i) kinds[static_cast<size_t>(i) % kinds.size()](i);
  EXPECT_EQ(before.Changes(), std::vector<std::string>());
  EXPECT_EQ(Keys(), keys);
  EXPECT_LT(Memory() - memory, 256 * 1024);
}

}  // namespace
}  // namespace baodao::testing
