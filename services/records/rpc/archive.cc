#include "services/records/rpc/archive.h"

#include <utility>

#include "common/clock/timestamp.h"
#include "common/paging/page_token.h"
#include "common/status/macros.h"
#include "services/records/app/ask.h"
#include "services/records/store/totals.h"

namespace baodao::records {
namespace {

constexpr int kStandardArchivePage = 1'000;
constexpr int kLargestArchivePage = 5'000;

void AddTask(const TaskState& state, v1::ListArchivedTasksResponse* response) {
  v1::ArchivedTask& task = *response->add_tasks();
  task.set_task_id(state.task_id);
  task.set_state(static_cast<dispatch::v1::TaskState>(state.state));
}

void AddBalance(const Balance& one, v1::ListArchivedBalancesResponse* response) {
  v1::ArchivedBalance& balance = *response->add_balances();
  balance.set_person_id(one.person_id);
  balance.set_minutes(one.minutes);
  balance.set_entries(one.entries);
}

}  // namespace

void ArchiveHandlers::Register(rpc::Router* router) {
  const std::string service = "baodao.records.v1.ArchiveService/";
  router->Unary(service + "ListArchivedTasks", this, &ArchiveHandlers::ListArchivedTasks);
  router->Unary(service + "ListArchivedBalances", this, &ArchiveHandlers::ListArchivedBalances);
}

// One page of the rows that `read` finds behind an id, one more than asked for of them.
template <class Response, class Row, class Request>
Task<absl::StatusOr<Response>> ArchiveHandlers::Page(
    rpc::CallContext context, Request request,
    absl::StatusOr<std::vector<Row>> (*read)(Connection&, const std::string& after, int64_t size),
    std::string Row::*id, void (*show)(const Row& row, Response* response)) {
  const paging::Query token = paging::QueryOf(ring_, context.method(), request);
  CO_ASSIGN_OR_RETURN(std::string after, paging::Decode(request.page_token(), token, clock_.Now()));
  Response response;
  *response.mutable_as_of() = ToTimestamp(horizon_.as_of());
  const int size = paging::PageSize(request.page_size(), kStandardArchivePage, kLargestArchivePage);
  Database::Work<std::vector<Row>> work = [read, after = std::move(after),
                                           size](Connection& connection) {
    return read(connection, after, size + 1);
  };
  CO_ASSIGN_OR_RETURN(std::vector<Row> rows,
                      co_await Ask(database_, metrics_, metrics_.archive_seconds, std::move(work)));
  const bool more = rows.size() > static_cast<size_t>(size);
  if (more) rows.pop_back();
  for (const Row& row : rows) show(row, &response);
  if (more) response.set_next_page_token(paging::Encode(rows.back().*id, token, clock_.Now()));
  co_return response;
}

Task<absl::StatusOr<v1::ListArchivedTasksResponse>> ArchiveHandlers::ListArchivedTasks(
    rpc::CallContext context, v1::ListArchivedTasksRequest request) {
  co_return co_await Page<v1::ListArchivedTasksResponse, TaskState>(
      std::move(context), std::move(request), &TaskStatesAfter, &TaskState::task_id, &AddTask);
}

Task<absl::StatusOr<v1::ListArchivedBalancesResponse>> ArchiveHandlers::ListArchivedBalances(
    rpc::CallContext context, v1::ListArchivedBalancesRequest request) {
  co_return co_await Page<v1::ListArchivedBalancesResponse, Balance>(
      std::move(context), std::move(request), &BalancesAfter, &Balance::person_id, &AddBalance);
}

}  // namespace baodao::records
