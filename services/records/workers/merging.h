// The index of words in few parts.
#pragma once

#include "common/async/task.h"
#include "common/clock/clock.h"
#include "services/records/store/database.h"

namespace baodao::records {

// Merges for ever, a little a second, between what is written: parts of a like size, and once a day
// all of them. Cancel it. For SQLite.
Task<void> MergeForEver(Clock& clock, Database& database);

}  // namespace baodao::records
