// The metrics that lists has of its records.
#include <gtest/gtest.h>

#include <asio/io_context.hpp>
#include <string>

#include "common/record/repository.h"
#include "common/store/memory_store.h"
#include "common/testing/fake_clock.h"
#include "services/lists/store/records.h"

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
  asio::io_context loop;
  testing::FakeClock clock(loop);
  store::MemoryData data;
  store::MemoryStore store(store::Keys("lists", 16), data, clock);
  const crypto::KeyRing ring = crypto::KeyRing::Generate();
  record::Repository records(
      store, clock, ring, [] { return areas::AreaTree::Empty(); }, registry);
  records.Add(kNeed);
  records.Add(kResource);
  records.Add(kProject);
  records.Add(kNeedSeries,
              {.lapse = [](record::Transaction&, record::Versioned<v1::NeedSeriesRecord>)
                   -> Task<absl::Status> { co_return absl::OkStatus(); }});
  const std::string text = registry.Text();
  for (const char* series : {"from=\"NONE\",record=\"need\",to=\"SUBMITTED\"} 0",
                             "from=\"SUBMITTED\",record=\"need\",to=\"MERGED\"} 0",
                             "from=\"RETURNED\",record=\"need\",to=\"SUBMITTED\"} 0",
                             "from=\"MATCHED\",record=\"need\",to=\"ACCEPTED\"} 0",
                             "from=\"RESOLVED\",record=\"need\",to=\"CLOSED\"} 0",
                             "from=\"MATCHED\",record=\"need\",to=\"CANCELLED\"} 0",
                             "from=\"ACCEPTED\",record=\"need\",to=\"EXPIRED\"} 0",
                             "from=\"NONE\",record=\"resource\",to=\"LISTED\"} 0",
                             "from=\"LISTED\",record=\"resource\",to=\"WITHDRAWN\"} 0",
                             "from=\"NONE\",record=\"project\",to=\"PROPOSED\"} 0",
                             "from=\"NONE\",record=\"need_series\",to=\"SUBMITTED\"} 0",
                             "from=\"PROPOSED\",record=\"project\",to=\"BALLOTED\"} 0",
                             "from=\"COMPLETED\",record=\"project\",to=\"EVALUATED\"} 0"}) {
    EXPECT_NE(text.find("baodao_record_transitions_total{" + std::string(series)),
              std::string::npos)
        << series;
  }
  EXPECT_EQ(Occurrences(text, "record=\"need\","), 32u);
  EXPECT_EQ(Occurrences(text, "record=\"need_series\","), 5u);
  EXPECT_EQ(Occurrences(text, "record=\"resource\","), 2u);
  EXPECT_EQ(Occurrences(text, "record=\"project\","), 20u);
}

}  // namespace
}  // namespace baodao::lists
