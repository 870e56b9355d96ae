#include <fmt/format.h>

#include "tests/bench/scenarios.h"

namespace baodao::bench {

Result Match(Scene& scene) {
  demo::World& world = scene.world();
  // The people of the claims keep their tasks; the others come fresh.
  testing::Town& town = scene.town();
  constexpr size_t kAtOnce = 5'000;
  while (world.people.size() < scene.scale().match_people) {
    town.Run(demo::ReportMore(world,
                              std::min(world.people.size() + kAtOnce, scene.scale().match_people)));
  }
  Settle(town);
  matching::v1::RunMatchingRequest request;
  request.set_area_code("310110");
  request.set_dry_run(true);
  // The first run finds the index warm and the caches cold.
  matching::v1::RunMatchingResponse answer;
  Load load;
  load.name = "match_10k_50k";
  load.service = "matching";
  load.calls = 3;
  load.in_flight = 1;
  load.call = [&](size_t) -> Task<void> {
    answer = co_await demo::Must(world.backend.matchings, &client::Matchings::RunMatching,
                                 world.OperatorToken(), request);
  };
  Result result = Measure(town, load);
  result.unit = "ms";
  result.value = result.p50_ms;
  result.note = fmt::format(
      "{} open slots of {} tasks, {} people, {} edges; build {:.0f} ms, solve {:.0f} ms; filled {} "
      "(the optimum on these "
      "edges), greedy {}",
      answer.open_slots(), answer.open_tasks(), answer.candidates(), answer.edges(),
      answer.build_ms(), answer.solve_ms(), answer.filled(), answer.greedy_filled());
  return result;
}

}  // namespace baodao::bench
