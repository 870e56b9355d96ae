#include "tests/bench/measure.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "common/async/for_each.h"

namespace baodao::bench {
namespace {

using Steady = std::chrono::steady_clock;

double FieldOf(const std::string& text, const std::string& field) {
  const size_t found = text.find("\n" + field + ":");
  if (found == std::string::npos) throw std::runtime_error("INFO has no " + field);
  return std::stod(text.substr(found + field.size() + 2));
}

std::string InfoOf(testing::Town& town, const std::string& section) {
  return town.deployment.redis().Do({"INFO", section}).text;
}

struct ProcessStat {
  pid_t parent = 0;
  double cpu_us = 0;  // user and system
};

// From /proc; nothing where it has ended.
ProcessStat StatOf(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  ProcessStat stat;
  if (line.empty()) return stat;
  std::istringstream fields(line.substr(line.rfind(')') + 2));
  std::string skipped;
  fields >> skipped >> stat.parent;
  for (int i = 0; i < 9; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  stat.cpu_us = (user + system) * 1e6 / static_cast<double>(sysconf(_SC_CLK_TCK));
  return stat;
}

// Processor time of a process and its children: a database has one for each connection.
double FamilyCpu(pid_t pid) {
  double cpu = StatOf(pid).cpu_us;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const pid_t other = std::atoi(entry.path().filename().c_str());
    if (other <= 0) continue;
    const ProcessStat stat = StatOf(other);
    if (stat.parent == pid) cpu += stat.cpu_us;
  }
  return cpu;
}

double CpuOf(testing::Town& town, const Load& load) {
  if (load.processes.empty()) return ServiceCpu(town, load.service);
  double cpu = 0;
  for (const pid_t pid : load.processes) cpu += FamilyCpu(pid);
  return cpu;
}

double OthersCpu(testing::Town& town, const Load& load) {
  double cpu = 0;
  for (const std::string_view service : config::kServices) {
    if (service != load.service) cpu += ServiceCpu(town, std::string(service));
  }
  return cpu;
}

double StoreCpu(testing::Town& town, const Load& load) {
  return load.store == 0 ? RedisCpu(town) : FamilyCpu(load.store);
}

double OwnCpu(int who) {
  rusage usage{};
  getrusage(who, &usage);
  const auto us = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

double Median(std::vector<double> values) { return Percentile(values, 0.5); }

// The calls from `first` on.
Result MeasurePart(testing::Town& town, const Load& load, size_t first, size_t calls) {
  Settle(town);
  std::vector<double> latencies(calls);
  const std::string stats = InfoOf(town, "stats");
  const double redis = StoreCpu(town, load);
  const double service = CpuOf(town, load);
  const double others = OthersCpu(town, load);
  const double client = OwnCpu(RUSAGE_SELF);
  const double loop = OwnCpu(RUSAGE_THREAD);
  const auto start = Steady::now();
  auto timed = [&](size_t i) -> Task<void> {
    const auto sent = Steady::now();
    co_await load.call(first + i);
    latencies[i] = std::chrono::duration<double, std::milli>(Steady::now() - sent).count();
  };
  town.Run(ForEach(calls, load.in_flight, timed));
  const double seconds = std::chrono::duration<double>(Steady::now() - start).count();
  Result result;
  result.name = load.name;
  result.unit = "calls/s";
  const auto count = static_cast<double>(calls);
  result.value = count / seconds;
  result.client_busy = (OwnCpu(RUSAGE_THREAD) - loop) / (seconds * 1e6);
  result.cpu_us_client = (OwnCpu(RUSAGE_SELF) - client) / count;
  result.cpu_us_service = (CpuOf(town, load) - service) / count;
  result.p50_ms = Percentile(latencies, 0.50);
  result.p99_ms = Percentile(latencies, 0.99);
  // With what the events of these calls cause afterwards.
  Settle(town);
  result.cpu_us_redis = (StoreCpu(town, load) - redis) / count;
  if (load.store != 0) return result;
  result.cpu_us_others = (OthersCpu(town, load) - others) / count;
  const std::string stats_now = InfoOf(town, "stats");
  const auto counted = [&](const std::string& field) {
    return (FieldOf(stats_now, field) - FieldOf(stats, field)) / count;
  };
  result.redis_commands = counted("total_commands_processed");
  result.redis_bytes_in = counted("total_net_input_bytes");
  result.redis_bytes_out = counted("total_net_output_bytes");
  return result;
}

Result MedianOf(const std::vector<Result>& parts) {
  Result result = parts.front();
  const auto median = [&](double Result::*figure) {
    std::vector<double> values;
    for (const Result& part : parts) values.push_back(part.*figure);
    result.*figure = Median(values);
  };
  for (double Result::*figure :
       {&Result::value, &Result::p50_ms, &Result::p99_ms, &Result::cpu_us_service,
        &Result::cpu_us_redis, &Result::cpu_us_others, &Result::cpu_us_client, &Result::client_busy,
        &Result::redis_commands, &Result::redis_bytes_in, &Result::redis_bytes_out}) {
    median(figure);
  }
  for (const Result& part : parts) result.rounds.push_back(part.value);
  return result;
}

}  // namespace

double Percentile(std::vector<double>& values, double share) {
  const auto place = static_cast<std::ptrdiff_t>(
      std::min(values.size() - 1, static_cast<size_t>(share * static_cast<double>(values.size()))));
  std::ranges::nth_element(values, values.begin() + place);
  return values[static_cast<size_t>(place)];
}

double RedisCpu(testing::Town& town) {
  const std::string cpu = InfoOf(town, "cpu");
  return (FieldOf(cpu, "used_cpu_sys") + FieldOf(cpu, "used_cpu_user")) * 1e6;
}

double ServiceCpu(testing::Town& town, const std::string& service) {
  return StatOf(town.deployment.process(service).pid()).cpu_us;
}

double RedisMemory(testing::Town& town) { return FieldOf(InfoOf(town, "memory"), "used_memory"); }

double ResidentBytes(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
  double size = 0, resident = 0;
  file >> size >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double PeakBytes(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) * 1024;
  }
  throw std::runtime_error("the system does not tell how much memory a process had at most");
}

void Settle(testing::Town& town) {
  // Idle polling costs well under 2 % of a core; catching up costs far more.
  for (int attempt = 0; attempt < 600; ++attempt) {
    const double before = RedisCpu(town);
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
    if (RedisCpu(town) - before < 10'000) return;
  }
  throw std::runtime_error("Redis does not become idle");
}

void AwaitRewritten(testing::Town& town) {
  for (int attempt = 0; attempt < 3'000; ++attempt) {
    const std::string info = InfoOf(town, "persistence");
    if (FieldOf(info, "aof_rewrite_in_progress") + FieldOf(info, "aof_rewrite_scheduled") == 0) {
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  throw std::runtime_error("Redis does not end rewriting its file");
}

Result Measure(testing::Town& town, const Load& load) {
  return MeasurePart(town, load, 0, load.calls);
}

std::vector<Result> MeasureInTurns(testing::Town& town, const std::vector<Load>& loads,
                                   size_t rounds) {
  std::vector<std::vector<Result>> parts(loads.size());
  for (size_t round = 0; round < rounds; ++round) {
    for (size_t i = 0; i < loads.size(); ++i) {
      const size_t first = loads[i].calls * round / rounds;
      const size_t end = loads[i].calls * (round + 1) / rounds;
      parts[i].push_back(MeasurePart(town, loads[i], first, end - first));
    }
  }
  std::vector<Result> results;
  for (const std::vector<Result>& of_load : parts) results.push_back(MedianOf(of_load));
  return results;
}

double RatioOf(const Result& result, const Result& baseline) {
  if (result.rounds.empty() || result.rounds.size() != baseline.rounds.size()) {
    return result.value / baseline.value;
  }
  std::vector<double> ratios;
  for (size_t i = 0; i < result.rounds.size(); ++i) {
    ratios.push_back(result.rounds[i] / baseline.rounds[i]);
  }
  return Median(ratios);
}

}  // namespace baodao::bench
