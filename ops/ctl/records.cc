// The archive against its owners.
#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <set>

#include "common/clock/clock.h"
#include "ops/ctl/audit.h"
#include "ops/ctl/rebuild.h"
#include "ops/ctl/tokens.h"

namespace baodao::ctl {
namespace {

constexpr int kRounds = 3;
constexpr size_t kMaxShown = 100;

using Values = std::map<std::string, std::string>;

std::set<std::string> Differing(const Values& owner, const Values& archive) {
  std::set<std::string> ids;
  const auto add = [&ids](const Values& one, const Values& other) {
    for (const auto& [id, value] : one) {
      const auto found = other.find(id);
      if (found == other.end() || found->second != value) ids.insert(id);
    }
  };
  add(owner, archive);
  add(archive, owner);
  return ids;
}

// People of whom either side has a ledger with a fault.
std::set<std::string> Faulty(const Account& owner, const Account& archive) {
  std::set<std::string> people;
  for (const Account* account : {&owner, &archive}) {
    for (const auto& [person, fault] : account->faults) people.insert(person);
  }
  return people;
}

std::string ValueOf(const Values& values, const std::string& id) {
  const auto found = values.find(id);
  return found == values.end() ? "-" : found->second;
}

void AddSums(Table& table, const Account& owner, const Account& archive) {
  std::map<std::string, std::pair<int, int>> states;
  for (const auto& [id, state] : owner.tasks) ++states[state].first;
  for (const auto& [id, state] : archive.tasks) ++states[state].second;
  for (const auto& [state, counts] : states) {
    table.Add({"tasks " + state, std::to_string(counts.first), std::to_string(counts.second)});
  }
  table.Add({"people with hours", std::to_string(owner.hours.size()),
             std::to_string(archive.hours.size())});
  table.Add({"minutes", std::to_string(owner.minutes), std::to_string(archive.minutes)});
}

void AddDiffering(Table& table, const std::set<std::string>& ids, const Values& owner,
                  const Values& archive) {
  size_t shown = 0;
  for (const std::string& id : ids) {
    if (++shown > kMaxShown) return;
    table.Add({id, ValueOf(owner, id), ValueOf(archive, id)});
  }
}

// The ids that differ in both rounds: the others changed while they were read.
std::set<std::string> Both(const std::set<std::string>& one, const std::set<std::string>& other) {
  std::set<std::string> ids;
  std::ranges::set_intersection(one, other, std::inserter(ids, ids.end()));
  return ids;
}

// The token of a service, for as long as it takes.
absl::StatusOr<std::string> ServiceToken(const Session& session) {
  const std::string& keys = session.globals().keys_dir;
  if (keys.empty()) return absl::InvalidArgumentError("records needs --keys DIR");
  return MintToken(keys, auth::Principal::Service("records"), std::chrono::hours(12));
}

Task<absl::Status> Check(Session& session) {
  CO_ASSIGN_OR_RETURN(std::string token, ServiceToken(session));
  Auditor auditor(session, std::move(token));
  Account owner, archive;
  std::set<std::string> tasks, people, ledgers;
  for (int round = 0; round < kRounds; ++round) {
    CO_ASSIGN_OR_RETURN(owner, co_await auditor.OfOwners());
    CO_ASSIGN_OR_RETURN(archive, co_await auditor.OfArchive(SystemClock().Now(), owner.heads));
    // The owner does not list them any more, and answers what the archive has.
    for (const std::string& id : archive.retired) owner.tasks.emplace(id, archive.tasks[id]);
    const std::set<std::string> of_tasks = Differing(owner.tasks, archive.tasks);
    const std::set<std::string> of_people = Differing(owner.hours, archive.hours);
    tasks = round == 0 ? of_tasks : Both(tasks, of_tasks);
    people = round == 0 ? of_people : Both(people, of_people);
    const std::set<std::string> of_ledgers = Faulty(owner, archive);
    ledgers = round == 0 ? of_ledgers : Both(ledgers, of_ledgers);
    if (tasks.empty() && people.empty() && ledgers.empty()) break;
  }
  Table table({"WHAT", "OWNER", "ARCHIVE"});
  AddSums(table, owner, archive);
  AddDiffering(table, tasks, owner.tasks, archive.tasks);
  AddDiffering(table, people, owner.hours, archive.hours);
  AddDiffering(table, ledgers, owner.faults, archive.faults);
  session.out.Show(table);
  if (tasks.empty() && people.empty() && ledgers.empty()) co_return absl::OkStatus();
  co_return absl::DataLossError("the archive differs: " + std::to_string(tasks.size()) +
                                " tasks, the hours of " + std::to_string(people.size()) +
                                " people, the ledgers of " + std::to_string(ledgers.size()) +
                                " are not as they were written");
}

Task<absl::Status> Rebuild(Session& session) {
  CO_ASSIGN_OR_RETURN(std::string token, ServiceToken(session));
  Rebuilder rebuilder(session, std::move(token));
  CO_RETURN_IF_ERROR(co_await rebuilder.Run());
  Table table({"WHAT", "SENT"});
  for (const auto& [what, sent] : rebuilder.sent()) table.Add({what, std::to_string(sent)});
  session.out.Show(table);
  co_return absl::OkStatus();
}

}  // namespace

void AddRecords(CLI::App& app, Plan& plan) {
  CLI::App* records = app.add_subcommand("records", "The archive");
  records->require_subcommand(1);
  CLI::App* check = records->add_subcommand(
      "check", "Compares it with the owners: tasks by state, hours by person, hashes of ledgers");
  check->footer(
      "Sums first, then what differs in three looks, and the first entry of each ledger that was\n"
      "changed, taken out or moved; exit code 1 when there is anything.\n"
      "Example:\n  baodaoctl records check --keys var/keys");
  check->callback([&plan] { plan.command = [](Session& session) { return Check(session); }; });
  CLI::App* rebuild = records->add_subcommand(
      "rebuild", "Writes what the owners have and the archive lacks, while everything runs");
  rebuild->footer(
      "Units, registrations, needs, tasks with their people, and hours. It may be broken off and\n"
      "run again.\nExample:\n  baodaoctl records rebuild --keys var/keys");
  rebuild->callback([&plan] { plan.command = [](Session& session) { return Rebuild(session); }; });
}

}  // namespace baodao::ctl
