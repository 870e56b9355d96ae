#include "services/records/rpc/archive.h"

#include <absl/strings/str_cat.h>

#include <memory>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/paging/asked_page.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/records/app/ask.h"
#include "services/records/domain/rows_of.h"
#include "services/records/store/archive.h"
#include "services/records/store/totals.h"

namespace baodao::records {
namespace {

constexpr int kStandardArchivePage = 1'000;
constexpr int kLargestArchivePage = 5'000;

void AddTask(const TaskState& state, v1::ListArchivedTasksResponse* response) {
  v1::ArchivedTask& task = *response->add_tasks();
  task.set_task_id(state.task_id);
  task.set_state(static_cast<dispatch::v1::TaskState>(state.state));
  task.set_retired(state.retired != 0);
}

void AddBalance(const Balance& one, v1::ListArchivedBalancesResponse* response) {
  v1::ArchivedBalance& balance = *response->add_balances();
  balance.set_person_id(one.person_id);
  balance.set_minutes(one.minutes);
  balance.set_entries(one.entries);
}

// Whether the event tells of something that is kept.
bool AreSome(const Rows& rows) {
  return rows.task || rows.assignment || rows.need || rows.registration || rows.unit ||
         rows.person || rows.ledger;
}

absl::StatusOr<std::vector<Rows>> RowsOf(const v1::RestoreRecordsRequest& request) {
  std::vector<Rows> all;
  std::vector<Violation> wrong;
  for (int i = 0; i < request.events_size(); ++i) {
    events::v1::Event event;
    Rows rows;
    if (event.ParseFromString(request.events(i))) rows = records::RowsOf(event, StreamId{});
    if (!AreSome(rows)) {
      const Metadata form = {{"expected", "baodao.events.v1.Event"}};
      wrong.push_back({absl::StrCat("events[", i, "]"), ViolationKind::BAD_FORMAT, form});
    }
    all.push_back(std::move(rows));
  }
  if (!wrong.empty()) return RefuseFields(std::move(wrong));
  return all;
}

}  // namespace

void ArchiveHandlers::Register(rpc::Router* router) {
  const std::string service = "baodao.records.v1.ArchiveService/";
  router->Unary(service + "ListArchivedTasks", this, &ArchiveHandlers::ListArchivedTasks);
  router->Unary(service + "ListArchivedBalances", this, &ArchiveHandlers::ListArchivedBalances);
  router->Unary(service + "RestoreRecords", this, &ArchiveHandlers::RestoreRecords);
}

// One page of the rows that `read` finds behind an id, one more than asked for of them.
template <class Response, class Row, class Request>
Task<absl::StatusOr<Response>> ArchiveHandlers::Page(
    rpc::CallContext context, Request request,
    absl::StatusOr<std::vector<Row>> (*read)(Connection&, const std::string& after, int64_t size),
    std::string Row::*id, void (*show)(const Row& row, Response* response)) {
  CO_ASSIGN_OR_RETURN(const paging::AskedPage asked,
                      paging::PageAskedFor(ring_, context, request, clock_.Now(),
                                           kStandardArchivePage, kLargestArchivePage));
  Response response;
  *response.mutable_as_of() = ToTimestamp(horizon_.as_of());
  const int size = asked.size;
  Database::Work<std::vector<Row>> work = [read, after = asked.after,
                                           size](Connection& connection) {
    return read(connection, after, size + 1);
  };
  CO_ASSIGN_OR_RETURN(std::vector<Row> rows,
                      co_await Ask(database_, metrics_, metrics_.archive_seconds, std::move(work)));
  const bool more = rows.size() > static_cast<size_t>(size);
  if (more) rows.pop_back();
  for (const Row& row : rows) show(row, &response);
  if (more) response.set_next_page_token(asked.TokenFor(rows.back().*id));
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

Task<absl::StatusOr<v1::RestoreRecordsResponse>> ArchiveHandlers::RestoreRecords(
    rpc::CallContext, v1::RestoreRecordsRequest request) {
  CO_ASSIGN_OR_RETURN(std::vector<Rows> rows, RowsOf(request));
  auto all = std::make_shared<const std::vector<Rows>>(std::move(rows));
  Database::Work<bool> restore = [all](Connection& connection) -> absl::StatusOr<bool> {
    RETURN_IF_ERROR(Restore(connection, *all));
    return true;
  };
  CO_RETURN_IF_ERROR((co_await database_.Write(std::move(restore))).status());
  co_return v1::RestoreRecordsResponse();
}

}  // namespace baodao::records
