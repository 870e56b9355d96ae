#include "services/records/workers/merging.h"

#include <chrono>
#include <utility>

#include "common/log/log.h"
#include "services/records/store/document_index.h"

namespace baodao::records {
namespace {

constexpr Millis kPause{1'000};
constexpr Millis kRest{60'000};  // where there was nothing to merge
// All of an index of a million documents are 150 MB, and ten minutes.
constexpr Millis kAllEvery = std::chrono::hours(24);

}  // namespace

Task<void> MergeForEver(Clock& clock, Database& database) {
  Time all_due = clock.Now();
  for (;;) {
    const bool all = all_due <= clock.Now();
    Database::Work<bool> merge = [all](Connection& connection) {
      return MergeIndex(connection, all);
    };
    const absl::StatusOr<bool> more = co_await database.Write(std::move(merge));
    if (!more.ok()) log::Warn("records.merge_failed", {{"error", more.status().message()}});
    if (all && more.ok()) all_due = clock.Now() + kAllEvery;
    const bool soon = more.ok() && *more;
    co_await clock.SleepFor(soon ? kPause : kRest);
  }
}

}  // namespace baodao::records
