// SummaryService.
#pragma once

#include <absl/status/statusor.h>

#include "baodao/records/v1/summary.pb.h"
#include "common/areas/feed.h"
#include "common/rpc/context.h"
#include "common/rpc/router.h"
#include "services/records/app/horizon.h"
#include "services/records/app/metrics.h"
#include "services/records/store/database.h"

namespace baodao::records {

class SummaryHandlers {
 public:
  // All outlive the handlers.
  SummaryHandlers(Database& database, const Horizon& horizon, areas::AreaTreeFeed& areas,
                  RecordsMetrics& metrics)
      : database_(database), horizon_(horizon), areas_(areas), metrics_(metrics) {}

  void Register(rpc::Router* router);

  Task<absl::StatusOr<v1::GetAreaSummaryResponse>> GetAreaSummary(
      rpc::CallContext context, v1::GetAreaSummaryRequest request);

 private:
  Database& database_;
  const Horizon& horizon_;
  areas::AreaTreeFeed& areas_;
  RecordsMetrics& metrics_;
};

}  // namespace baodao::records
