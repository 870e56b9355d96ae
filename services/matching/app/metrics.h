// Every metric of matching, in one table.
#pragma once

#include "common/metrics/metrics.h"

namespace baodao::matching {

struct MatchingMetrics {
  explicit MatchingMetrics(metrics::Registry& registry);

  metrics::Histogram* build_seconds;  // index to graph
  metrics::Histogram* solve_seconds;
  metrics::Counter* slots_filled;    // by the plan
  metrics::Counter* slots_unfilled;  // nobody was found
  metrics::Gauge* fill_ratio;        // of the last run
  metrics::Gauge* edges;             // of the last run
  metrics::Counter* runs_timer;
  metrics::Counter* runs_call;
  metrics::Counter* runs_dry;
  metrics::Counter* offers_made;
  metrics::Counter* offers_refused;  // dispatch knew better
  metrics::Counter* offers_failed;   // dispatch could not be asked
  metrics::Gauge* people;
  metrics::Gauge* tasks;
  metrics::Gauge* districts_led;
};

}  // namespace baodao::matching
