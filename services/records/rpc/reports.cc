#include "services/records/rpc/reports.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "common/areas/tree.h"
#include "common/clock/time_text.h"
#include "common/status/macros.h"
#include "services/records/app/area_division.h"
#include "services/records/app/ask.h"
#include "services/records/app/xlsx.h"
#include "services/records/domain/report_sheets.h"
#include "services/records/rpc/report_answers.h"
#include "services/records/rpc/up_to.h"
#include "services/records/store/report_reads.h"

namespace baodao::records {
namespace {

constexpr int64_t kLongestAreaPeriodDays = 731;
constexpr size_t kChunkBytes = 16 * size_t{1024};
// Rows of an index, read for the price of one call.
constexpr double kRowsPerCall = 5'000;

// "area-report-310110-2026-01-01-2026-12-31.xlsx": the last day is in it.
std::string FileName(const std::string& of, const common::v1::TimeWindow& window,
                     v1::ReportFormat format) {
  const Period period = PeriodOf(window);
  const auto day = [](int64_t ms) { return LocalTime(Time(Millis(ms))).substr(0, 10); };
  return absl::StrCat(of, "-", day(period.start_ms), "-", day(period.end_ms - 1),
                      format == v1::REPORT_FORMAT_CSV ? ".csv" : ".xlsx");
}

absl::StatusOr<std::string> FileOf(const Sheet& sheet, v1::ReportFormat format) {
  if (format == v1::REPORT_FORMAT_CSV) return Csv(sheet);
  return Xlsx(sheet);
}

// `chunk` is the first one, without what is said here.
Task<absl::Status> Send(v1::ReportChunk chunk, std::string bytes, v1::ReportFormat format,
                        rpc::Writer<v1::ReportChunk>& writer) {
  chunk.set_media_type(format == v1::REPORT_FORMAT_CSV
                           ? "text/csv; charset=utf-8"
                           : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
  for (size_t at = 0; at < bytes.size(); at += kChunkBytes) {
    chunk.set_content(bytes.substr(at, kChunkBytes));
    const bool open = co_await writer.Write(chunk);
    if (!open) break;
    chunk.Clear();
  }
  co_return absl::OkStatus();
}

}  // namespace

void ReportHandlers::Register(rpc::Router* router) {
  router->Unary("baodao.records.v1.ReportService/GetUnitReport", this,
                &ReportHandlers::GetUnitReport);
  router->Stream("baodao.records.v1.ReportService/ExportUnitReport", this,
                 &ReportHandlers::ExportUnitReport);
  router->Unary("baodao.records.v1.ReportService/GetAreaReport", this,
                &ReportHandlers::GetAreaReport);
  router->Stream("baodao.records.v1.ReportService/ExportAreaReport", this,
                 &ReportHandlers::ExportAreaReport);
}

template <class T>
Task<absl::StatusOr<T>> ReportHandlers::AreaReportAs(rpc::CallContext context,
                                                     std::string area_code,
                                                     common::v1::TimeWindow window,
                                                     AreaView<T> view) {
  const Period period = PeriodOf(window);
  CO_RETURN_IF_ERROR(CheckPeriod(period, kLongestAreaPeriodDays));
  const std::shared_ptr<const areas::AreaTree> tree = areas_.tree();
  CO_RETURN_IF_ERROR(areas::CheckKnown(*tree, area_code));
  using Read = std::pair<T, int64_t>;
  Database::Work<Read> work =
      [division = DivideArea(*tree, area_code), period,
       view = std::move(view)](Connection& connection) -> absl::StatusOr<Read> {
    std::vector<std::string> codes;
    for (const auto& [code, child] : division.child_of) codes.push_back(code);
    std::ranges::sort(codes);
    AreaTally tally(division, Months(period));
    ASSIGN_OR_RETURN(const int64_t rows, ReadAreaReport(connection, codes, period, &tally));
    ASSIGN_OR_RETURN(T shown, view(tally.Finish()));
    return Read(std::move(shown), rows);
  };
  CO_ASSIGN_OR_RETURN(
      Read read, co_await Ask(database_, metrics_, metrics_.area_report_seconds, std::move(work)));
  context.Charge(static_cast<double>(read.second) / kRowsPerCall);
  co_return std::move(read.first);
}

template <class T>
Task<absl::StatusOr<T>> ReportHandlers::UnitReportAs(rpc::CallContext context, UnitPtr unit,
                                                     std::string unit_id,
                                                     common::v1::TimeWindow window,
                                                     UnitView<T> view) {
  const Period period = PeriodOf(window);
  CO_RETURN_IF_ERROR(CheckPeriod(period, kLongestPeriodDays));
  using Read = std::pair<T, int64_t>;
  Database::Work<Read> work =
      [unit_id, period, tree = areas_.tree(), sees = sight_.Sees(context, *unit),
       view = std::move(view)](Connection& connection) -> absl::StatusOr<Read> {
    UnitTally tally(Months(period), sees);
    ASSIGN_OR_RETURN(const int64_t rows, ReadUnitReport(connection, unit_id, period, &tally));
    const UnitReport report = tally.Finish();
    AreaNames names;
    for (const auto& [code, figures] : report.by_area) {
      if (const areas::Area* area = tree->Find(code)) names[code] = area->name();
    }
    ASSIGN_OR_RETURN(T shown, view(report, names));
    return Read(std::move(shown), rows);
  };
  CO_ASSIGN_OR_RETURN(
      Read read, co_await Ask(database_, metrics_, metrics_.unit_report_seconds, std::move(work)));
  context.Charge(static_cast<double>(read.second) / kRowsPerCall);
  co_return std::move(read.first);
}

Task<absl::StatusOr<v1::GetAreaReportResponse>> ReportHandlers::GetAreaReport(
    rpc::CallContext context, v1::GetAreaReportRequest request) {
  using Response = v1::GetAreaReportResponse;
  Response up_to;
  SetHorizon(horizon_, &up_to);
  AreaView<Response> view = [up_to](const AreaReports& reports) -> absl::StatusOr<Response> {
    Response response = up_to;
    ShowReport(reports, &response);
    return response;
  };
  co_return co_await AreaReportAs(std::move(context), request.area_code(), request.period(),
                                  std::move(view));
}

Task<absl::Status> ReportHandlers::ExportAreaReport(rpc::CallContext context,
                                                    v1::ExportAreaReportRequest request,
                                                    rpc::Writer<v1::ReportChunk>& writer) {
  AreaView<std::string> view = [format = request.format(),
                                locale = context.locale()](const AreaReports& reports) {
    return FileOf(AreaSheet(reports, locale), format);
  };
  v1::ReportChunk first;
  SetHorizon(horizon_, &first);
  first.set_file_name(
      FileName("area-report-" + request.area_code(), request.period(), request.format()));
  CO_ASSIGN_OR_RETURN(std::string bytes,
                      co_await AreaReportAs(std::move(context), request.area_code(),
                                            request.period(), std::move(view)));
  co_return co_await Send(std::move(first), std::move(bytes), request.format(), writer);
}

Task<absl::StatusOr<v1::GetUnitReportResponse>> ReportHandlers::GetUnitReport(
    rpc::CallContext context, v1::GetUnitReportRequest request) {
  using Response = v1::GetUnitReportResponse;
  CO_ASSIGN_OR_RETURN(const UnitPtr unit, co_await sight_.Find(context, request.unit_id()));
  Response up_to;
  SetHorizon(horizon_, &up_to);
  up_to.set_unit_id(request.unit_id());
  up_to.set_unit_name(unit->name);
  UnitView<Response> view = [up_to](const UnitReport& report,
                                    const AreaNames& names) -> absl::StatusOr<Response> {
    Response response = up_to;
    ShowReport(report, names, &response);
    return response;
  };
  co_return co_await UnitReportAs(std::move(context), unit, request.unit_id(), request.period(),
                                  std::move(view));
}

Task<absl::Status> ReportHandlers::ExportUnitReport(rpc::CallContext context,
                                                    v1::ExportUnitReportRequest request,
                                                    rpc::Writer<v1::ReportChunk>& writer) {
  UnitView<std::string> view = [format = request.format(), locale = context.locale()](
                                   const UnitReport& report, const AreaNames& names) {
    return FileOf(UnitSheet(report, names, locale), format);
  };
  CO_ASSIGN_OR_RETURN(const UnitPtr unit, co_await sight_.Find(context, request.unit_id()));
  v1::ReportChunk first;
  SetHorizon(horizon_, &first);
  first.set_file_name(
      FileName("unit-report-" + request.unit_id(), request.period(), request.format()));
  CO_ASSIGN_OR_RETURN(std::string bytes,
                      co_await UnitReportAs(std::move(context), unit, request.unit_id(),
                                            request.period(), std::move(view)));
  co_return co_await Send(std::move(first), std::move(bytes), request.format(), writer);
}

}  // namespace baodao::records
