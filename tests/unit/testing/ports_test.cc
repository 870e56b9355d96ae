#include "common/testing/ports.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <vector>

namespace baodao::testing {
namespace {

// Two tests took the same ports, and each failed of the other now and then.
TEST(PortsTest, AreNobodyElsesWhileTheyAreHeld) {
  std::vector<std::unique_ptr<Ports>> held;
  std::set<int> blocks;
  for (int i = 0; i < 250; ++i) {
    held.push_back(std::make_unique<Ports>(2000));
    EXPECT_TRUE(blocks.insert(held.back()->first()).second);
    EXPECT_TRUE(blocks.insert(held.back()->first() + 2000).second);
  }
}

}  // namespace
}  // namespace baodao::testing
