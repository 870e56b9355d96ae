// The room that is left for the file of the database.
#pragma once

#include <string>

#include "common/async/task.h"
#include "common/clock/clock.h"
#include "common/metrics/metrics.h"

namespace baodao::records {

// Tells it for ever; cancel it.
Task<void> WatchDisk(Clock& clock, metrics::Registry& metrics, std::string file);

}  // namespace baodao::records
