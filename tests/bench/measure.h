// One measurement: a load with a fixed number of calls in flight, its latencies, and the CPU it
// cost.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/e2e/town.h"

namespace baodao::bench {

struct Result {
  std::string name;
  std::string unit;  // calls/s, ms, bytes, …
  double value = 0;
  double p50_ms = 0;
  double p99_ms = 0;
  double cpu_us_service = 0;  // of the measured service, per call
  double cpu_us_redis = 0;    // of Redis, per call, with all consumers of the events running
  std::string baseline;       // the result it is compared with
  double ratio = 0;           // value / the baseline's value
  std::string note;
};

struct Load {
  std::string name;
  std::string service = "dispatch";  // whose CPU is counted
  size_t calls = 0;
  size_t in_flight = 64;
  std::function<Task<void>(size_t)> call;
};

// Throws what a call throws: a benchmark of failures measures nothing.
Result Measure(testing::Town& town, const Load& load);

// Waits until Redis has been idle for a while: consumers of earlier events have caught up.
void Settle(testing::Town& town);

// Microseconds of CPU since its start.
double RedisCpu(testing::Town& town);
double ServiceCpu(testing::Town& town, const std::string& service);
// Bytes in use in Redis.
double RedisMemory(testing::Town& town);

}  // namespace baodao::bench
