// The commit behind DiagnosticsService.Commit: what a typical small mutation costs, through
// everything.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>

#include "common/async/task.h"
#include "common/clock/clock.h"
#include "common/rpc/context.h"
#include "common/store/store.h"

namespace baodao::service {

// Writes the record `key` (300 bytes), one index entry, one event and the kept answer, in keys of
// its own that nothing else reads. Answers the record's new version.
Task<absl::StatusOr<int64_t>> SelfTestCommit(store::Store& store, Clock& clock,
                                             rpc::CallContext context, std::string request_id,
                                             std::string key);

}  // namespace baodao::service
