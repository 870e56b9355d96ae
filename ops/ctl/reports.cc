// Reports of areas and units into files.
#include <absl/time/civil_time.h>

#include <fstream>
#include <memory>
#include <optional>

#include "common/clock/time_text.h"
#include "common/clock/timestamp.h"
#include "ops/ctl/session.h"

namespace baodao::ctl {
namespace {

using namespace records::v1;  // NOLINT: only messages

struct ReportOptions {
  std::string subject;  // an area's code or a unit's id
  std::string from;
  std::string to;
  std::string file;
};

// The first moment of a month "2026-11" in China, or of the one after it.
absl::StatusOr<Time> MonthStart(const std::string& month, int later) {
  const std::optional<Time> first = FromLocalTime(month + "-01 00:00");
  if (!first) return absl::InvalidArgumentError(month + " is no month: YYYY-MM");
  const absl::CivilMonth start = absl::CivilMonth(LocalCivil(*first)) + later;
  return *FromLocalTime(absl::FormatCivilTime(start) + "-01 00:00");
}

absl::StatusOr<common::v1::TimeWindow> PeriodOf(const ReportOptions& options) {
  common::v1::TimeWindow period;
  ASSIGN_OR_RETURN(const Time start, MonthStart(options.from, 0));
  ASSIGN_OR_RETURN(const Time end, MonthStart(options.to, 1));
  *period.mutable_start() = ToTimestamp(start);
  *period.mutable_end() = ToTimestamp(end);
  return period;
}

absl::StatusOr<ReportFormat> FormatOf(const std::string& file) {
  if (file.ends_with(".csv")) return REPORT_FORMAT_CSV;
  if (file.ends_with(".xlsx")) return REPORT_FORMAT_XLSX;
  return absl::InvalidArgumentError(file + " ends neither with .csv nor with .xlsx");
}

// The whole file before anything is written: a report that fails leaves none.
Task<absl::Status> Save(Session& session, rpc::StreamReader<ReportChunk> stream,
                        std::string file_name) {
  std::string bytes;
  for (;;) {
    const std::optional<ReportChunk> chunk = co_await stream.Next();
    if (!chunk) break;
    bytes += chunk->content();
  }
  CO_RETURN_IF_ERROR(stream.status());
  std::ofstream file(file_name, std::ios::binary | std::ios::trunc);
  file << bytes;
  file.close();
  if (!file) co_return absl::InvalidArgumentError("cannot write " + file_name);
  session.out.Word("file", file_name);
  co_return absl::OkStatus();
}

template <class Request>
absl::StatusOr<Request> RequestOf(const ReportOptions& options) {
  Request request;
  ASSIGN_OR_RETURN(*request.mutable_period(), PeriodOf(options));
  ASSIGN_OR_RETURN(const ReportFormat format, FormatOf(options.file));
  request.set_format(format);
  return request;
}

Task<absl::Status> OfArea(Session& session, std::shared_ptr<const ReportOptions> options) {
  CO_ASSIGN_OR_RETURN(ExportAreaReportRequest request,
                      RequestOf<ExportAreaReportRequest>(*options));
  request.set_area_code(options->subject);
  co_return co_await Save(session,
                          session.Stream(session.backend.reports,
                                         &client::Reports::ExportAreaReport, std::move(request)),
                          options->file);
}

Task<absl::Status> OfUnit(Session& session, std::shared_ptr<const ReportOptions> options) {
  CO_ASSIGN_OR_RETURN(ExportUnitReportRequest request,
                      RequestOf<ExportUnitReportRequest>(*options));
  request.set_unit_id(options->subject);
  co_return co_await Save(session,
                          session.Stream(session.backend.reports,
                                         &client::Reports::ExportUnitReport, std::move(request)),
                          options->file);
}

using Write = Task<absl::Status> (*)(Session&, std::shared_ptr<const ReportOptions>);

void AddReport(CLI::App* reports, Plan& plan, const std::string& name, const std::string& about,
               const std::string& subject, Write write) {
  CLI::App* command = reports->add_subcommand(name, about);
  auto options = std::make_shared<ReportOptions>();
  command->add_option(subject, options->subject, "Of which")->required();
  command->add_option("FILE", options->file, "To be written: .csv or .xlsx")->required();
  command->add_option("--from", options->from, "First month: YYYY-MM")->required();
  command->add_option("--to", options->to, "Last month: YYYY-MM")->required();
  command->callback([&plan, options, write] {
    plan.command = [options, write](Session& session) { return write(session, options); };
  });
}

}  // namespace

void AddReports(CLI::App& app, Plan& plan) {
  CLI::App* reports = app.add_subcommand("reports", "What happened, by month, in a file");
  reports->require_subcommand(1);
  AddReport(reports, plan, "area", "Of an area and those right below it", "AREA", OfArea);
  AddReport(reports, plan, "unit", "Of the people of a unit", "UNIT", OfUnit);
  reports->footer(
      "Headings are in the language of --lang.\n"
      "Example:\n  baodaoctl reports area 310110 2026.xlsx --from 2026-01 --to 2026-12");
}

}  // namespace baodao::ctl
