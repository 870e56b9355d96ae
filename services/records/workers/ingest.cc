#include "services/records/workers/ingest.h"

#include <chrono>
#include <memory>
#include <utility>

#include "services/records/store/archive.h"

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

Task<absl::Status> Ingest::OnEvents(std::vector<events::Delivery> deliveries) {
  const auto start = std::chrono::steady_clock::now();
  const std::string service = deliveries.front().service;
  auto batch = std::make_shared<const Batch>(BatchOf(deliveries));
  Database::Work<int64_t> write = [batch](Connection& connection) {
    return records::Write(connection, *batch);
  };
  const absl::StatusOr<int64_t> fresh = co_await database_.Write(std::move(write));
  if (!fresh.ok()) {
    if (absl::IsUnavailable(fresh.status())) metrics_.write_failures->Increment();
    co_return fresh.status();
  }
  metrics_.CountEvents(service, *fresh);
  metrics_.batch_size->Observe(static_cast<double>(deliveries.size()));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  metrics_.write_seconds->Observe(took.count());
  co_return absl::OkStatus();
}

}  // namespace baodao::records
