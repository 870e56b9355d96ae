#include <fmt/format.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "common/async/for_each.h"
#include "tests/bench/scenarios.h"

namespace baodao::bench {
namespace {

constexpr size_t kTasks = 2000;
constexpr char kKeepEnded[] = "20s";

// Published, taken and cancelled: over.
Task<void> End(testing::Town& town, size_t i) {
  demo::World& world = *town.world;
  const demo::Actor& person = world.people[i % world.people.size()];
  // Nobody has two at a time.
  const auto days = static_cast<int>(2 + i / world.people.size());
  const auto task = co_await town.Publish(person.community, 1, std::chrono::hours(24 * days));
  dispatch::v1::ClaimTaskRequest claim;
  claim.set_request_id(world.RequestId());
  claim.set_task_id(task.task_id());
  co_await demo::Must(world.backend.assignments, &client::Assignments::ClaimTask, person.token,
                      claim);
  dispatch::v1::CancelTaskRequest cancel;
  cancel.set_request_id(world.RequestId());
  cancel.set_task_id(task.task_id());
  cancel.set_reason("下雨");
  co_await demo::Must(world.backend.tasks, &client::Tasks::CancelTask,
                      world.communities[person.community].coordinator.token, cancel);
}

void AwaitRetirement(testing::Town& town) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  while (!town.deployment.redis().Do({"KEYS", "*dispatch:task:*"}).items.empty()) {
    if (std::chrono::steady_clock::now() > limit) throw std::runtime_error("nothing retires");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

// The bytes of answers, which are kept for a day, and of events, for an hour at least.
double MemoryForAWhile(testing::Town& town) {
  static constexpr char kSum[] = R"(
    local sum = 0
    for _, key in ipairs(redis.call('KEYS', '*')) do
      if key:find(':answer:') or key:find(':events$') then
        sum = sum + redis.call('MEMORY', 'USAGE', key, 'SAMPLES', '0')
      end
    end
    return sum)";
  return static_cast<double>(town.deployment.redis().Do({"EVAL", kSum, "0"}).integer);
}

}  // namespace

Result BytesPerRetiredTask() {
  testing::Town::Options options;
  options.people = kFirstPeople;
  options.deployment.environment["BAODAO_KEEP_ENDED"] = kKeepEnded;
  testing::Town town(options);
  Settle(town);
  const double before = RedisMemory(town);
  const double before_while = MemoryForAWhile(town);
  town.Run(ForEach(kTasks, 32, [&](size_t i) { return End(town, i); }));
  AwaitRetirement(town);
  Settle(town);
  Result result;
  result.name = "bytes_per_task_retired";
  result.unit = "bytes";
  result.value = (RedisMemory(town) - before) / static_cast<double>(kTasks);
  result.note = fmt::format(
      "in Redis, of tasks that have left it; {:.0f} of answers (a day) and events (an hour)",
      (MemoryForAWhile(town) - before_while) / static_cast<double>(kTasks));
  return result;
}

}  // namespace baodao::bench
