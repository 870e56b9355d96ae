// Events into the archive, each exactly once.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <memory>
#include <vector>

#include "common/async/task.h"
#include "common/events/consumer.h"
#include "services/records/app/metrics.h"
#include "services/records/store/database.h"
#include "services/records/store/write_queue.h"

namespace baodao::records {

// Loop thread only.
class Ingest {
 public:
  // Both outlive it.
  Ingest(Database& database, RecordsMetrics& metrics) : database_(database), metrics_(metrics) {}

  // For events::NewBatchConsumer. OK once all of them are on disk. ABORTED as Write.
  Task<absl::Status> OnEvents(std::vector<events::Delivery> deliveries);

 private:
  // How many came in.
  Task<absl::StatusOr<int64_t>> Write(Batch batch);
  // Counts when it fails.
  Task<absl::StatusOr<int64_t>> Try(Database::Work<int64_t> write);

  Database& database_;
  RecordsMetrics& metrics_;
  // A write under way may outlive this.
  const std::shared_ptr<WriteQueue> queue_ = std::make_shared<WriteQueue>();
};

}  // namespace baodao::records
