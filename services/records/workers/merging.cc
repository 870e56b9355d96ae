#include "services/records/workers/merging.h"

#include <utility>

#include "common/log/log.h"
#include "services/records/store/document_index.h"

namespace baodao::records {
namespace {

constexpr Millis kPause{1'000};
constexpr Millis kRest{60'000};  // where there was nothing to merge

}  // namespace

Task<void> MergeForEver(Clock& clock, Database& database) {
  for (;;) {
    Database::Work<bool> merge = MergeIndex;
    const absl::StatusOr<bool> more = co_await database.Write(std::move(merge));
    if (!more.ok()) log::Warn("records.merge_failed", {{"error", more.status().message()}});
    const bool soon = more.ok() && *more;
    co_await clock.SleepFor(soon ? kPause : kRest);
  }
}

}  // namespace baodao::records
