#include "services/inbox/domain/tally.h"

#include <gtest/gtest.h>

namespace baodao::inbox {
namespace {

constexpr Time kNow{Millis(1'748'736'000'000)};
constexpr std::chrono::hours kADay{24};

TEST(Tally, ShowsTheFirstOfADayAndHoldsTheOthersBack) {
  v1::InboxRecord head;
  for (uint32_t i = 0; i < kShownADay; ++i) EXPECT_EQ(CountIn(&head, 7, false, kNow), 0u);
  EXPECT_EQ(CountIn(&head, 7, false, kNow), 1u);
  EXPECT_EQ(CountIn(&head, 7, false, kNow), 2u);
  EXPECT_EQ(CountIn(&head, 8, false, kNow), 0u) << "another thing";
  ReleaseFrom(&head, 7);
  EXPECT_EQ(CountIn(&head, 7, false, kNow), 1u) << "still the same day";
}

TEST(Tally, ADayLaterItBeginsAnewUnlessSomethingIsHeld) {
  v1::InboxRecord head;
  for (uint32_t i = 0; i < kShownADay + 3; ++i) CountIn(&head, 7, false, kNow);
  EXPECT_EQ(CountIn(&head, 7, false, kNow + kADay), 4u)
      << "an older one must not be shown after it";
  ReleaseFrom(&head, 7);
  EXPECT_EQ(CountIn(&head, 7, false, kNow + kADay), 0u);
}

TEST(Tally, AnUrgentOneDoesNotWaitBehindOthersButAFloodOfThemDoes) {
  v1::InboxRecord head;
  for (uint32_t i = 0; i < kShownADay + 2; ++i) CountIn(&head, 7, false, kNow);
  EXPECT_EQ(CountIn(&head, 7, true, kNow), 0u);
  EXPECT_TRUE(ReleaseFrom(&head, 7)) << "what waited is for the caller to drop";
  EXPECT_EQ(CountIn(&head, 7, false, kNow), 1u);
  EXPECT_EQ(CountIn(&head, 7, true, kNow), 2u);
  EXPECT_EQ(CountIn(&head, 7, true, kNow + kHeldFor - Millis(1)), 3u);
  EXPECT_EQ(CountIn(&head, 7, true, kNow + kHeldFor), 0u);
}

TEST(Tally, ForgetsTheLongestUnusedButNothingHeld) {
  v1::InboxRecord head;
  for (uint32_t i = 0; i <= kShownADay; ++i) CountIn(&head, 1, false, kNow);
  for (uint64_t name = 2; name < 1'000; ++name) CountIn(&head, name, false, kNow);
  EXPECT_EQ(head.tallies_size(), kMaxTallies);
  EXPECT_EQ(CountIn(&head, 1, false, kNow), 2u);
  // With all of them held there is no room for another one: it is shown, however often.
  const v1::InboxRecord before = head;
  for (const v1::TallyRecord& tally : before.tallies()) {
    for (uint32_t i = 0; i <= kShownADay; ++i) CountIn(&head, tally.name(), false, kNow);
  }
  for (int i = 0; i < 20; ++i) EXPECT_EQ(CountIn(&head, 5'000, false, kNow), 0u);
  EXPECT_EQ(head.tallies_size(), kMaxTallies);
}

}  // namespace
}  // namespace baodao::inbox
