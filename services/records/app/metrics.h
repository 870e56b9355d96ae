// The metrics of records.
#pragma once

#include <map>
#include <string>

#include "common/metrics/metrics.h"

namespace baodao::records {

class RecordsMetrics {
 public:
  explicit RecordsMetrics(metrics::Registry& registry);

  void CountEvents(const std::string& service, int64_t events);

  metrics::Histogram* write_seconds;  // of one transaction, waiting for the writer included
  metrics::Counter* write_failures;   // outages
  metrics::Histogram* batch_size;
  metrics::Gauge* lag_seconds;
  metrics::Gauge* incomplete_streams;
  metrics::Counter* positions_reset;
  metrics::Histogram* areas_seconds;
  metrics::Histogram* archive_seconds;
  metrics::Histogram* history_seconds;
  metrics::Histogram* retired_seconds;
  metrics::Histogram* ledger_seconds;
  metrics::Histogram* statement_seconds;
  metrics::Histogram* unit_seconds;
  metrics::Histogram* unit_report_seconds;
  metrics::Histogram* area_report_seconds;
  metrics::Histogram* summary_seconds;
  metrics::Histogram* search_tasks_seconds;
  metrics::Histogram* search_needs_seconds;
  metrics::Histogram* search_units_seconds;
  metrics::Histogram* search_people_seconds;
  metrics::Counter* read_failures;
  metrics::Counter* retired;

 private:
  std::map<std::string, metrics::Counter*> events_;
};

}  // namespace baodao::records
