#include "services/dispatch/domain/claimed_slots.h"

#include <algorithm>

#include "common/clock/timestamp.h"
#include "services/dispatch/domain/enrollment.h"
#include "services/dispatch/domain/states.h"

namespace baodao::dispatch {

const v1::UnitClaim* FindClaim(const v1::TaskRecord& record, const std::string& unit_id) {
  const auto found = std::ranges::find(record.unit_claims(), unit_id, &v1::UnitClaim::unit_id);
  return found == record.unit_claims().end() ? nullptr : &*found;
}

v1::UnitClaim* FindClaim(v1::TaskRecord* record, const std::string& unit_id) {
  auto& claims = *record->mutable_unit_claims();
  const auto found = std::ranges::find(claims, unit_id, &v1::UnitClaim::unit_id);
  return found == claims.end() ? nullptr : &*found;
}

void HoldSlots(int by, v1::UnitClaim* claim, v1::Task* task) {
  claim->set_open_slots(claim->open_slots() + by);
  task->set_held_count(task->held_count() + by);
}

void FillSlot(const std::string& unit_id, v1::TaskRecord* record) {
  v1::UnitClaim& claim = *FindClaim(record, unit_id);
  HoldSlots(-1, &claim, record->mutable_task());
  claim.set_named(claim.named() + 1);
}

void CountNamed(const std::string& unit_id, v1::TaskRecord* record) {
  v1::UnitClaim* const claim = FindClaim(record, unit_id);
  if (claim != nullptr) claim->set_named(claim->named() + 1);
}

void CountLeft(const std::string& unit_id, bool handed_on, Time now, v1::TaskRecord* record) {
  v1::UnitClaim* const claim = FindClaim(record, unit_id);
  if (claim == nullptr) return;
  claim->set_named(claim->named() - 1);
  const bool naming = claim->state() == v1::UNIT_CLAIM_STATE_OPEN && now < ToTime(claim->name_by());
  const bool free = SeatsOf(record->task()).Free() > 0;
  if (!handed_on && naming && free && IsRecruiting(record->task().state())) {
    HoldSlots(1, claim, record->mutable_task());
  }
}

}  // namespace baodao::dispatch
