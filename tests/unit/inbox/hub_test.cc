#include "services/inbox/app/hub.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "common/status/status.h"
#include "common/testing/matchers.h"

namespace baodao::inbox {
namespace {

Watcher Woken(int* count) {
  return {"", [count] { ++*count; }, [](const absl::Status&) {}};
}

TEST(Hub, WakesTheWatchersOfOneOwnerOnly) {
  Hub hub;
  int a = 0, b = 0;
  const auto first = hub.Add("per_a", Woken(&a), 10);
  const auto second = hub.Add("per_a", Woken(&a), 10);
  const auto other = hub.Add("per_b", Woken(&b), 10);
  hub.Wake("per_a");
  EXPECT_EQ(a, 2);
  EXPECT_EQ(b, 0);
  hub.Wake("per_nobody");
  hub.WakeAll();
  EXPECT_EQ(a, 3 + 1);
  EXPECT_EQ(b, 1);
}

TEST(Hub, ForgetsWatchersThatAreGone) {
  Hub hub;
  int woken = 0;
  {
    const auto subscription = hub.Add("per_a", Woken(&woken), 10);
    EXPECT_EQ(hub.watchers("per_a"), 1u);
  }
  hub.Wake("per_a");
  EXPECT_EQ(woken, 0);
  EXPECT_EQ(hub.watchers("per_a"), 0u);
  EXPECT_EQ(hub.size(), 0u);
}

// The eleventh used to be refused, for as long as dead connections held the places.
TEST(Hub, ANewWatcherTakesThePlaceOfTheOldestOfItsSessionOrOfAll) {
  Hub hub;
  std::string ended;
  const auto watcher = [&ended](const std::string& session, const std::string& name) {
    return Watcher{session, [] {},
                   [&ended, name](const absl::Status& why) {
                     EXPECT_THAT(why, testing::IsRefusal(Reason::REPLACED_BY_NEWER_STREAM)) << why;
                     ended += name;
                   }};
  };
  const auto a = hub.Add("per_a", watcher("ses_1", "a"), 3);
  const auto b = hub.Add("per_a", watcher("ses_2", "b"), 3);
  const auto c = hub.Add("per_a", watcher("ses_2", "c"), 3);
  EXPECT_EQ(ended, "");
  const auto other = hub.Add("per_b", watcher("ses_3", "o"), 3);
  const auto d = hub.Add("per_a", watcher("ses_2", "d"), 3);
  EXPECT_EQ(ended, "b");
  const auto e = hub.Add("per_a", watcher("ses_4", "e"), 3);
  EXPECT_EQ(ended, "ba");
  const auto f = hub.Add("per_a", watcher("", "f"), 3);
  EXPECT_EQ(ended, "bac");
  EXPECT_EQ(hub.watchers("per_a"), 3u);
  EXPECT_EQ(hub.size(), 4u);
}

}  // namespace
}  // namespace baodao::inbox
