// Measures the real binaries, all in one run; prints a table and writes a JSON list.
#include <fmt/core.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <CLI/CLI.hpp>
#include <fstream>

#include "tests/bench/scenarios.h"

namespace baodao::bench {
namespace {

void Compare(Result& result, const Result& baseline) {
  result.baseline = baseline.name;
  result.ratio = result.value / baseline.value;
}

std::vector<Result> RunAll(const Scale& scale) {
  std::vector<Result> results;
  Result bytes_per_person;
  Scene scene(scale);
  Settle(scene.town());
  const double empty = RedisMemory(scene.town());
  scene.town().Run(demo::ReportMore(scene.world(), scale.people));
  Settle(scene.town());
  bytes_per_person.name = "bytes_per_person";
  bytes_per_person.unit = "bytes";
  bytes_per_person.value =
      (RedisMemory(scene.town()) - empty) / static_cast<double>(scale.people - kFirstPeople);
  bytes_per_person.note =
      "with one registration, its review, session, events, kept answers and notifications";
  const Result echo = RpcEcho(scene);
  Result commit = CommitRaw(scene);
  Compare(commit, echo);
  Result bytes_per_task;
  const double archive = ArchiveBytes(scene);
  const std::vector<std::string> tasks = PublishTasks(scene, &bytes_per_task);
  // As people do: they look at the list, then claim. Their tokens are known from then on.
  Result list = ListOpen(scene);
  Compare(list, echo);
  Result spread = ClaimSpread(scene, tasks);
  Compare(spread, commit);
  spread.note = fmt::format("{:.2f} × rpc_echo", spread.value / echo.value);
  Result bytes_per_task_sql;
  bytes_per_task_sql.name = "bytes_per_task_sql";
  bytes_per_task_sql.unit = "bytes";
  bytes_per_task_sql.value = (ArchiveBytes(scene) - archive) / static_cast<double>(tasks.size());
  bytes_per_task_sql.note = "SQLite, with one assignment and all indexes";
  Result hot = ClaimHot(scene);
  Compare(hot, spread);
  Result visible;
  Result loop = LoopFull(scene, &visible);
  Compare(loop, echo);
  Result history = HistoryPage(scene);
  Compare(history, echo);
  const Result report = AreaReportYear(scene);
  Result ingest = RecordsIngest(scene);
  Compare(ingest, commit);
  Result match = Match(scene, tasks);
  const Result search = SearchTasks(scene);
  const Result bytes_per_task_retired = BytesPerRetiredTask();
  return {echo,
          commit,
          spread,
          hot,
          list,
          loop,
          match,
          history,
          report,
          ingest,
          search,
          visible,
          bytes_per_task,
          bytes_per_task_sql,
          bytes_per_task_retired,
          bytes_per_person};
}

void Print(const std::vector<Result>& results) {
  fmt::print("\n{:<22} {:>10} {:<8} {:>8} {:>8} {:>12} {:>10}  {}\n", "name", "value", "unit",
             "p50 ms", "p99 ms", "service µs", "redis µs", "ratio");
  for (const Result& r : results) {
    const std::string ratio =
        r.baseline.empty() ? "" : fmt::format("{:.2f} × {}", r.ratio, r.baseline);
    fmt::print("{:<22} {:>10.0f} {:<8} {:>8.2f} {:>8.2f} {:>12.1f} {:>10.1f}  {}{}{}\n", r.name,
               r.value, r.unit, r.p50_ms, r.p99_ms, r.cpu_us_service, r.cpu_us_redis, ratio,
               r.note.empty() || ratio.empty() ? "" : "; ", r.note);
  }
}

bool Write(const std::vector<Result>& results, const std::string& path) {
  google::protobuf::ListValue list;
  for (const Result& r : results) {
    auto& fields = *list.add_values()->mutable_struct_value()->mutable_fields();
    for (const auto& [name, text] : {std::pair{"name", r.name},
                                     {"unit", r.unit},
                                     {"baseline", r.baseline},
                                     {"note", r.note}}) {
      fields[name].set_string_value(text);
    }
    for (const auto& [name, number] : {std::pair{"value", r.value},
                                       {"p50_ms", r.p50_ms},
                                       {"p99_ms", r.p99_ms},
                                       {"cpu_us_service", r.cpu_us_service},
                                       {"cpu_us_redis", r.cpu_us_redis},
                                       {"ratio", r.ratio}}) {
      fields[name].set_number_value(number);
    }
  }
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  if (!google::protobuf::util::MessageToJsonString(list, &json, options).ok()) return false;
  std::ofstream file(path);
  file << json;
  return file.good();
}

}  // namespace
}  // namespace baodao::bench

int main(int argc, char** argv) {
  baodao::bench::Scale scale;
  std::string out = "bench.json";
  CLI::App app("Measures the real binaries on this machine.");
  app.add_option("--out", out, "Where the JSON list goes")->capture_default_str();
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
  CLI11_PARSE(app, argc, argv);
  try {
    const auto results = baodao::bench::RunAll(scale);
    baodao::bench::Print(results);
    if (!baodao::bench::Write(results, out)) throw std::runtime_error("cannot write " + out);
  } catch (const std::exception& e) {
    fmt::print(stderr, "bench: {}\n", e.what());
    return 1;
  }
  return 0;
}
