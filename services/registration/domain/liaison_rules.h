// The liaisons of a unit, and the changes of them that wait for a coordinator.
#pragma once

#include <absl/status/status.h>

#include <optional>
#include <string>

#include "baodao/registration/v1/records.pb.h"
#include "common/clock/clock.h"

namespace baodao::registration {

// Those who wait to be added among them.
inline constexpr int kMaxLiaisons = 5;
// How long a change waits for a coordinator.
inline constexpr Millis kConfirmLiaisonWithin = std::chrono::hours(24 * 14);

// A change that somebody asks for.
struct LiaisonWord {
  std::string person_id;  // who is to speak for the unit, or not any more
  std::string caller_id;
  // A coordinator of the unit's area who is no liaison of it.
  bool by_coordinator = false;
  // The unit has reported once, wherever it is registered now.
  bool has_reported = false;
};

// Whether the word is done at once: a coordinator's, of a unit that has never reported, or of who
// leaves by themself; otherwise it waits.
bool TakesEffect(const v1::Unit& unit, const LiaisonWord& word, bool removal);

// ALREADY_LIAISON, LIAISON_CHANGE_WAITS, TOO_MANY_LIAISONS.
absl::Status ProposeLiaison(const LiaisonWord& word, Time now, v1::Unit* unit);
// NOT_A_LIAISON, LIAISON_CHANGE_WAITS, LAST_LIAISON.
absl::Status ProposeRemoval(const LiaisonWord& word, Time now, v1::Unit* unit);
// NO_LIAISON_CHANGE, OWN_LIAISON_CHANGE, LAST_LIAISON.
absl::Status DecideLiaisonChange(const LiaisonWord& word, bool approved, v1::Unit* unit);

// This person alone, or nobody, speaks for the unit; no change waits.
void SetLiaison(const std::string& person_id, v1::Unit* unit);

// This person, who is there no more, speaks for the unit no more: also where nobody else does.
void DropLiaison(const std::string& person_id, Time now, v1::Unit* unit);

// When the first change lapses, and takes out those that have by then.
std::optional<Time> NextLiaisonLapse(const v1::UnitRecord& record);
void LapseLiaisonChanges(Time now, v1::Unit* unit);

}  // namespace baodao::registration
