// Changes of the people of a unit, told and checked.
#pragma once

#include <absl/status/status.h>

#include <string>

#include "common/async/task.h"
#include "services/registration/app/app.h"

namespace baodao::registration {

// UNKNOWN_REFERENCE of the field where there is no such person; an empty id is nobody.
Task<absl::Status> CheckPersonKnown(App& app, std::string field, std::string person_id);

// Announces every difference between the liaisons, and the changes of them that wait. `comment`:
// why a change that waited is not made.
void TellOfLiaisons(const v1::Unit& before, const v1::Unit& after, const std::string& comment,
                    record::Transaction& transaction);

// Ends the changes that nobody answered in time.
Task<absl::Status> LapseLiaisons(record::Transaction& transaction,
                                 record::Versioned<v1::UnitRecord> before);

}  // namespace baodao::registration
