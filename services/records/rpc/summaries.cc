#include "services/records/rpc/summaries.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/areas/tree.h"
#include "common/clock/timestamp.h"
#include "common/status/macros.h"
#include "services/records/app/area_codes.h"
#include "services/records/app/ask.h"
#include "services/records/rpc/up_to.h"
#include "services/records/store/summary_reads.h"

namespace baodao::records {
namespace {

// Areas, asked for at the price of one call.
constexpr double kAreasPerCall = 500;

v1::Queue Show(const WaitingCount& waiting) {
  v1::Queue queue;
  queue.set_count(waiting.count);
  if (waiting.count > 0) {
    *queue.mutable_oldest_time() = ToTimestamp(Time(Millis(waiting.oldest_ms)));
  }
  return queue;
}

}  // namespace

void SummaryHandlers::Register(rpc::Router* router) {
  router->Unary("baodao.records.v1.SummaryService/GetAreaSummary", this,
                &SummaryHandlers::GetAreaSummary);
}

Task<absl::StatusOr<v1::GetAreaSummaryResponse>> SummaryHandlers::GetAreaSummary(
    rpc::CallContext context, v1::GetAreaSummaryRequest request) {
  const std::shared_ptr<const areas::AreaTree> tree = areas_.tree();
  CO_RETURN_IF_ERROR(areas::CheckKnown(*tree, request.area_code()));
  std::vector<std::string> codes = CodesOf(*tree, request.area_code());
  context.Charge(static_cast<double>(codes.size()) / kAreasPerCall);
  v1::GetAreaSummaryResponse response;
  SetHorizon(horizon_, &response);
  Database::Work<AreaSummary> work = [codes = std::move(codes)](Connection& connection) {
    return ReadSummary(connection, codes);
  };
  CO_ASSIGN_OR_RETURN(const AreaSummary summary,
                      co_await Ask(database_, metrics_, metrics_.summary_seconds, std::move(work)));
  *response.mutable_pending_registrations() = Show(summary.pending_registrations);
  *response.mutable_submitted_needs() = Show(summary.submitted_needs);
  *response.mutable_accepted_needs() = Show(summary.accepted_needs);
  *response.mutable_returned_needs() = Show(summary.returned_needs);
  *response.mutable_open_tasks() = Show(summary.open_tasks);
  *response.mutable_short_tasks() = Show(summary.short_tasks);
  *response.mutable_escalated_tasks() = Show(summary.escalated_tasks);
  *response.mutable_running_tasks() = Show(summary.running_tasks);
  *response.mutable_unrated_tasks() = Show(summary.unrated_tasks);
  *response.mutable_low_rated_tasks() = Show(summary.low_rated_tasks);
  *response.mutable_open_offers() = Show(summary.open_offers);
  co_return response;
}

}  // namespace baodao::records
