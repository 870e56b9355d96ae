#include "services/records/rpc/history.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>

#include <optional>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/paging/asked_page.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/validate/tags.h"
#include "services/records/app/ask.h"
#include "services/records/rpc/up_to.h"

namespace baodao::records {
namespace {

constexpr int kStandardPage = 20;
constexpr int kLargestPage = 200;

// A page's position as its token carries it.
std::string Encode(int64_t ms, const std::string& id, const std::string& person_id = {}) {
  return absl::StrCat(ms, "|", id, "|", person_id);
}

absl::StatusOr<std::optional<PagePosition>> Decode(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const std::vector<std::string> parts = absl::StrSplit(text, '|');
  PagePosition position;
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &position.ms)) {
    return Refuse(Reason::PAGE_TOKEN_INVALID);
  }
  position.id = parts[1];
  position.person_id = parts[2];
  return position;
}

std::string PositionOf(const HistoryFact& fact) {
  const AssignmentRow& row = fact.assignment;
  return Encode(row.start_ms, row.task_id, row.person_id);
}
std::string PositionOf(const NeedHistoryFact& fact) {
  return Encode(fact.need.create_ms, fact.need.need_id);
}

// Fills in what a list of a person's tasks and one of their needs are asked alike.
template <class Request, class AnyQuery>
absl::Status FillIn(const Request& request, const paging::AskedPage& asked, AnyQuery* query) {
  if (request.has_period()) {
    query->period = PeriodOf(request.period());
    RETURN_IF_ERROR(CheckPeriod(*query->period, 0));
  }
  query->states.assign(request.states().begin(), request.states().end());
  query->categories = validate::TagsAskedFor(request, "category");
  query->size = asked.size;
  ASSIGN_OR_RETURN(query->after, Decode(asked.after));
  return absl::OkStatus();
}

}  // namespace

void HistoryHandlers::Register(rpc::Router* router) {
  router->Unary("baodao.records.v1.HistoryService/ListHistory", this,
                &HistoryHandlers::ListHistory);
  router->Unary("baodao.records.v1.HistoryService/ListNeedHistory", this,
                &HistoryHandlers::ListNeedHistory);
  router->Unary("baodao.records.v1.HistoryService/ListUnitHistory", this,
                &HistoryHandlers::ListUnitHistory);
  router->Unary("baodao.records.v1.HistoryService/GetStatement", this,
                &HistoryHandlers::GetStatement);
}

Task<absl::StatusOr<v1::ListHistoryResponse>> HistoryHandlers::ListHistory(
    rpc::CallContext context, v1::ListHistoryRequest request) {
  HistoryQuery query;
  query.person_id = request.person_id();
  CO_ASSIGN_OR_RETURN(query.areas,
                      co_await sight_.AreasFor(context, request.person_id(), request.area_code()));
  co_return co_await Page<v1::ListHistoryResponse>(std::move(context), std::move(request),
                                                   std::move(query));
}

Task<absl::StatusOr<v1::ListNeedHistoryResponse>> HistoryHandlers::ListNeedHistory(
    rpc::CallContext context, v1::ListNeedHistoryRequest request) {
  NeedHistoryQuery query;
  query.person_id = request.person_id();
  CO_ASSIGN_OR_RETURN(query.areas,
                      co_await sight_.AreasFor(context, request.person_id(), request.area_code()));
  co_return co_await Page<v1::ListNeedHistoryResponse>(std::move(context), std::move(request),
                                                       std::move(query));
}

Task<absl::StatusOr<v1::ListHistoryResponse>> HistoryHandlers::ListUnitHistory(
    rpc::CallContext context, v1::ListUnitHistoryRequest request) {
  HistoryQuery query;
  query.person_id = request.person_id();
  query.unit_id = request.unit_id();
  CO_ASSIGN_OR_RETURN(v1::ListHistoryResponse response,
                      co_await Page<v1::ListHistoryResponse>(std::move(context), std::move(request),
                                                             std::move(query)));
  for (v1::HistoryItem& item : *response.mutable_items()) {
    // About the person's standing, or in words that were not meant for their unit.
    item.clear_end_cause();
    item.clear_reason();
  }
  co_return response;
}

template <class Response, class Request, class AnyQuery>
Task<absl::StatusOr<Response>> HistoryHandlers::Page(rpc::CallContext context, Request request,
                                                     AnyQuery query) {
  CO_ASSIGN_OR_RETURN(
      const paging::AskedPage asked,
      paging::PageAskedFor(ring_, context, request, clock_.Now(), kStandardPage, kLargestPage));
  CO_RETURN_IF_ERROR(FillIn(request, asked, &query));
  Response response;
  SetHorizon(horizon_, &response);
  using Facts = typename decltype(ReadHistory(std::declval<Connection&>(), query))::value_type;
  Database::Work<Facts> work = [query = std::move(query)](Connection& connection) {
    return ReadHistory(connection, query);
  };
  CO_ASSIGN_OR_RETURN(const Facts page,
                      co_await Ask(database_, metrics_, metrics_.history_seconds, std::move(work)));
  // All of them are counted.
  context.Charge(paging::CallsOwed(page.total, static_cast<int64_t>(page.facts.size())));
  for (const auto& fact : page.facts) *response.add_items() = Show(fact);
  response.set_total_size(static_cast<int32_t>(page.total));
  if (page.more) {
    response.set_next_page_token(asked.TokenFor(PositionOf(page.facts.back())));
  }
  co_return response;
}

Task<absl::StatusOr<v1::GetStatementResponse>> HistoryHandlers::GetStatement(
    rpc::CallContext context, v1::GetStatementRequest request) {
  StatementQuery query;
  query.person_id = request.person_id();
  query.period = PeriodOf(request.period());
  CO_RETURN_IF_ERROR(CheckPeriod(query.period, kLongestPeriodDays));
  query.categories = validate::TagsAskedFor(request, "category");
  CO_ASSIGN_OR_RETURN(
      const paging::AskedPage asked,
      paging::PageAskedFor(ring_, context, request, clock_.Now(), kStandardPage, kLargestPage));
  query.size = asked.size;
  CO_ASSIGN_OR_RETURN(query.after, Decode(asked.after));
  CO_ASSIGN_OR_RETURN(query.areas,
                      co_await sight_.AreasFor(context, request.person_id(), request.area_code()));
  v1::GetStatementResponse response;
  SetHorizon(horizon_, &response);
  Database::Work<StatementPage> work = [query = std::move(query)](Connection& connection) {
    return ReadStatement(connection, query);
  };
  CO_ASSIGN_OR_RETURN(
      const StatementPage page,
      co_await Ask(database_, metrics_, metrics_.statement_seconds, std::move(work)));
  const Sums sums = SumUp(page.groups);
  // All of them are added up.
  context.Charge(paging::CallsOwed(sums.entries, static_cast<int64_t>(page.facts.size())));
  ShowSums(sums, &response);
  for (const StatementFact& fact : page.facts) *response.add_entries() = Show(fact);
  if (page.more) {
    const StatementFact& last = page.facts.back();
    const std::string id = std::to_string(last.entry.sequence);
    response.set_next_page_token(asked.TokenFor(Encode(last.service_ms, id)));
  }
  co_return response;
}

}  // namespace baodao::records
