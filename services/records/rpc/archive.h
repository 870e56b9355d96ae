// ArchiveService.
#pragma once

#include <absl/status/statusor.h>

#include "baodao/records/v1/archive.pb.h"
#include "common/rpc/context.h"
#include "common/rpc/router.h"
#include "services/records/app/horizon.h"
#include "services/records/app/metrics.h"
#include "services/records/store/database.h"

namespace baodao::records {

class ArchiveHandlers {
 public:
  // All outlive the handlers.
  ArchiveHandlers(Database& database, const Horizon& horizon, RecordsMetrics& metrics)
      : database_(database), horizon_(horizon), metrics_(metrics) {}

  void Register(rpc::Router* router);

  Task<absl::StatusOr<v1::ListArchivedTasksResponse>> ListArchivedTasks(
      rpc::CallContext context, v1::ListArchivedTasksRequest request);
  Task<absl::StatusOr<v1::ListArchivedBalancesResponse>> ListArchivedBalances(
      rpc::CallContext context, v1::ListArchivedBalancesRequest request);

 private:
  Database& database_;
  const Horizon& horizon_;
  RecordsMetrics& metrics_;
};

}  // namespace baodao::records
