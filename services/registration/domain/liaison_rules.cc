#include "services/registration/domain/liaison_rules.h"

#include <algorithm>

#include "common/clock/timestamp.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/units/liaisons.h"

namespace baodao::registration {
namespace {

using google::protobuf::RepeatedPtrField;

const v1::LiaisonChange* FindChange(const v1::Unit& unit, const std::string& person_id) {
  const auto found =
      std::ranges::find(unit.liaison_changes(), person_id, &v1::LiaisonChange::person_id);
  return found == unit.liaison_changes().end() ? nullptr : &*found;
}

void DropChange(const std::string& person_id, v1::Unit* unit) {
  auto& changes = *unit->mutable_liaison_changes();
  const auto found = std::ranges::find(changes, person_id, &v1::LiaisonChange::person_id);
  if (found != changes.end()) changes.erase(found);
}

void NoteFirst(v1::Unit* unit) {
  unit->set_liaison_id(unit->liaison_ids().empty() ? "" : unit->liaison_ids(0));
}

absl::Status TakeAway(const std::string& person_id, v1::Unit* unit) {
  RepeatedPtrField<std::string>& ids = *unit->mutable_liaison_ids();
  if (ids.size() == 1) return Refuse(Reason::LAST_LIAISON);
  ids.erase(std::ranges::find(ids, person_id));
  NoteFirst(unit);
  return absl::OkStatus();
}

void Add(const std::string& person_id, v1::Unit* unit) {
  unit->add_liaison_ids(person_id);
  NoteFirst(unit);
}

void Wait(const LiaisonWord& word, bool removal, Time now, v1::Unit* unit) {
  v1::LiaisonChange& change = *unit->add_liaison_changes();
  change.set_person_id(word.person_id);
  change.set_removal(removal);
  change.set_proposer_id(word.caller_id);
  *change.mutable_create_time() = ToTimestamp(now);
}

}  // namespace

bool TakesEffect(const v1::Unit& unit, const LiaisonWord& word, bool removal) {
  const bool has_reported = word.has_reported || !unit.area_codes().empty();
  return word.by_coordinator || !has_reported || (removal && word.person_id == word.caller_id);
}

absl::Status ProposeLiaison(const LiaisonWord& word, Time now, v1::Unit* unit) {
  const v1::LiaisonChange* const waits = FindChange(*unit, word.person_id);
  const bool at_once = TakesEffect(*unit, word, false);
  if (units::IsLiaison(*unit, word.person_id)) {
    if (waits == nullptr) return Refuse(Reason::ALREADY_LIAISON);
    DropChange(word.person_id, unit);
    return absl::OkStatus();
  }
  if (waits != nullptr && !at_once) return Refuse(Reason::LIAISON_CHANGE_WAITS);
  if (waits == nullptr) {
    const auto adding =
        std::ranges::count(unit->liaison_changes(), false, &v1::LiaisonChange::removal);
    if (unit->liaison_ids_size() + adding >= kMaxLiaisons) {
      return Refuse(Reason::TOO_MANY_LIAISONS, {{"max", std::to_string(kMaxLiaisons)}});
    }
  }
  DropChange(word.person_id, unit);
  if (at_once) {
    Add(word.person_id, unit);
  } else {
    Wait(word, false, now, unit);
  }
  return absl::OkStatus();
}

absl::Status ProposeRemoval(const LiaisonWord& word, Time now, v1::Unit* unit) {
  const v1::LiaisonChange* const waits = FindChange(*unit, word.person_id);
  if (!units::IsLiaison(*unit, word.person_id)) {
    if (waits == nullptr) return Refuse(Reason::NOT_A_LIAISON);
    DropChange(word.person_id, unit);
    return absl::OkStatus();
  }
  if (TakesEffect(*unit, word, true)) {
    RETURN_IF_ERROR(TakeAway(word.person_id, unit));
    DropChange(word.person_id, unit);
    return absl::OkStatus();
  }
  if (waits != nullptr) return Refuse(Reason::LIAISON_CHANGE_WAITS);
  if (unit->liaison_ids_size() == 1) return Refuse(Reason::LAST_LIAISON);
  Wait(word, true, now, unit);
  return absl::OkStatus();
}

absl::Status DecideLiaisonChange(const LiaisonWord& word, bool approved, v1::Unit* unit) {
  const v1::LiaisonChange* const waits = FindChange(*unit, word.person_id);
  if (waits == nullptr) return Refuse(Reason::NO_LIAISON_CHANGE);
  const bool own = word.caller_id == word.person_id || word.caller_id == waits->proposer_id() ||
                   units::IsLiaison(*unit, word.caller_id);
  if (own) return Refuse(Reason::OWN_LIAISON_CHANGE);
  if (approved && waits->removal()) RETURN_IF_ERROR(TakeAway(word.person_id, unit));
  if (approved && !waits->removal()) Add(word.person_id, unit);
  DropChange(word.person_id, unit);
  return absl::OkStatus();
}

void SetLiaison(const std::string& person_id, v1::Unit* unit) {
  unit->clear_liaison_ids();
  unit->clear_liaison_changes();
  if (!person_id.empty()) unit->add_liaison_ids(person_id);
  NoteFirst(unit);
}

void DropLiaison(const std::string& person_id, Time now, v1::Unit* unit) {
  RepeatedPtrField<std::string>& ids = *unit->mutable_liaison_ids();
  ids.erase(std::remove(ids.begin(), ids.end(), person_id), ids.end());
  DropChange(person_id, unit);
  NoteFirst(unit);
  *unit->mutable_update_time() = ToTimestamp(now);
}

std::optional<Time> NextLiaisonLapse(const v1::UnitRecord& record) {
  std::optional<Time> next;
  for (const v1::LiaisonChange& change : record.unit().liaison_changes()) {
    const Time lapses = ToTime(change.create_time()) + kConfirmLiaisonWithin;
    next = std::min(next.value_or(lapses), lapses);
  }
  return next;
}

void LapseLiaisonChanges(Time now, v1::Unit* unit) {
  auto& changes = *unit->mutable_liaison_changes();
  const auto lapsed = [now](const v1::LiaisonChange& change) {
    return ToTime(change.create_time()) + kConfirmLiaisonWithin <= now;
  };
  changes.erase(std::remove_if(changes.begin(), changes.end(), lapsed), changes.end());
}

}  // namespace baodao::registration
