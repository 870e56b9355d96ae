#include "common/clock/time_text.h"

#include <gtest/gtest.h>

#include "common/status/status.h"

namespace baodao {
namespace {

constexpr Time kMorning{Millis(1'748'736'000'123)};  // 2025-06-01 00:00 UTC

TEST(TimeText, MachinesReadUtcAndPeopleTheTimeOfChina) {
  EXPECT_EQ(ToRfc3339(kMorning), "2025-06-01T00:00:00Z");
  EXPECT_EQ(LocalTime(kMorning), "2025-06-01 08:00");
  EXPECT_EQ(LocalTime(kMorning + std::chrono::hours(16)), "2025-06-02 00:00");
  EXPECT_EQ(FromRfc3339("2025-06-01T00:00:00Z"), kMorning - Millis(123));
  EXPECT_EQ(FromLocalTime("2025-06-01 08:00"), kMorning - Millis(123));
  EXPECT_EQ(LocalCivil(kMorning).hour(), 8);
  EXPECT_EQ(LocalTime(LocalMidnight(kMorning)), "2025-06-01 00:00");
  const Time midnight = LocalMidnight(kMorning);
  EXPECT_EQ(LocalMidnight(midnight), midnight);
  EXPECT_EQ(LocalMidnight(midnight - Millis(1)), midnight - std::chrono::hours(24));
}

TEST(TimeText, OtherTextsAreNoTimes) {
  for (const char* text : {"", "2025-06-01", "2025-13-01T00:00:00Z", "xxxxxxxxxxTxxxxxxxxZ"}) {
    EXPECT_EQ(FromRfc3339(text), std::nullopt) << text;
    EXPECT_EQ(FromLocalTime(text), std::nullopt) << text;
  }
}

// Clients compute with what is in the metadata, and show the text.
TEST(TimeText, RefusalsCarryUtcAndSayTheTimeOfChina) {
  const absl::Status early = Refuse(Reason::TOO_EARLY, {{"from", ToRfc3339(kMorning)}});
  EXPECT_EQ(MetadataOf(early)["from"], "2025-06-01T00:00:00Z");
  EXPECT_NE(Localise(early, Locale::kEn).find("2025-06-01 08:00"), std::string::npos);
}

}  // namespace
}  // namespace baodao
