// Memory, CPU and files of the process, read from /proc when Prometheus asks.
#pragma once

#include <prometheus/collectable.h>

#include <memory>

namespace baodao::metrics {

// process_cpu_seconds_total, process_resident_memory_bytes, process_open_fds,
// process_start_time_seconds. Values that cannot be read are left out.
std::shared_ptr<prometheus::Collectable> ProcessMetrics();

}  // namespace baodao::metrics
