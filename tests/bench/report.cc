#include "tests/bench/report.h"

#include <absl/strings/str_join.h>
#include <fmt/core.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace baodao::bench {
namespace {

// A client that has no time left, or takes more than what it measures, hides how fast that is.
bool IsClientTheBottleneck(const Result& result) {
  return result.client_busy > 0.9 ||
         result.cpu_us_client > result.cpu_us_service + result.cpu_us_redis;
}

// "21000–26000", of the rounds.
std::string SpreadOf(const Result& result) {
  if (result.rounds.empty()) return "";
  const auto [low, high] = std::ranges::minmax(result.rounds);
  return fmt::format("{:.0f}–{:.0f}", low, high);
}

std::string RemarksOf(const Result& result) {
  std::vector<std::string> remarks;
  for (const auto& [name, ratio] : result.ratios) {
    remarks.push_back(fmt::format("{:.2f} × {}", ratio, name));
  }
  if (!result.note.empty()) remarks.push_back(result.note);
  if (IsClientTheBottleneck(result)) {
    remarks.push_back(
        fmt::format("the client is the bottleneck (its loop runs {:.0f} % of the time)",
                    result.client_busy * 100));
  }
  return absl::StrJoin(remarks, "; ");
}

}  // namespace

void Print(const std::vector<Result>& results) {
  double load = 0;
  ::getloadavg(&load, 1);
  fmt::print(
      "\nper call: µs of CPU; commands of Redis, bytes to it and from it. The load of the machine "
      "is {:.1f} at the end\n",
      load);
  fmt::print(
      "{:<22} {:>9} {:<8} {:>15} {:>7} {:>7} {:>7} {:>6} {:>6} {:>6} {:>5} {:>6} {:>6}  {}\n",
      "name", "value", "unit", "rounds", "p50 ms", "p99 ms", "service", "others", "store", "client",
      "cmds", "to", "from", "ratios");
  for (const Result& r : results) {
    fmt::print(
        "{:<22} {:>9.0f} {:<8} {:>15} {:>7.2f} {:>7.2f} {:>7.1f} {:>6.1f} {:>6.1f} {:>6.1f} "
        "{:>5.1f} "
        "{:>6.0f} {:>6.0f}  {}\n",
        r.name, r.value, r.unit, SpreadOf(r), r.p50_ms, r.p99_ms, r.cpu_us_service, r.cpu_us_others,
        r.cpu_us_redis, r.cpu_us_client, r.redis_commands, r.redis_bytes_in, r.redis_bytes_out,
        RemarksOf(r));
  }
}

bool Write(const std::vector<Result>& results, const std::string& path) {
  google::protobuf::ListValue list;
  for (const Result& r : results) {
    auto& fields = *list.add_values()->mutable_struct_value()->mutable_fields();
    for (const auto& [name, text] :
         {std::pair{"name", r.name}, {"unit", r.unit}, {"note", r.note}}) {
      fields[name].set_string_value(text);
    }
    for (const auto& [name, number] : {std::pair{"value", r.value},
                                       {"p50_ms", r.p50_ms},
                                       {"p99_ms", r.p99_ms},
                                       {"cpu_us_service", r.cpu_us_service},
                                       {"cpu_us_redis", r.cpu_us_redis},
                                       {"cpu_us_others", r.cpu_us_others},
                                       {"cpu_us_client", r.cpu_us_client},
                                       {"client_busy", r.client_busy},
                                       {"redis_commands", r.redis_commands},
                                       {"redis_bytes_in", r.redis_bytes_in},
                                       {"redis_bytes_out", r.redis_bytes_out}}) {
      fields[name].set_number_value(number);
    }
    auto& rounds = *fields["rounds"].mutable_list_value();
    for (const double round : r.rounds) rounds.add_values()->set_number_value(round);
    auto& ratios = *fields["ratios"].mutable_struct_value()->mutable_fields();
    for (const auto& [name, ratio] : r.ratios) ratios[name].set_number_value(ratio);
  }
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  if (!google::protobuf::util::MessageToJsonString(list, &json, options).ok()) return false;
  std::ofstream file(path);
  file << json;
  return file.good();
}

}  // namespace baodao::bench
