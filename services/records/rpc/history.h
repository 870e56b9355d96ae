// HistoryService.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "baodao/records/v1/history.pb.h"
#include "common/areas/feed.h"
#include "common/clock/clock.h"
#include "common/crypto/key_ring.h"
#include "common/rpc/context.h"
#include "common/rpc/router.h"
#include "services/records/app/horizon.h"
#include "services/records/app/metrics.h"
#include "services/records/app/sight.h"
#include "services/records/store/database.h"
#include "services/records/store/reads.h"

namespace baodao::records {

class HistoryHandlers {
 public:
  // All outlive the handlers.
  HistoryHandlers(Database& database, const Horizon& horizon, Sight& sight,
                  areas::AreaTreeFeed& areas, const crypto::KeyRing& ring, Clock& clock,
                  RecordsMetrics& metrics)
      : database_(database),
        horizon_(horizon),
        sight_(sight),
        areas_(areas),
        ring_(ring),
        clock_(clock),
        metrics_(metrics) {}

  void Register(rpc::Router* router);

  Task<absl::StatusOr<v1::ListHistoryResponse>> ListHistory(rpc::CallContext context,
                                                            v1::ListHistoryRequest request);
  Task<absl::StatusOr<v1::ListNeedHistoryResponse>> ListNeedHistory(
      rpc::CallContext context, v1::ListNeedHistoryRequest request);
  Task<absl::StatusOr<v1::ListHistoryResponse>> ListUnitHistory(rpc::CallContext context,
                                                                v1::ListUnitHistoryRequest request);
  Task<absl::StatusOr<v1::GetStatementResponse>> GetStatement(rpc::CallContext context,
                                                              v1::GetStatementRequest request);

 private:
  // One page of what the request asks for.
  template <class Response, class Request, class AnyQuery>
  Task<absl::StatusOr<Response>> Page(rpc::CallContext context, Request request, AnyQuery query);
  // As the area is called now; empty for one that is not known.
  std::string AreaName(const std::string& code) const;
  v1::HistoryItem Show(const HistoryFact& fact) const;
  v1::NeedHistoryItem Show(const NeedHistoryFact& fact) const;
  v1::StatementEntry Show(const StatementFact& fact) const;
  void ShowSums(const Sums& sums, v1::GetStatementResponse* response) const;

  Database& database_;
  const Horizon& horizon_;
  Sight& sight_;
  areas::AreaTreeFeed& areas_;
  const crypto::KeyRing& ring_;  // of page tokens
  Clock& clock_;
  RecordsMetrics& metrics_;
};

}  // namespace baodao::records
