#include "services/registration/domain/registration_machine.h"

#include <gtest/gtest.h>

#include <map>
#include <utility>

#include "common/testing/machine.h"

namespace baodao::registration {
namespace {

using enum RegistrationEvent;

// The state machine in the protos, written down a second time: PENDING → ACTIVE ⇄ SUSPENDED →
// ENDED; PENDING → REJECTED; ended by withdrawal, dismissal, transfer, expiry, lapse.
const std::map<std::pair<v1::RegistrationState, RegistrationEvent>, v1::RegistrationState>
    kExpected = {
        {{v1::REGISTRATION_STATE_PENDING, kApprove}, v1::REGISTRATION_STATE_ACTIVE},
        {{v1::REGISTRATION_STATE_PENDING, kReject}, v1::REGISTRATION_STATE_REJECTED},
        {{v1::REGISTRATION_STATE_PENDING, kWithdraw}, v1::REGISTRATION_STATE_ENDED},
        {{v1::REGISTRATION_STATE_PENDING, kDismiss}, v1::REGISTRATION_STATE_ENDED},
        {{v1::REGISTRATION_STATE_PENDING, kLapse}, v1::REGISTRATION_STATE_ENDED},
        {{v1::REGISTRATION_STATE_PENDING, kTransfer}, v1::REGISTRATION_STATE_ENDED},
        {{v1::REGISTRATION_STATE_PENDING, kExpire}, v1::REGISTRATION_STATE_ENDED},
        {{v1::REGISTRATION_STATE_ACTIVE, kSuspend}, v1::REGISTRATION_STATE_SUSPENDED},
        {{v1::REGISTRATION_STATE_ACTIVE, kWithdraw}, v1::REGISTRATION_STATE_ENDED},
        {{v1::REGISTRATION_STATE_ACTIVE, kDismiss}, v1::REGISTRATION_STATE_ENDED},
        {{v1::REGISTRATION_STATE_ACTIVE, kTransfer}, v1::REGISTRATION_STATE_ENDED},
        {{v1::REGISTRATION_STATE_ACTIVE, kExpire}, v1::REGISTRATION_STATE_ENDED},
        {{v1::REGISTRATION_STATE_SUSPENDED, kResume}, v1::REGISTRATION_STATE_ACTIVE},
        {{v1::REGISTRATION_STATE_SUSPENDED, kDismiss}, v1::REGISTRATION_STATE_ENDED},
        {{v1::REGISTRATION_STATE_SUSPENDED, kExpire}, v1::REGISTRATION_STATE_ENDED},
};

TEST(RegistrationMachine, EveryPairOfStateAndEvent) {
  testing::CheckEveryPair(kRegistrationMachine, kExpected, kLapse);
}

TEST(RegistrationMachine, NothingLeavesAFinalState) {
  for (const auto& row : kRegistrationMachine.rows()) EXPECT_TRUE(IsLive(row.from));
  EXPECT_FALSE(IsLive(v1::REGISTRATION_STATE_ENDED));
  EXPECT_FALSE(IsLive(v1::REGISTRATION_STATE_REJECTED));
}

TEST(RegistrationMachine, EveryStateThatIsLiveIsLeftByPeopleAndByTime) {
  for (int state = 0; state < v1::RegistrationState_ARRAYSIZE; ++state) {
    const auto from = static_cast<v1::RegistrationState>(state);
    if (!IsLive(from)) continue;
    EXPECT_EQ(kRegistrationMachine.Next(from, kDismiss), v1::REGISTRATION_STATE_ENDED)
        << record::StateName(from);
    EXPECT_EQ(kRegistrationMachine.Next(from, kExpire), v1::REGISTRATION_STATE_ENDED)
        << record::StateName(from);
  }
}

TEST(RegistrationMachine, OnlyWhoeverWasLetInIsWithinReach) {
  EXPECT_FALSE(GivesReach(v1::REGISTRATION_STATE_PENDING));
  EXPECT_TRUE(GivesReach(v1::REGISTRATION_STATE_ACTIVE));
  EXPECT_TRUE(GivesReach(v1::REGISTRATION_STATE_SUSPENDED));
  EXPECT_FALSE(GivesReach(v1::REGISTRATION_STATE_ENDED));
  EXPECT_FALSE(GivesReach(v1::REGISTRATION_STATE_REJECTED));
}

TEST(RegistrationMachine, NamesStates) {
  EXPECT_EQ(record::StateName(v1::REGISTRATION_STATE_PENDING), "PENDING");
  EXPECT_EQ(record::StateName(v1::REGISTRATION_STATE_ENDED), "ENDED");
}

}  // namespace
}  // namespace baodao::registration
