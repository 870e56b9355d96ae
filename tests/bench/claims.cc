#include <stdexcept>

#include "common/async/for_each.h"
#include "tests/bench/scenarios.h"

namespace baodao::bench {
namespace {

using dispatch::v1::ASSIGNMENT_STATE_ACCEPTED;
using std::chrono::hours;

}  // namespace

Task<void> Claim(Scene& scene, rpc::Client<dispatch::v1::AssignmentService>& assignments, size_t i,
                 std::string task_id) {
  dispatch::v1::ClaimTaskRequest request;
  request.set_request_id(scene.world().RequestId());
  request.set_task_id(task_id);
  const auto claimed = co_await demo::Must(assignments, &client::Assignments::ClaimTask,
                                           scene.world().people[i].token, request);
  if (claimed.state() != ASSIGNMENT_STATE_ACCEPTED)
    throw std::runtime_error("a claim was not accepted");
}

std::vector<std::string> PublishTasks(Scene& scene, Result* bytes_per_task) {
  Settle(scene.town());
  const double before = RedisMemory(scene.town());
  std::vector<std::string> ids(scene.scale().people);
  auto publish = [&](size_t i) -> Task<void> {
    const auto task =
        co_await scene.town().Publish(scene.world().people[i].community, 2, hours(48));
    ids[i] = task.task_id();
  };
  scene.town().Run(ForEach(ids.size(), 64, publish));
  Settle(scene.town());
  bytes_per_task->name = "bytes_per_task";
  bytes_per_task->unit = "bytes";
  bytes_per_task->value = (RedisMemory(scene.town()) - before) / static_cast<double>(ids.size());
  bytes_per_task->note =
      "with its event, timers, indexes, kept answer and the notifications it caused";
  return ids;
}

Load ClaimSpread(Scene& scene, const std::vector<std::string>& task_ids) {
  Load load;
  load.name = "claim_spread";
  load.calls = task_ids.size();
  load.call = [&](size_t i) {
    return Claim(scene, scene.connections()[i].assignments, i, task_ids[i]);
  };
  return load;
}

// At the district, so that all may claim it.
dispatch::v1::PublishTaskRequest TaskForAll(Scene& scene) {
  dispatch::v1::PublishTaskRequest request;
  request.set_request_id(scene.world().RequestId());
  request.set_title("全区志愿服务日");
  request.set_category("publicity");
  request.set_area_code("310110");
  *request.mutable_place() = scene.world().communities[0].area.center();
  const Time start = SystemClock().Now() + hours(24 * 10);
  *request.mutable_window()->mutable_start() = ToTimestamp(start);
  *request.mutable_window()->mutable_end() = ToTimestamp(start + hours(2));
  request.set_slots_min(1);
  request.set_slots_max(static_cast<int32_t>(scene.scale().people));
  return request;
}

Load ClaimHot(Scene& scene) {
  const auto task =
      scene.town().Run(demo::Must(scene.connections()[0].tasks, &client::Tasks::PublishTask,
                                  scene.world().OperatorToken(), TaskForAll(scene)));
  Load load;
  load.name = "claim_hot";
  load.calls = scene.scale().people;
  load.call = [&scene, id = task.task_id()](size_t i) {
    return Claim(scene, scene.connections()[i].assignments, i, id);
  };
  return load;
}

Result LoopFull(Scene& scene, Result* visible) {
  // Work cannot be done before its start, so the loop is measured in two halves.
  constexpr std::chrono::seconds kLead(40);
  const size_t tasks = std::min<size_t>(1000, scene.scale().people);
  std::vector<std::string> ids(tasks);
  const Time start = SystemClock().Now() + kLead;
  Load staff;
  staff.calls = tasks;
  staff.in_flight = 32;
  staff.call = [&](size_t i) -> Task<void> {
    const Millis ahead = start - SystemClock().Now();
    const auto task = co_await scene.town().Publish(scene.world().people[i].community, 1, ahead);
    ids[i] = task.task_id();
    co_await Claim(scene, scene.connections()[i].assignments, i, ids[i]);
  };
  const Result staffed = Measure(scene.town(), staff);
  scene.town().Run(SystemClock().SleepFor(start - SystemClock().Now()));
  Load serve = staff;
  serve.call = [&](size_t i) -> Task<void> {
    const demo::Actor& person = scene.world().people[i];
    const std::string& coordinator = scene.world().communities[person.community].coordinator.token;
    dispatch::v1::SignRequest sign;
    sign.set_task_id(ids[i]);
    *sign.mutable_position() = scene.world().communities[person.community].area.center();
    sign.set_request_id(scene.world().RequestId());
    co_await demo::Must(scene.connections()[i].assignments, &client::Assignments::SignIn,
                        person.token, sign);
    sign.set_request_id(scene.world().RequestId());
    co_await demo::Must(scene.connections()[i].assignments, &client::Assignments::SignOut,
                        person.token, sign);
    dispatch::v1::EvaluateTaskRequest evaluate;
    evaluate.set_request_id(scene.world().RequestId());
    evaluate.set_task_id(ids[i]);
    evaluate.set_rating(5);
    co_await demo::Must(scene.connections()[i].tasks, &client::Tasks::EvaluateTask, coordinator,
                        evaluate);
    dispatch::v1::CloseTaskRequest close;
    close.set_request_id(scene.world().RequestId());
    close.set_task_id(ids[i]);
    co_await demo::Must(scene.connections()[i].tasks, &client::Tasks::CloseTask, coordinator,
                        close);
  };
  scene.town().Run(scene.town().AwaitRecords());
  Visible watch(scene);
  Result result = Measure(scene.town(), serve);
  scene.town().Run(scene.town().AwaitRecords());
  *visible = watch.Stop();
  result.name = "loop_full";
  result.unit = "tasks/s";
  result.value = 1 / (1 / staffed.value + 1 / result.value);
  result.p50_ms += staffed.p50_ms;
  result.p99_ms += staffed.p99_ms;
  result.cpu_us_service += staffed.cpu_us_service;
  result.cpu_us_redis += staffed.cpu_us_redis;
  result.note =
      "publish, claim, sign in, sign out, evaluate, close; p50 and p99 of two halves added";
  return result;
}

}  // namespace baodao::bench
