// The metrics of inbox.
#pragma once

#include "common/metrics/metrics.h"

namespace baodao::inbox {

struct PushMetrics {
  explicit PushMetrics(metrics::Registry& registry);

  metrics::Counter* delivered;
  metrics::Counter* failed;    // tries, to be repeated
  metrics::Counter* given_up;  // pushes
  metrics::Histogram* seconds;
};

}  // namespace baodao::inbox
