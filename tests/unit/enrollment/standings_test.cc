// Every pair of standing and event against the machine, written down once more.
#include "common/enrollment/standings.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>

namespace baodao::enrollment {
namespace {

TEST(StandingsTest, EveryPair) {
  const std::map<std::pair<v1::Standing, std::string>, v1::Standing> machine = {
      {{v1::STANDING_UNSPECIFIED, "join"}, v1::STANDING_IN},
      {{v1::STANDING_UNSPECIFIED, "queue"}, v1::STANDING_WAITING},
      {{v1::STANDING_UNSPECIFIED, "offer"}, v1::STANDING_OFFERED},
      {{v1::STANDING_UNSPECIFIED, "admit"}, v1::STANDING_IN},
      {{v1::STANDING_OFFERED, "join"}, v1::STANDING_IN},
      {{v1::STANDING_OFFERED, "queue"}, v1::STANDING_WAITING},
      {{v1::STANDING_OFFERED, "accept"}, v1::STANDING_IN},
      {{v1::STANDING_OFFERED, "admit"}, v1::STANDING_IN},
      {{v1::STANDING_OFFERED, "decline"}, v1::STANDING_UNSPECIFIED},
      {{v1::STANDING_OFFERED, "lapse"}, v1::STANDING_UNSPECIFIED},
      {{v1::STANDING_OFFERED, "release"}, v1::STANDING_UNSPECIFIED},
      {{v1::STANDING_WAITING, "promote"}, v1::STANDING_OFFERED},
      {{v1::STANDING_WAITING, "admit"}, v1::STANDING_IN},
      {{v1::STANDING_WAITING, "leave"}, v1::STANDING_UNSPECIFIED},
      {{v1::STANDING_WAITING, "release"}, v1::STANDING_UNSPECIFIED},
      {{v1::STANDING_IN, "leave"}, v1::STANDING_UNSPECIFIED},
      {{v1::STANDING_IN, "release"}, v1::STANDING_UNSPECIFIED},
  };
  size_t possible = 0;
  for (int s = 0; s < v1::Standing_ARRAYSIZE; ++s) {
    for (int e = 0; e < kEvents; ++e) {
      const auto standing = static_cast<v1::Standing>(s);
      const auto event = static_cast<Event>(e);
      const auto next = kStandingMachine.Next(standing, event);
      const auto expected = machine.find({standing, std::string(Name(event))});
      const std::string pair = v1::Standing_Name(standing) + " × " + std::string(Name(event));
      ASSERT_EQ(next.has_value(), expected != machine.end()) << pair;
      if (!next) continue;
      EXPECT_EQ(*next, expected->second) << pair;
      ++possible;
    }
  }
  EXPECT_EQ(possible, machine.size());
}

TEST(StandingsTest, UnknownStandingsHaveNoWayOut) {
  EXPECT_FALSE(kStandingMachine.Next(static_cast<v1::Standing>(99), Event::kLeave).has_value());
}

}  // namespace
}  // namespace baodao::enrollment
