// Every pair of standing and event against the machine, written down once more.
#include "common/enrollment/standings.h"

#include <gtest/gtest.h>

#include "common/testing/machine.h"

namespace baodao::enrollment {
namespace {

TEST(StandingsTest, EveryPair) {
  using enum v1::Standing;
  using enum Event;
  testing::CheckEveryPair(kStandingMachine,
                          {{{STANDING_UNSPECIFIED, kJoin}, STANDING_IN},
                           {{STANDING_UNSPECIFIED, kQueue}, STANDING_WAITING},
                           {{STANDING_UNSPECIFIED, kOffer}, STANDING_OFFERED},
                           {{STANDING_UNSPECIFIED, kAdmit}, STANDING_IN},
                           {{STANDING_OFFERED, kJoin}, STANDING_IN},
                           {{STANDING_OFFERED, kQueue}, STANDING_WAITING},
                           {{STANDING_OFFERED, kAccept}, STANDING_IN},
                           {{STANDING_OFFERED, kAdmit}, STANDING_IN},
                           {{STANDING_OFFERED, kDecline}, STANDING_UNSPECIFIED},
                           {{STANDING_OFFERED, kLapse}, STANDING_UNSPECIFIED},
                           {{STANDING_OFFERED, kRelease}, STANDING_UNSPECIFIED},
                           {{STANDING_WAITING, kPromote}, STANDING_OFFERED},
                           {{STANDING_WAITING, kAdmit}, STANDING_IN},
                           {{STANDING_WAITING, kLeave}, STANDING_UNSPECIFIED},
                           {{STANDING_WAITING, kRelease}, STANDING_UNSPECIFIED},
                           {{STANDING_IN, kLeave}, STANDING_UNSPECIFIED},
                           {{STANDING_IN, kRelease}, STANDING_UNSPECIFIED}},
                          kRelease);
}

TEST(StandingsTest, UnknownStandingsHaveNoWayOut) {
  EXPECT_FALSE(kStandingMachine.Next(static_cast<v1::Standing>(99), Event::kLeave).has_value());
}

}  // namespace
}  // namespace baodao::enrollment
