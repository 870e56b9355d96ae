#include "services/records/app/metrics.h"

#include "common/events/readers.h"

namespace baodao::records {
namespace {

using metrics::Buckets;
using metrics::Spec;
using metrics::Type;

constexpr Spec kEvents{
    "baodao_records_events_total", Type::kCounter, "Events that came into the archive.", {"from"}};
constexpr Spec kWriteSeconds{"baodao_records_write_seconds", Type::kHistogram,
                             "Writing a batch of events, waiting for its turn included."};
constexpr Spec kWriteFailures{"baodao_records_write_failures_total", Type::kCounter,
                              "Batches of events for which the database was away; they come "
                              "again."};
constexpr Spec kBatchSize{
    "baodao_records_batch_events", Type::kHistogram, "Events of a batch.", {}, Buckets::kCount};
constexpr Spec kLag{"baodao_records_lag_seconds", Type::kGauge,
                    "How far behind answers are: now less their as_of."};
constexpr Spec kIncomplete{"baodao_records_incomplete_streams", Type::kGauge,
                           "Event streams of which the archive lacks a part."};
constexpr Spec kReset{"baodao_records_positions_reset_total", Type::kCounter,
                      "Event streams that ended before what the archive has of them."};
constexpr Spec kQuerySeconds{"baodao_records_query_seconds",
                             Type::kHistogram,
                             "Questions asked of the database, waiting for a thread included.",
                             {"query"}};
constexpr Spec kReadFailures{"baodao_records_read_failures_total", Type::kCounter,
                             "Questions that the database could not answer."};
constexpr Spec kRetired{"baodao_records_retired_total", Type::kCounter,
                        "Records of other services that came to be kept here, or newer versions."};

}  // namespace

RecordsMetrics::RecordsMetrics(metrics::Registry& registry)
    : write_seconds(registry.HistogramOf(kWriteSeconds)),
      write_failures(registry.CounterOf(kWriteFailures)),
      batch_size(registry.HistogramOf(kBatchSize)),
      lag_seconds(registry.GaugeOf(kLag)),
      incomplete_streams(registry.GaugeOf(kIncomplete)),
      positions_reset(registry.CounterOf(kReset)),
      areas_seconds(registry.HistogramOf(kQuerySeconds, {"areas"})),
      archive_seconds(registry.HistogramOf(kQuerySeconds, {"archive"})),
      history_seconds(registry.HistogramOf(kQuerySeconds, {"history"})),
      retired_seconds(registry.HistogramOf(kQuerySeconds, {"retired"})),
      ledger_seconds(registry.HistogramOf(kQuerySeconds, {"ledger"})),
      statement_seconds(registry.HistogramOf(kQuerySeconds, {"statement"})),
      unit_seconds(registry.HistogramOf(kQuerySeconds, {"unit"})),
      unit_report_seconds(registry.HistogramOf(kQuerySeconds, {"unit_report"})),
      area_report_seconds(registry.HistogramOf(kQuerySeconds, {"area_report"})),
      summary_seconds(registry.HistogramOf(kQuerySeconds, {"summary"})),
      search_tasks_seconds(registry.HistogramOf(kQuerySeconds, {"search_tasks"})),
      search_needs_seconds(registry.HistogramOf(kQuerySeconds, {"search_needs"})),
      search_units_seconds(registry.HistogramOf(kQuerySeconds, {"search_units"})),
      search_people_seconds(registry.HistogramOf(kQuerySeconds, {"search_people"})),
      read_failures(registry.CounterOf(kReadFailures)),
      retired(registry.CounterOf(kRetired)) {
  for (const std::string& service : events::ServicesReadBy("records")) {
    events_[service] = registry.CounterOf(kEvents, {service});
  }
}

void RecordsMetrics::CountEvents(const std::string& service, int64_t events) {
  events_.at(service)->Increment(static_cast<double>(events));
}

}  // namespace baodao::records
