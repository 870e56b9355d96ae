// How Redis looks from this process.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/containers/string_map.h"
#include "common/metrics/metrics.h"

namespace baodao::redis {
struct Stats;
}

namespace baodao::metrics {

// One thread.
class RedisMetrics {
 public:
  explicit RedisMetrics(Registry& registry);

  // One finished command or function; fits redis::Observer. `label` is from a fixed set.
  void Observe(std::string_view label, double seconds, bool ok);
  // The client's own counts, taken now and then (every second or so).
  void Sample(const redis::Stats& stats);

 private:
  struct Command {
    Histogram* seconds;
    Counter* errors;
  };
  // Adds what `total` grew by since the last sample.
  struct Total {
    Counter* counter;
    uint64_t seen = 0;
    void Update(uint64_t total);
  };

  Registry& registry_;
  StringMap<Command> commands_;
  Gauge* in_flight_;
  Total timeouts_, reconnects_, redirects_;
};

}  // namespace baodao::metrics
