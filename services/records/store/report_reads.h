// The facts that reports are made of, added up while they are read.
#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <vector>

#include "services/records/domain/area_report.h"
#include "services/records/domain/unit_report.h"
#include "services/records/store/connection.h"

namespace baodao::records {

// Adds all that happened in these areas in the period to the tally. Answers how many rows were
// read.
absl::StatusOr<int64_t> ReadAreaReport(Connection& connection,
                                       const std::vector<std::string>& areas, const Period& period,
                                       AreaTally* tally);

// The same of the people of a unit, everywhere.
absl::StatusOr<int64_t> ReadUnitReport(Connection& connection, const std::string& unit_id,
                                       const Period& period, UnitTally* tally);

struct UnitFact {
  std::string name;
  std::vector<std::string> liaison_ids;
  std::vector<std::string> areas;  // that it has reported to, each once
};

// Nothing for a unit that is not known.
absl::StatusOr<std::optional<UnitFact>> ReadUnit(Connection& connection,
                                                 const std::string& unit_id);

}  // namespace baodao::records
