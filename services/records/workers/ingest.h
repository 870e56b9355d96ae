// Events into the archive, each exactly once.
#pragma once

#include <absl/status/status.h>

#include <vector>

#include "common/async/task.h"
#include "common/events/consumer.h"
#include "services/records/app/metrics.h"
#include "services/records/store/database.h"

namespace baodao::records {

// Loop thread only.
class Ingest {
 public:
  // Both outlive it.
  Ingest(Database& database, RecordsMetrics& metrics) : database_(database), metrics_(metrics) {}

  // For events::NewBatchConsumer. OK once all of them are on disk. ABORTED as Write.
  Task<absl::Status> OnEvents(std::vector<events::Delivery> deliveries);

 private:
  Database& database_;
  RecordsMetrics& metrics_;
};

}  // namespace baodao::records
