// RetirementService.
#pragma once

#include <absl/status/statusor.h>

#include "baodao/records/v1/retirement.pb.h"
#include "common/clock/clock.h"
#include "common/rpc/context.h"
#include "common/rpc/router.h"
#include "services/records/app/metrics.h"
#include "services/records/store/database.h"

namespace baodao::records {

class RetirementHandlers {
 public:
  // All outlive the handlers.
  RetirementHandlers(Database& database, Clock& clock, RecordsMetrics& metrics)
      : database_(database), clock_(clock), metrics_(metrics) {}

  void Register(rpc::Router* router);

  Task<absl::StatusOr<v1::RetireRecordResponse>> RetireRecord(rpc::CallContext context,
                                                              v1::RetireRecordRequest request);
  Task<absl::StatusOr<v1::RetiredRecord>> GetRetiredRecord(rpc::CallContext context,
                                                           v1::GetRetiredRecordRequest request);
  Task<absl::StatusOr<v1::GetLedgerEntriesResponse>> GetLedgerEntries(
      rpc::CallContext context, v1::GetLedgerEntriesRequest request);

 private:
  Database& database_;
  Clock& clock_;
  RecordsMetrics& metrics_;
};

}  // namespace baodao::records
