// The state of a unit's claim of slots, and how it and its task are counted.
#pragma once

#include <string>

#include "baodao/dispatch/v1/records.pb.h"
#include "common/clock/clock.h"
#include "common/record/machine.h"

namespace baodao::dispatch {

enum class UnitClaimEvent {
  kClaim,
  kSettle,    // the naming is over
  kLapse,     // and nobody was named
  kWithdraw,  // by the unit, or a coordinator
  kRelease,   // the task was cancelled, or expired
  kReport,    // it is closed, and all hours are credited
};

inline constexpr record::Machine<v1::UnitClaimState, UnitClaimEvent> kUnitClaimMachine = [] {
  using enum UnitClaimEvent;
  return record::Machine<v1::UnitClaimState, UnitClaimEvent>(
      v1::UNIT_CLAIM_STATE_UNSPECIFIED,
      {
          {v1::UNIT_CLAIM_STATE_UNSPECIFIED, kClaim, v1::UNIT_CLAIM_STATE_OPEN},
          {v1::UNIT_CLAIM_STATE_LAPSED, kClaim, v1::UNIT_CLAIM_STATE_OPEN},
          {v1::UNIT_CLAIM_STATE_WITHDRAWN, kClaim, v1::UNIT_CLAIM_STATE_OPEN},
          {v1::UNIT_CLAIM_STATE_OPEN, kSettle, v1::UNIT_CLAIM_STATE_NAMED},
          {v1::UNIT_CLAIM_STATE_OPEN, kLapse, v1::UNIT_CLAIM_STATE_LAPSED},
          {v1::UNIT_CLAIM_STATE_OPEN, kWithdraw, v1::UNIT_CLAIM_STATE_WITHDRAWN},
          {v1::UNIT_CLAIM_STATE_OPEN, kRelease, v1::UNIT_CLAIM_STATE_RELEASED},
          {v1::UNIT_CLAIM_STATE_NAMED, kWithdraw, v1::UNIT_CLAIM_STATE_WITHDRAWN},
          {v1::UNIT_CLAIM_STATE_NAMED, kRelease, v1::UNIT_CLAIM_STATE_RELEASED},
          {v1::UNIT_CLAIM_STATE_NAMED, kReport, v1::UNIT_CLAIM_STATE_REPORTED},
      });
}();

// Null where the unit has none.
const v1::UnitClaim* FindClaim(const v1::TaskRecord& record, const std::string& unit_id);
v1::UnitClaim* FindClaim(v1::TaskRecord* record, const std::string& unit_id);

// `by` more of the task's slots are held for the unit, or fewer.
void HoldSlots(int by, v1::UnitClaim* claim, v1::Task* task);
// Somebody is put on one of the slots held.
void FillSlot(const std::string& unit_id, v1::TaskRecord* record);
// Somebody whom the unit had named takes a slot again.
void CountNamed(const std::string& unit_id, v1::TaskRecord* record);
// Somebody whom the unit had named has left a slot. The unit holds it as long as it may name
// others, unless the slot was `handed_on` to whoever came in their place.
void CountLeft(const std::string& unit_id, bool handed_on, Time now, v1::TaskRecord* record);

}  // namespace baodao::dispatch
