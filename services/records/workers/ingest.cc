#include "services/records/workers/ingest.h"

#include <chrono>
#include <utility>

#include "common/status/macros.h"

namespace baodao::records {
namespace {

Batch BatchOf(const std::vector<events::Delivery>& deliveries) {
  Batch batch;
  batch.stream = {deliveries.front().service, deliveries.front().shard};
  batch.previous = StreamId::Parse(deliveries.front().previous);
  for (const events::Delivery& delivery : deliveries) {
    const StreamId id = StreamId::Parse(delivery.id);
    batch.entries.push_back({id, delivery.requeued, RowsOf(delivery.event, id)});
  }
  return batch;
}

}  // namespace

Task<absl::StatusOr<int64_t>> Ingest::Write(Batch batch) {
  const std::shared_ptr<WriteQueue::Waiting> own = queue_->Add(std::move(batch));
  Database::Work<int64_t> together = [queue = queue_, own](Connection& connection) {
    return queue->Write(connection, own);
  };
  absl::StatusOr<int64_t> fresh = co_await Try(std::move(together));
  if (fresh.ok() || !own->with_others) co_return fresh;
  Database::Work<int64_t> alone = [own](Connection& connection) {
    return records::Write(connection, own->batch);
  };
  co_return co_await Try(std::move(alone));
}

Task<absl::StatusOr<int64_t>> Ingest::Try(Database::Work<int64_t> write) {
  absl::StatusOr<int64_t> fresh = co_await database_.Write(std::move(write));
  if (absl::IsUnavailable(fresh.status())) metrics_.write_failures->Increment();
  co_return fresh;
}

Task<absl::Status> Ingest::OnEvents(std::vector<events::Delivery> deliveries) {
  const auto start = std::chrono::steady_clock::now();
  const std::string service = deliveries.front().service;
  const absl::StatusOr<int64_t> fresh = co_await Write(BatchOf(deliveries));
  CO_RETURN_IF_ERROR(fresh.status());
  metrics_.CountEvents(service, *fresh);
  metrics_.batch_size->Observe(static_cast<double>(deliveries.size()));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  metrics_.write_seconds->Observe(took.count());
  co_return absl::OkStatus();
}

}  // namespace baodao::records
