#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "common/async/for_each.h"
#include "ops/demo/names.h"
#include "tests/bench/scenarios.h"

namespace baodao::bench {
namespace {

using std::chrono::hours;

// Every second task asks two people for this skill; one in five has it.
const std::string& ScarceSkill() {
  static const std::string skill = demo::TradeOf(0).skill;
  return skill;
}

// As ops/demo writes people's profiles.
bool HasScarceSkill(size_t person) {
  return demo::TradeOf(person).skill == ScarceSkill() ||
         demo::TradeOf(person / 10 + 3).skill == ScarceSkill();
}

bool AsksForSkill(size_t task) { return task % 2 == 0; }

void CancelAll(Scene& scene, const std::vector<std::string>& ids) {
  auto cancel = [&](size_t i) -> Task<void> {
    const demo::Actor& person = scene.world().people[i];
    dispatch::v1::CancelTaskRequest request;
    request.set_request_id(scene.world().RequestId());
    request.set_task_id(ids[i]);
    request.set_reason("改期");
    co_await demo::Must(scene.connections()[i].tasks, &client::Tasks::CancelTask,
                        scene.world().communities[person.community].coordinator.token, request);
  };
  scene.town().Run(ForEach(ids.size(), 64, cancel));
}

void PublishAll(Scene& scene, size_t count) {
  auto publish = [&](size_t i) -> Task<void> {
    demo::World& world = scene.world();
    dispatch::v1::PublishTaskRequest request =
        scene.town().NewTask(i % world.communities.size(), AsksForSkill(i) ? 2 : 1, hours(72));
    if (AsksForSkill(i)) request.add_skills(ScarceSkill());
    co_await demo::Must(scene.connections()[i].tasks, &client::Tasks::PublishTask,
                        world.communities[i % world.communities.size()].coordinator.token, request);
  };
  scene.town().Run(ForEach(count, 64, publish));
}

// The most slots that can be filled at all, worked out without a graph: people may serve in their
// subdistrict, so each is a problem of its own, with two kinds of people and two of slots.
int64_t ExactOptimum(const demo::World& world, size_t tasks) {
  struct Count {
    int64_t people = 0, skilled = 0, skill_slots = 0, other_slots = 0;
  };
  std::map<std::string, Count> subdistricts;
  for (size_t i = 0; i < world.people.size(); ++i) {
    Count& count = subdistricts[world.communities[world.people[i].community].subdistrict_code];
    ++count.people;
    count.skilled += HasScarceSkill(i);
  }
  for (size_t i = 0; i < tasks; ++i) {
    Count& count = subdistricts[world.communities[i % world.communities.size()].subdistrict_code];
    if (AsksForSkill(i)) {
      count.skill_slots += 2;
    } else {
      ++count.other_slots;
    }
  }
  int64_t optimum = 0;
  for (const auto& [code, count] : subdistricts) {
    const int64_t skilled = std::min(count.skill_slots, count.skilled);
    optimum += skilled + std::min(count.other_slots, count.people - skilled);
  }
  return optimum;
}

}  // namespace

Result Match(Scene& scene, const std::vector<std::string>& claimed) {
  demo::World& world = scene.world();
  testing::Town& town = scene.town();
  const size_t tasks = scene.scale().match_tasks;
  CancelAll(scene, claimed);
  ReportUntil(scene, scene.scale().match_people);
  PublishAll(scene, tasks);
  Settle(town);
  matching::v1::RunMatchingRequest request;
  request.set_area_code("310110");
  request.set_dry_run(true);
  matching::v1::RunMatchingResponse answer;
  Load load;
  load.name = "match_10k_50k";
  load.service = "matching";
  load.calls = 3;
  load.in_flight = 1;
  load.call = [&](size_t) -> Task<void> {
    request.set_request_id(world.RequestId());
    answer = co_await demo::Must(world.backend.matchings, &client::Matchings::RunMatching,
                                 world.OperatorToken(), request);
  };
  Result result = Measure(town, load);
  const auto optimum = static_cast<double>(ExactOptimum(world, tasks));
  if (answer.filled() > optimum) throw std::runtime_error("more slots are filled than can be");
  result.unit = "ms";
  result.value = result.p50_ms;
  result.ratios = {{"fill of the exact optimum", answer.filled() / optimum}};
  result.note = fmt::format(
      "greedy {:.4f}; {} open slots of {} tasks, {} people ({} of them candidates), {} edges; "
      "filled "
      "{} of {:.0f} possible; build {:.0f} ms, solve {:.0f} ms",
      answer.greedy_filled() / optimum, answer.open_slots(), answer.open_tasks(),
      world.people.size(), answer.candidates(), answer.edges(), answer.filled(), optimum,
      answer.build_ms(), answer.solve_ms());
  return result;
}

}  // namespace baodao::bench
