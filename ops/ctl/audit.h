// Tasks and hours, as their owners have them and as the archive has them; and whether the ledgers
// of both are as they were written.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "baodao/records/v1/retirement.grpc.pb.h"
#include "common/clock/clock.h"
#include "common/ledger/chain.h"
#include "ops/ctl/owners.h"

namespace baodao::ctl {

// One side's knowledge: of each task its state, of each person "<minutes> min in <entries>".
struct Account {
  std::map<std::string, std::string> tasks;
  std::map<std::string, std::string> hours;
  int64_t minutes = 0;
  // The first fault in the ledger of each person whose ledger is not as it was written.
  std::map<std::string, std::string> faults;
  // The owner alone: of each person with hours.
  std::vector<dispatch::v1::Balance> heads;
  // The archive alone: tasks for which it answers in their owner's place, or soon will.
  std::vector<std::string> retired;

  void AddHours(const std::string& person, int64_t of_person, int64_t entries) {
    if (entries == 0) return;
    minutes += of_person;
    hours[person] = std::to_string(of_person) + " min in " + std::to_string(entries);
  }
  void AddFault(const std::string& person, const std::optional<ledger::Fault>& fault) {
    if (fault) faults[person] = ledger::TextOf(*fault);
  }
};

class Auditor {
 public:
  Auditor(Session& session, std::string token)
      : session_(session), owners_(session, std::move(token)) {}

  Task<absl::StatusOr<Account>> OfOwners();
  // Once everything until `time` is in it. `heads`: the owner's, with which its ledgers must agree.
  Task<absl::StatusOr<Account>> OfArchive(Time time,
                                          const std::vector<dispatch::v1::Balance>& heads);

 private:
  Task<absl::Status> AddLedgers(std::vector<std::string> people, Account* account);
  Task<absl::Status> AddFaults(const std::vector<dispatch::v1::Balance>& heads, Account* archive);
  // Hand all entries of a person to `chain`: as the owner answers them, from its store and for
  // older ones from the archive; as the archive has them all.
  Task<absl::Status> ReadOwner(const std::string& person_id, ledger::ChainCheck* chain);
  Task<absl::Status> ReadArchive(const std::string& person_id, ledger::ChainCheck* chain);
  Task<absl::Status> AwaitArchive(Time time);

  Session& session_;
  Owners owners_;
  rpc::Client<records::v1::RetirementService> retirements_{session_.backend.records};
};

}  // namespace baodao::ctl
