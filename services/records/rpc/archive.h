// ArchiveService.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "baodao/records/v1/archive.pb.h"
#include "common/clock/clock.h"
#include "common/crypto/key_ring.h"
#include "common/rpc/context.h"
#include "common/rpc/router.h"
#include "services/records/app/horizon.h"
#include "services/records/app/metrics.h"
#include "services/records/store/database.h"

namespace baodao::records {

class ArchiveHandlers {
 public:
  // All outlive the handlers.
  ArchiveHandlers(Database& database, const Horizon& horizon, const crypto::KeyRing& ring,
                  Clock& clock, RecordsMetrics& metrics)
      : database_(database), horizon_(horizon), ring_(ring), clock_(clock), metrics_(metrics) {}

  void Register(rpc::Router* router);

  Task<absl::StatusOr<v1::ListArchivedTasksResponse>> ListArchivedTasks(
      rpc::CallContext context, v1::ListArchivedTasksRequest request);
  Task<absl::StatusOr<v1::ListArchivedBalancesResponse>> ListArchivedBalances(
      rpc::CallContext context, v1::ListArchivedBalancesRequest request);

  Task<absl::StatusOr<v1::RestoreRecordsResponse>> RestoreRecords(
      rpc::CallContext context, v1::RestoreRecordsRequest request);

 private:
  template <class Response, class Row, class Request>
  Task<absl::StatusOr<Response>> Page(
      rpc::CallContext context, Request request,
      absl::StatusOr<std::vector<Row>> (*read)(Connection&, const std::string& after, int64_t size),
      std::string Row::*id, void (*show)(const Row& row, Response* response));

  Database& database_;
  const Horizon& horizon_;
  const crypto::KeyRing& ring_;  // of page tokens
  Clock& clock_;
  RecordsMetrics& metrics_;
};

}  // namespace baodao::records
