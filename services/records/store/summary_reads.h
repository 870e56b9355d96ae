// The work that waits now.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "services/records/store/connection.h"

namespace baodao::records {

// The things that wait for the same.
struct WaitingCount {
  int64_t count = 0;
  int64_t oldest_ms = 0;  // 0: none

  void Add(int64_t more, int64_t since_ms);
};

// As GetAreaSummaryResponse says.
struct AreaSummary {
  WaitingCount pending_registrations;
  WaitingCount submitted_needs;
  WaitingCount accepted_needs;
  WaitingCount returned_needs;
  WaitingCount open_tasks;
  WaitingCount short_tasks;
  WaitingCount escalated_tasks;
  WaitingCount running_tasks;
  WaitingCount unrated_tasks;
  WaitingCount low_rated_tasks;
  WaitingCount open_offers;
};

// The desks of these areas, all of one moment.
absl::StatusOr<AreaSummary> ReadSummary(Connection& connection,
                                        const std::vector<std::string>& areas);

}  // namespace baodao::records
