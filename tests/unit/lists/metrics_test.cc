#include "services/lists/store/metrics.h"

#include <gtest/gtest.h>

#include <string>

#include "baodao/lists/v1/need.pb.h"
#include "services/lists/store/keys.h"

namespace baodao::lists {
namespace {

size_t Occurrences(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// increase() sees nothing of a counter that comes into being with its first increment.
TEST(ListsMetrics, EveryTransitionIsThereFromTheStart) {
  metrics::Registry registry;
  Metrics metrics(registry);
  const std::string text = registry.Text();
  for (const char* series : {"need_transitions_total{from=\"NONE\",to=\"SUBMITTED\"} 0",
                             "need_transitions_total{from=\"SUBMITTED\",to=\"MERGED\"} 0",
                             "need_transitions_total{from=\"RETURNED\",to=\"SUBMITTED\"} 0",
                             "need_transitions_total{from=\"MATCHED\",to=\"ACCEPTED\"} 0",
                             "need_transitions_total{from=\"RESOLVED\",to=\"CLOSED\"} 0",
                             "need_transitions_total{from=\"MATCHED\",to=\"CANCELLED\"} 0",
                             "need_transitions_total{from=\"ACCEPTED\",to=\"EXPIRED\"} 0",
                             "resource_transitions_total{from=\"NONE\",to=\"LISTED\"} 0",
                             "resource_transitions_total{from=\"LISTED\",to=\"WITHDRAWN\"} 0",
                             "project_transitions_total{from=\"NONE\",to=\"PROPOSED\"} 0",
                             "project_transitions_total{from=\"PROPOSED\",to=\"BALLOTED\"} 0",
                             "project_transitions_total{from=\"COMPLETED\",to=\"EVALUATED\"} 0"}) {
    EXPECT_NE(text.find("baodao_lists_" + std::string(series)), std::string::npos) << series;
  }
  EXPECT_EQ(Occurrences(text, "need_transitions_total{"), 31u);
  EXPECT_EQ(Occurrences(text, "resource_transitions_total{"), 2u);
  EXPECT_EQ(Occurrences(text, "project_transitions_total{"), 20u);

  metrics.Count({{kNeeds, v1::NEED_STATE_RETURNED, v1::NEED_STATE_SUBMITTED}});
  EXPECT_EQ(Occurrences(registry.Text(), "{from=\"RETURNED\",to=\"SUBMITTED\"} 1\n"), 1u);
  EXPECT_EQ(Occurrences(registry.Text(), "} 1\n"), 1u);
  EXPECT_EQ(Occurrences(registry.Text(), "transitions_total{"), 53u);
}

}  // namespace
}  // namespace baodao::lists
