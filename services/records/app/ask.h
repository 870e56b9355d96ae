// Measures the questions that people ask.
#pragma once

#include <absl/status/statusor.h>

#include <chrono>
#include <utility>

#include "common/async/task.h"
#include "services/records/app/metrics.h"
#include "services/records/store/database.h"

namespace baodao::records {

// Reads from the database; `seconds` hears how long that took, the wait for a thread included.
template <class T>
Task<absl::StatusOr<T>> Ask(Database& database, RecordsMetrics& metrics,
                            metrics::Histogram* seconds, Database::Work<T> work) {
  const auto start = std::chrono::steady_clock::now();
  absl::StatusOr<T> answer = co_await database.Read(std::move(work));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  seconds->Observe(took.count());
  if (!answer.ok()) metrics.read_failures->Increment();
  co_return answer;
}

}  // namespace baodao::records
