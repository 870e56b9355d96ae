// Measures the real binaries, all in one run; prints a table and writes a JSON list.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <stdexcept>

#include "tests/bench/report.h"
#include "tests/bench/rows.h"

int main(int argc, char** argv) {
  baodao::bench::Scale scale;
  std::string out = "bench.json";
  std::vector<std::string> rows = {"default"};
  CLI::App app("Measures the real binaries on this machine.");
  app.add_option("--out", out, "Where the JSON list goes")->capture_default_str();
  app.add_option("--rows", rows, "Rows or groups of them (default, peers, large), with commas")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--rounds", scale.rounds, "Of what is measured in turns")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--people", scale.people, "People and tasks of the claims")
      ->check(CLI::Range(100, 10'000))
      ->capture_default_str();
  app.add_option("--match-people", scale.match_people, "People of the matching")
      ->check(CLI::Range(100, 90'000))
      ->capture_default_str();
  app.add_option("--echo-calls", scale.echo_calls, "Calls of rpc_echo")
      ->check(CLI::Range(1000, 10'000'000))
      ->capture_default_str();
  app.add_option("--search-rows", scale.search_rows, "Tasks that are searched")
      ->check(CLI::Range(10'000, 10'000'000))
      ->capture_default_str();
  app.add_option("--open-tasks", scale.open_tasks, "Open tasks of the rows named 1m")
      ->check(CLI::Range(1'000, 10'000'000))
      ->capture_default_str();
  app.add_option("--stored-people", scale.stored_people, "People of restart_1m")
      ->check(CLI::Range(1'000, 10'000'000))
      ->capture_default_str();
  app.add_option("--large-match-people", scale.large_match_people, "People of match_100k_300k")
      ->check(CLI::Range(1'000, 1'000'000))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    const auto results = baodao::bench::MeasureRows(scale, baodao::bench::RowsOf(rows));
    baodao::bench::Print(results);
    if (!baodao::bench::Write(results, out)) throw std::runtime_error("cannot write " + out);
  } catch (const std::exception& e) {
    fmt::print(stderr, "bench: {}\n", e.what());
    return 1;
  }
  return 0;
}
