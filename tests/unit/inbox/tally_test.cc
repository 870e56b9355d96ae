#include "services/inbox/domain/tally.h"

#include <gtest/gtest.h>

namespace baodao::inbox {
namespace {

constexpr Time kNow{Millis(1'748'736'000'000)};
constexpr std::chrono::hours kADay{24};

TEST(Tally, ShowsTheFirstOfADayAndHoldsTheOthersBack) {
  v1::InboxRecord head;
  for (uint32_t i = 0; i < kShownADay; ++i) EXPECT_EQ(CountIn(&head, 7, kNow), 0u);
  EXPECT_EQ(CountIn(&head, 7, kNow), 1u);
  EXPECT_EQ(CountIn(&head, 7, kNow), 2u);
  EXPECT_EQ(CountIn(&head, 8, kNow), 0u) << "another thing";
  ReleaseFrom(&head, 7);
  EXPECT_EQ(CountIn(&head, 7, kNow), 1u) << "still the same day";
}

TEST(Tally, ADayLaterItBeginsAnewUnlessSomethingIsHeld) {
  v1::InboxRecord head;
  for (uint32_t i = 0; i < kShownADay + 3; ++i) CountIn(&head, 7, kNow);
  EXPECT_EQ(CountIn(&head, 7, kNow + kADay), 4u) << "an older one must not be shown after it";
  ReleaseFrom(&head, 7);
  EXPECT_EQ(CountIn(&head, 7, kNow + kADay), 0u);
}

TEST(Tally, ForgetsTheLongestUnusedButNothingHeld) {
  v1::InboxRecord head;
  for (uint32_t i = 0; i <= kShownADay; ++i) CountIn(&head, 1, kNow);
  for (uint64_t name = 2; name < 1'000; ++name) CountIn(&head, name, kNow);
  EXPECT_EQ(head.tallies_size(), kMostTallies);
  EXPECT_EQ(CountIn(&head, 1, kNow), 2u);
  // With all of them held there is no room for another one: it is shown, however often.
  const v1::InboxRecord before = head;
  for (const v1::TallyRecord& tally : before.tallies()) {
    for (uint32_t i = 0; i <= kShownADay; ++i) CountIn(&head, tally.name(), kNow);
  }
  for (int i = 0; i < 20; ++i) EXPECT_EQ(CountIn(&head, 5'000, kNow), 0u);
  EXPECT_EQ(head.tallies_size(), kMostTallies);
}

}  // namespace
}  // namespace baodao::inbox
