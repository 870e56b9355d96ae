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
       {"baodao_record_transitions_total{from=\"NONE\",record=\"task\",to=\"OPEN\"} 0",
        "baodao_record_transitions_total{from=\"OPEN\",record=\"task\",to=\"OPEN\"} 0",
        "baodao_record_transitions_total{from=\"STAFFED\",record=\"task\",to=\"EXPIRED\"} 0",
        "baodao_record_transitions_total{from=\"ACCEPTED\",record=\"assignment\",to=\"NO_SHOW\"} 0",
        "baodao_record_transitions_total{from=\"NONE\",record=\"assignment\",to=\"ACCEPTED\"} 0"}) {
    EXPECT_NE(text.find(series), std::string::npos) << series;
  }
  EXPECT_EQ(Count(text, "record=\"task\","), 16u);
  EXPECT_LT(Count(text, "record=\"assignment\","), 50u);
  EXPECT_EQ(Count(text, "record=\"credit_request\","), 7u);

  metrics.Observer().on_transition({"task", v1::TASK_STATE_OPEN, v1::TASK_STATE_OPEN});
  EXPECT_NE(registry.Text().find("{from=\"OPEN\",record=\"task\",to=\"OPEN\"} 1"),
            std::string::npos);
  EXPECT_EQ(Count(registry.Text(), "record=\"task\","), 16u);
}

}  // namespace
}  // namespace baodao::dispatch
