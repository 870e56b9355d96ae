#include "services/inbox/rpc/hub.h"

#include <gtest/gtest.h>

#include <memory>

namespace baodao::inbox {
namespace {

TEST(Hub, WakesTheWatchersOfOneOwnerOnly) {
  Hub hub;
  int a = 0, b = 0;
  const auto first = hub.Add("per_a", [&] { ++a; });
  const auto second = hub.Add("per_a", [&] { ++a; });
  const auto other = hub.Add("per_b", [&] { ++b; });
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
    const auto subscription = hub.Add("per_a", [&] { ++woken; });
    EXPECT_EQ(hub.watchers("per_a"), 1u);
  }
  hub.Wake("per_a");
  EXPECT_EQ(woken, 0);
  EXPECT_EQ(hub.watchers("per_a"), 0u);
  EXPECT_EQ(hub.size(), 0u);
}

}  // namespace
}  // namespace baodao::inbox
