#include "services/records/rpc/archive.h"

#include <utility>
#include <vector>

#include "common/clock/timestamp.h"
#include "common/paging/page_token.h"
#include "common/status/macros.h"
#include "services/records/app/ask.h"
#include "services/records/store/totals.h"

namespace baodao::records {
namespace {

constexpr int kStandardArchivePage = 1'000;
constexpr int kLargestArchivePage = 5'000;

}  // namespace

void ArchiveHandlers::Register(rpc::Router* router) {
  const std::string service = "baodao.records.v1.ArchiveService/";
  router->Unary(service + "ListArchivedTasks", this, &ArchiveHandlers::ListArchivedTasks);
  router->Unary(service + "ListArchivedBalances", this, &ArchiveHandlers::ListArchivedBalances);
}

Task<absl::StatusOr<v1::ListArchivedTasksResponse>> ArchiveHandlers::ListArchivedTasks(
    rpc::CallContext, v1::ListArchivedTasksRequest request) {
  v1::ListArchivedTasksResponse response;
  *response.mutable_as_of() = ToTimestamp(horizon_.as_of());
  const int size = paging::PageSize(request.page_size(), kStandardArchivePage, kLargestArchivePage);
  Database::Work<std::vector<TaskState>> work = [after = request.after_task_id(),
                                                 size](Connection& connection) {
    return TaskStatesAfter(connection, after, size);
  };
  CO_ASSIGN_OR_RETURN(const std::vector<TaskState> states,
                      co_await Ask(database_, metrics_, metrics_.archive_seconds, std::move(work)));
  for (const TaskState& state : states) {
    v1::ArchivedTask& task = *response.add_tasks();
    task.set_task_id(state.task_id);
    task.set_state(static_cast<dispatch::v1::TaskState>(state.state));
  }
  co_return response;
}

Task<absl::StatusOr<v1::ListArchivedBalancesResponse>> ArchiveHandlers::ListArchivedBalances(
    rpc::CallContext, v1::ListArchivedBalancesRequest request) {
  v1::ListArchivedBalancesResponse response;
  *response.mutable_as_of() = ToTimestamp(horizon_.as_of());
  const int size = paging::PageSize(request.page_size(), kStandardArchivePage, kLargestArchivePage);
  Database::Work<std::vector<Balance>> work = [after = request.after_person_id(),
                                               size](Connection& connection) {
    return BalancesAfter(connection, after, size);
  };
  CO_ASSIGN_OR_RETURN(const std::vector<Balance> balances,
                      co_await Ask(database_, metrics_, metrics_.archive_seconds, std::move(work)));
  for (const Balance& one : balances) {
    v1::ArchivedBalance& balance = *response.add_balances();
    balance.set_person_id(one.person_id);
    balance.set_minutes(one.minutes);
    balance.set_entries(one.entries);
  }
  co_return response;
}

}  // namespace baodao::records
