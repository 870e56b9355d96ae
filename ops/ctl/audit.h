// Tasks and hours, as their owners have them and as the archive has them.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/clock/clock.h"
#include "ops/ctl/owners.h"

namespace baodao::ctl {

// What one side knows: of each task its state, of each person "<minutes> min in <entries>".
struct Account {
  std::map<std::string, std::string> tasks;
  std::map<std::string, std::string> hours;
  int64_t minutes = 0;
  // The archive alone: tasks for which it answers in their owner's place, or soon will.
  std::vector<std::string> retired;

  void AddHours(const std::string& person, int64_t of_person, int64_t entries) {
    if (entries == 0) return;
    minutes += of_person;
    hours[person] = std::to_string(of_person) + " min in " + std::to_string(entries);
  }
};

class Auditor {
 public:
  Auditor(Session& session, std::string token)
      : session_(session), owners_(session, std::move(token)) {}

  Task<absl::StatusOr<Account>> OfOwners();
  // Once everything until `time` is in it.
  Task<absl::StatusOr<Account>> OfArchive(Time time);

 private:
  Task<absl::Status> AddBalances(std::vector<std::string> people, Account* account);
  Task<absl::Status> AwaitArchive(Time time);

  Session& session_;
  Owners owners_;
};

}  // namespace baodao::ctl
