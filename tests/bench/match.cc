#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "common/async/for_each.h"
#include "ops/demo/names.h"
#include "tests/bench/scenarios.h"
#include "tests/bench/seed.h"

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

void PublishAll(testing::Town& town, Connections& connections, size_t count) {
  constexpr size_t kAtOnce = 10'000;
  demo::World& world = *town.world;
  auto publish = [&](size_t i) -> Task<void> {
    dispatch::v1::PublishTaskRequest request =
        town.NewTask(i % world.communities.size(), AsksForSkill(i) ? 2 : 1, hours(72));
    if (AsksForSkill(i)) request.add_skills(ScarceSkill());
    co_await demo::Must(connections[i].tasks, &client::Tasks::PublishTask,
                        world.communities[i % world.communities.size()].coordinator.token, request);
  };
  for (size_t done = 0; done < count; done += kAtOnce) {
    town.Run(world.KeepSignedIn());
    town.Run(
        ForEach(std::min(kAtOnce, count - done), 64, [&](size_t n) { return publish(done + n); }));
  }
}

// The most slots that can be filled at all, worked out without a graph: people may serve in their
// subdistrict, so each is a problem of its own, with two kinds of people and two of slots.
int64_t ExactOptimum(const demo::World& world, size_t people, size_t tasks) {
  struct Count {
    int64_t people = 0, skilled = 0, skill_slots = 0, other_slots = 0;
  };
  std::map<std::string, Count> subdistricts;
  for (size_t i = 0; i < people; ++i) {
    Count& count = subdistricts[world.communities[i % world.communities.size()].subdistrict_code];
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

// Matches what is there, offering nothing.
Result MeasureMatching(testing::Town& town, std::string name, size_t people, size_t tasks) {
  demo::World& world = *town.world;
  matching::v1::RunMatchingRequest request;
  request.set_area_code("310110");
  request.set_dry_run(true);
  matching::v1::RunMatchingResponse answer;
  Load load;
  load.name = std::move(name);
  load.service = "matching";
  load.calls = 3;
  load.in_flight = 1;
  load.call = [&](size_t) -> Task<void> {
    request.set_request_id(world.RequestId());
    rpc::CallOptions options = rpc::CallOptions::As(world.OperatorToken());
    options.timeout = std::chrono::minutes(1);
    auto run =
        co_await world.backend.matchings.Call(&client::Matchings::RunMatching, options, request);
    if (!run.ok()) throw std::runtime_error("RunMatching: " + run.status().ToString());
    answer = *std::move(run);
  };
  Result result = Measure(town, load);
  const auto optimum = static_cast<double>(ExactOptimum(world, people, tasks));
  if (answer.filled() > optimum) throw std::runtime_error("more slots are filled than can be");
  result.unit = "ms";
  result.value = result.p50_ms;
  result.ratios = {{"fill of the exact optimum", answer.filled() / optimum}};
  result.note = fmt::format(
      "greedy {:.4f}; {} open slots of {} tasks, {} people ({} of them candidates), {} edges; "
      "filled "
      "{} of {:.0f} possible; build {:.0f} ms, solve {:.0f} ms; matching took {:.0f} MB at most",
      answer.greedy_filled() / optimum, answer.open_slots(), answer.open_tasks(), people,
      answer.candidates(), answer.edges(), answer.filled(), optimum, answer.build_ms(),
      answer.solve_ms(), PeakBytes(town.deployment.process("matching").pid()) / 1e6);
  return result;
}

}  // namespace

Result Match(Scene& scene, const std::vector<std::string>& claimed) {
  const Scale& scale = scene.scale();
  CancelAll(scene, claimed);
  ReportUntil(scene, scale.match_people);
  PublishAll(scene.town(), scene.connections(), scale.match_tasks);
  Settle(scene.town());
  return MeasureMatching(scene.town(), "match_10k_50k", scene.world().people.size(),
                         scale.match_tasks);
}

Result MatchMany(const Scale& scale) {
  testing::Town town(TownOf());
  const size_t tasks = scale.large_match_people / 3;
  // It reads them when it starts.
  town.deployment.Kill("matching");
  SeedPeople(town, town.world->people.size(), scale.large_match_people);
  town.deployment.Start("matching");
  Connections connections(town.loop, town.deployment.port_base() + client::kDispatchPort);
  PublishAll(town, connections, tasks);
  Settle(town);
  Result result = MeasureMatching(town, "match_100k_300k", scale.large_match_people, tasks);
  result.note += "; people put into the store by registration's code, tasks published";
  return result;
}

}  // namespace baodao::bench
