// The domain metrics of dispatch. All in one table; labels are states and kinds,
// never ids.
#pragma once

#include <array>

#include "common/metrics/metrics.h"
#include "common/record/transitions.h"
#include "services/dispatch/domain/change.h"
#include "services/dispatch/store/tasks.h"

namespace baodao::dispatch {

// Loop thread only.
class Metrics {
 public:
  explicit Metrics(metrics::Registry& registry);

  // For Tasks::SetObserver.
  TaskObserver Observer();
  // Tasks of this state, all areas together; final states are not counted.
  void SetTasks(v1::TaskState state, size_t count);

 private:
  record::Transitions transitions_;
  metrics::Histogram* batch_;
  metrics::Histogram* time_to_accept_;
  std::array<metrics::Gauge*, v1::TaskState_ARRAYSIZE> tasks_{};
};

}  // namespace baodao::dispatch
