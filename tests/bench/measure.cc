#include "tests/bench/measure.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "common/async/for_each.h"

namespace baodao::bench {
namespace {

using Steady = std::chrono::steady_clock;

double InfoField(testing::Town& town, const std::string& section, const std::string& field) {
  const std::string text = town.deployment.redis().Do({"INFO", section}).text;
  const size_t found = text.find("\n" + field + ":");
  if (found == std::string::npos) throw std::runtime_error("INFO has no " + field);
  return std::stod(text.substr(found + field.size() + 2));
}

// User and system time of a process, from /proc.
double ProcessCpu(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  std::istringstream fields(line.substr(line.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) * 1e6 / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double Percentile(std::vector<double>& sorted, double share) {
  return sorted[std::min(sorted.size() - 1,
                         static_cast<size_t>(share * static_cast<double>(sorted.size())))];
}

}  // namespace

double RedisCpu(testing::Town& town) {
  return (InfoField(town, "cpu", "used_cpu_sys") + InfoField(town, "cpu", "used_cpu_user")) * 1e6;
}

double ServiceCpu(testing::Town& town, const std::string& service) {
  return ProcessCpu(town.deployment.process(service).pid());
}

double RedisMemory(testing::Town& town) { return InfoField(town, "memory", "used_memory"); }

void Settle(testing::Town& town) {
  // Idle polling costs well under 2 % of a core; catching up costs far more.
  for (int attempt = 0; attempt < 600; ++attempt) {
    const double before = RedisCpu(town);
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
    if (RedisCpu(town) - before < 10'000) return;
  }
  throw std::runtime_error("Redis does not become idle");
}

Result Measure(testing::Town& town, const Load& load) {
  Settle(town);
  std::vector<double> latencies(load.calls);
  const double redis = RedisCpu(town);
  const double service = ServiceCpu(town, load.service);
  const auto start = Steady::now();
  auto timed = [&](size_t i) -> Task<void> {
    const auto sent = Steady::now();
    co_await load.call(i);
    latencies[i] = std::chrono::duration<double, std::milli>(Steady::now() - sent).count();
  };
  town.Run(ForEach(load.calls, load.in_flight, timed));
  const double seconds = std::chrono::duration<double>(Steady::now() - start).count();
  Result result;
  result.name = load.name;
  result.unit = "calls/s";
  const double calls = static_cast<double>(load.calls);
  result.value = calls / seconds;
  result.cpu_us_redis = (RedisCpu(town) - redis) / calls;
  result.cpu_us_service = (ServiceCpu(town, load.service) - service) / calls;
  std::sort(latencies.begin(), latencies.end());
  result.p50_ms = Percentile(latencies, 0.50);
  result.p99_ms = Percentile(latencies, 0.99);
  return result;
}

}  // namespace baodao::bench
