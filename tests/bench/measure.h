// One measurement: a load with a fixed number of calls in flight, its latencies, and the CPU it
// cost. Loads that are compared are measured in turns, since a machine is not equally fast at all
// times.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/e2e/town.h"

namespace baodao::bench {

struct Result {
  std::string name;
  std::string unit;  // calls/s, ms, bytes, …
  double value = 0;
  std::vector<double> rounds;  // the values that `value` is the median of; may be empty
  double p50_ms = 0;
  double p99_ms = 0;
  double cpu_us_service = 0;  // of the measured service, per call
  double cpu_us_others = 0;   // of the other services, per call, which hear of its events
  double cpu_us_redis = 0;    // of Redis, per call, with what consumers of the events do
  double cpu_us_client = 0;   // of this program, per call
  // Commands of Redis, per call, those within functions too, with what waiting consumers ask
  // meanwhile.
  double redis_commands = 0;
  double redis_bytes_in = 0;
  double redis_bytes_out = 0;
  double client_busy = 0;  // share of the time in which the thread of the client's loop ran
  std::vector<std::pair<std::string, double>> ratios;  // to what is named
  std::string note;
};

struct Load {
  std::string name;
  std::string service = "dispatch";  // whose CPU is counted
  // Instead of a service: processes, with their children; and of a store other than Redis.
  std::vector<pid_t> processes;
  pid_t store = 0;
  size_t calls = 0;
  size_t in_flight = 64;
  std::function<Task<void>(size_t)> call;
};

// Throws what a call throws: a benchmark of failures measures nothing.
Result Measure(testing::Town& town, const Load& load);

// Each load in as many parts as there are rounds, first the first part of each, then the second …;
// the median of each figure, in the order of the loads.
std::vector<Result> MeasureInTurns(testing::Town& town, const std::vector<Load>& loads,
                                   size_t rounds);

// Value to value, round by round where both have as many; the median.
double RatioOf(const Result& result, const Result& baseline);

// Waits until Redis has been idle for a while: consumers of earlier events have caught up.
void Settle(testing::Town& town);
// Waits until Redis has rewritten its file, which it does after many writes, with a core of its
// own.
void AwaitRewritten(testing::Town& town);

// Microseconds of CPU since its start.
double RedisCpu(testing::Town& town);
double ServiceCpu(testing::Town& town, const std::string& service);
// Bytes in use in Redis.
double RedisMemory(testing::Town& town);
// Resident bytes of a process: now, and the most since it began.
double ResidentBytes(pid_t pid);
double PeakBytes(pid_t pid);
// The value below which `share` of them are; reorders them. Not of none.
double Percentile(std::vector<double>& values, double share);

}  // namespace baodao::bench
