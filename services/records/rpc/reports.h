// ReportService.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "baodao/records/v1/report.pb.h"
#include "common/areas/feed.h"
#include "common/rpc/context.h"
#include "common/rpc/router.h"
#include "services/records/app/horizon.h"
#include "services/records/app/metrics.h"
#include "services/records/app/unit_sight.h"
#include "services/records/domain/area_report.h"
#include "services/records/domain/sheet.h"
#include "services/records/domain/unit_report.h"
#include "services/records/store/database.h"

namespace baodao::records {

class ReportHandlers {
 public:
  // All outlive the handlers.
  ReportHandlers(Database& database, const Horizon& horizon, UnitSight& sight,
                 areas::AreaTreeFeed& areas, RecordsMetrics& metrics)
      : database_(database), horizon_(horizon), sight_(sight), areas_(areas), metrics_(metrics) {}

  void Register(rpc::Router* router);

  Task<absl::StatusOr<v1::GetUnitReportResponse>> GetUnitReport(rpc::CallContext context,
                                                                v1::GetUnitReportRequest request);
  Task<absl::Status> ExportUnitReport(rpc::CallContext context, v1::ExportUnitReportRequest request,
                                      rpc::Writer<v1::ReportChunk>& writer);
  Task<absl::StatusOr<v1::GetAreaReportResponse>> GetAreaReport(rpc::CallContext context,
                                                                v1::GetAreaReportRequest request);
  Task<absl::Status> ExportAreaReport(rpc::CallContext context, v1::ExportAreaReportRequest request,
                                      rpc::Writer<v1::ReportChunk>& writer);

 private:
  using UnitPtr = std::shared_ptr<const UnitFact>;
  using AreaNames = std::map<std::string, std::string>;
  // Reads and makes up a report, on a thread of the database.
  template <class T>
  using AreaView = std::function<absl::StatusOr<T>(const AreaReports&)>;
  template <class T>
  using UnitView = std::function<absl::StatusOr<T>(const UnitReport&, const AreaNames&)>;

  template <class T>
  Task<absl::StatusOr<T>> AreaReportAs(rpc::CallContext context, std::string area_code,
                                       common::v1::TimeWindow window, AreaView<T> view);
  template <class T>
  Task<absl::StatusOr<T>> UnitReportAs(rpc::CallContext context, UnitPtr unit, std::string unit_id,
                                       common::v1::TimeWindow window, UnitView<T> view);

  Database& database_;
  const Horizon& horizon_;
  UnitSight& sight_;
  areas::AreaTreeFeed& areas_;
  RecordsMetrics& metrics_;
};

}  // namespace baodao::records
