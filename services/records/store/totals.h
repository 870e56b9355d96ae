// The archive as a whole, to be compared with the owners.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "services/records/store/connection.h"

namespace baodao::records {

struct TaskState {
  std::string task_id;
  int64_t state = 0;    // dispatch.v1.TaskState
  int64_t retired = 0;  // 1: see store/retired.h
};

// By task_id, at most `size` of those behind `after`.
absl::StatusOr<std::vector<TaskState>> TaskStatesAfter(Connection& connection,
                                                       const std::string& after, int64_t size);

struct Balance {
  std::string person_id;
  int64_t minutes = 0;
  int64_t entries = 0;
};

// By person_id, likewise.
absl::StatusOr<std::vector<Balance>> BalancesAfter(Connection& connection, const std::string& after,
                                                   int64_t size);

}  // namespace baodao::records
