#include "ops/ctl/audit.h"

#include <functional>

#include "common/async/for_each.h"
#include "common/clock/timestamp.h"
#include "ops/ctl/task_pages.h"

namespace baodao::ctl {
namespace {

constexpr size_t kAtOnce = 16;
constexpr int kEntriesAtOnce = 1'000;  // of GetLedgerEntries

}  // namespace

Task<absl::Status> Auditor::ReadOwner(const std::string& person_id, ledger::ChainCheck* chain) {
  const Owners::Use<dispatch::v1::ListLedgerEntriesResponse> add =
      [chain](dispatch::v1::ListLedgerEntriesResponse page) -> Task<absl::Status> {
    for (const dispatch::v1::LedgerEntry& entry : page.entries()) chain->Add(entry);
    co_return absl::OkStatus();
  };
  co_return co_await owners_.Entries(person_id, add);
}

Task<absl::Status> Auditor::ReadArchive(const std::string& person_id, ledger::ChainCheck* chain) {
  using Retirements = rpc::AsyncOf<records::v1::RetirementService>;
  records::v1::GetLedgerEntriesRequest request;
  request.set_person_id(person_id);
  request.set_limit(kEntriesAtOnce);
  for (;;) {
    CO_ASSIGN_OR_RETURN(
        const records::v1::GetLedgerEntriesResponse page,
        co_await owners_.Call(retirements_, &Retirements::GetLedgerEntries, request));
    for (const dispatch::v1::LedgerEntry& entry : page.entries()) chain->Add(entry);
    if (page.entries_size() < kEntriesAtOnce) co_return absl::OkStatus();
    const dispatch::v1::LedgerEntry& last = page.entries(page.entries_size() - 1);
    request.set_after_sequence(static_cast<int64_t>(last.sequence()));
  }
}

Task<absl::Status> Auditor::AddLedgers(std::vector<std::string> people, Account* account) {
  absl::Status status;
  std::function<Task<void>(size_t)> add = [&](size_t i) -> Task<void> {
    dispatch::v1::GetBalanceRequest request;
    request.set_person_id(people[i]);
    const auto balance =
        co_await owners_.Call(session_.backend.ledger, &client::Ledger::GetBalance, request);
    status.Update(balance.status());
    if (!balance.ok() || balance->entries() == 0) co_return;
    account->AddHours(people[i], balance->minutes(), balance->entries());
    account->heads.push_back(*balance);
    ledger::ChainCheck chain(*balance);
    const absl::Status read = co_await ReadOwner(people[i], &chain);
    status.Update(read);
    account->AddFault(people[i], chain.End());
  };
  co_await ForEach(people.size(), kAtOnce, add);
  co_return status;
}

Task<absl::Status> Auditor::AddFaults(const std::vector<dispatch::v1::Balance>& heads,
                                      Account* archive) {
  absl::Status status;
  std::function<Task<void>(size_t)> add = [&](size_t i) -> Task<void> {
    ledger::ChainCheck chain(heads[i]);
    const absl::Status read = co_await ReadArchive(heads[i].person_id(), &chain);
    status.Update(read);
    archive->AddFault(heads[i].person_id(), chain.End());
  };
  co_await ForEach(heads.size(), kAtOnce, add);
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
    co_return co_await AddLedgers(std::move(people), &account);
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

Task<absl::StatusOr<Account>> Auditor::OfArchive(Time time,
                                                 const std::vector<dispatch::v1::Balance>& heads) {
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
  CO_RETURN_IF_ERROR(co_await AddFaults(heads, &account));
  co_return account;
}

}  // namespace baodao::ctl
