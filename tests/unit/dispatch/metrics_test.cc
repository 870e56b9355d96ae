#include "services/dispatch/app/metrics.h"

#include <gtest/gtest.h>

#include <string>

#include "common/metrics/metrics.h"

namespace baodao::dispatch {
namespace {

size_t Count(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// increase() sees nothing of a counter that comes into being with its first increment.
TEST(DispatchMetrics, EveryTransitionIsThereFromTheStart) {
  metrics::Registry registry;
  Metrics metrics(registry);
  const std::string text = registry.Text();
  for (const char* series :
       {"baodao_dispatch_task_transitions_total{from=\"NONE\",to=\"OPEN\"} 0",
        "baodao_dispatch_task_transitions_total{from=\"OPEN\",to=\"OPEN\"} 0",
        "baodao_dispatch_task_transitions_total{from=\"STAFFED\",to=\"EXPIRED\"} 0",
        "baodao_dispatch_assignment_transitions_total{from=\"ACCEPTED\",to=\"NO_SHOW\"} 0",
        "baodao_dispatch_assignment_transitions_total{from=\"NONE\",to=\"ACCEPTED\"} 0"}) {
    EXPECT_NE(text.find(series), std::string::npos) << series;
  }
  EXPECT_EQ(Count(text, "task_transitions_total{"), 15u);
  EXPECT_LT(Count(text, "assignment_transitions_total{"), 50u);

  metrics.Observer().on_transition({true, v1::TASK_STATE_OPEN, v1::TASK_STATE_OPEN});
  EXPECT_NE(registry.Text().find("{from=\"OPEN\",to=\"OPEN\"} 1"), std::string::npos);
  EXPECT_EQ(Count(registry.Text(), "task_transitions_total{"), 15u);
}

}  // namespace
}  // namespace baodao::dispatch
