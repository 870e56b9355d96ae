#include "ops/ctl/audit.h"

#include <functional>

#include "common/async/for_each.h"
#include "common/clock/timestamp.h"
#include "ops/ctl/task_pages.h"

namespace baodao::ctl {
namespace {

constexpr size_t kAtOnce = 16;

}  // namespace

Task<absl::Status> Auditor::AddBalances(std::vector<std::string> people, Account* account) {
  absl::Status status;
  std::function<Task<void>(size_t)> add = [&](size_t i) -> Task<void> {
    dispatch::v1::GetBalanceRequest request;
    request.set_person_id(people[i]);
    const auto balance =
        co_await owners_.Call(session_.backend.ledger, &client::Ledger::GetBalance, request);
    status.Update(balance.status());
    if (balance.ok()) account->AddHours(people[i], balance->minutes(), balance->entries());
  };
  co_await ForEach(people.size(), kAtOnce, add);
  co_return status;
}

Task<absl::StatusOr<Account>> Auditor::OfOwners() {
  Account account;
  const Owners::Use<dispatch::v1::ListTasksResponse> add_tasks =
      [&account](dispatch::v1::ListTasksResponse page) -> Task<absl::Status> {
    for (const dispatch::v1::Task& task : page.tasks()) {
      account.tasks[task.task_id()] = TaskStateName(task.state());
    }
    co_return absl::OkStatus();
  };
  CO_RETURN_IF_ERROR(co_await owners_.Tasks(add_tasks));
  const Owners::Use<registration::v1::ListProfilesResponse> add_people =
      [this, &account](registration::v1::ListProfilesResponse page) -> Task<absl::Status> {
    std::vector<std::string> people;
    for (const auto& profile : page.profiles()) people.push_back(profile.person_id());
    co_return co_await AddBalances(std::move(people), &account);
  };
  CO_RETURN_IF_ERROR(co_await owners_.Profiles(add_people));
  co_return account;
}

Task<absl::Status> Auditor::AwaitArchive(Time time) {
  const Time limit = SystemClock().Now() + std::chrono::seconds(session_.globals().timeout_s);
  records::v1::ListArchivedTasksRequest request;
  request.set_page_size(1);
  while (SystemClock().Now() < limit) {
    CO_ASSIGN_OR_RETURN(const records::v1::ListArchivedTasksResponse answer,
                        co_await owners_.Call(session_.backend.archive,
                                              &client::Archive::ListArchivedTasks, request));
    if (ToTime(answer.as_of()) >= time) co_return absl::OkStatus();
    co_await SystemClock().SleepFor(Millis(100));
  }
  co_return absl::UnavailableError("records is behind; ops/runbooks/records.md");
}

Task<absl::StatusOr<Account>> Auditor::OfArchive(Time time) {
  CO_RETURN_IF_ERROR(co_await AwaitArchive(time));
  Account account;
  records::v1::ListArchivedTasksRequest request;
  do {
    CO_ASSIGN_OR_RETURN(const records::v1::ListArchivedTasksResponse page,
                        co_await owners_.Call(session_.backend.archive,
                                              &client::Archive::ListArchivedTasks, request));
    for (const auto& task : page.tasks()) {
      account.tasks[task.task_id()] = TaskStateName(task.state());
      if (task.retired()) account.retired.push_back(task.task_id());
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  records::v1::ListArchivedBalancesRequest balances;
  do {
    CO_ASSIGN_OR_RETURN(const records::v1::ListArchivedBalancesResponse page,
                        co_await owners_.Call(session_.backend.archive,
                                              &client::Archive::ListArchivedBalances, balances));
    for (const auto& one : page.balances()) {
      account.AddHours(one.person_id(), one.minutes(), one.entries());
    }
    balances.set_page_token(page.next_page_token());
  } while (!balances.page_token().empty());
  co_return account;
}

}  // namespace baodao::ctl
