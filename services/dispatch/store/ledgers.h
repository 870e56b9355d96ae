// People's ledgers of credited hours: entries are only ever added, each with a hash over the one
// before it; each task is credited to a person once; a correction reverses that entry and adds
// another.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "baodao/dispatch/v1/records.pb.h"
#include "baodao/records/v1/retirement.pb.h"
#include "common/async/task.h"
#include "common/clock/clock.h"
#include "common/record/type.h"
#include "common/store/mutate.h"
#include "common/store/store.h"
#include "services/dispatch/store/keys.h"

namespace baodao::dispatch {

struct Credit {
  std::string person_id;
  std::string task_id;
  std::string task_title;
  int64_t minutes = 0;
  v1::Confirmation confirmation = v1::CONFIRMATION_UNSPECIFIED;
  std::string confirmer_id;  // as in LedgerEntry
  std::string unit_id;       // hears the result
  bool unit_post = false;    // the unit had claimed the slot
  int rating = 0;            // 0: not evaluated
  std::string reason;        // of a correction, or a confirmation after the fact
};

// The credit that a task gives from now on, in place of the one before.
struct Correction {
  Credit credit;
  std::string actor;
  std::string trace_id;
};

// Where entries are once they have left the store, and after how long.
struct LedgerArchive {
  // As RetirementService.GetLedgerEntries; none: nothing leaves.
  std::function<Task<absl::StatusOr<std::vector<v1::LedgerEntry>>>(
      records::v1::GetLedgerEntriesRequest request)>
      read;
  Millis keep{0};
};

// The timer of a person's oldest entry.
inline constexpr std::string_view kLedgerTimer = "ledger";

// Loop thread only. Entries that have left the store are read from the archive.
class Ledgers {
 public:
  // All outlive it.
  Ledgers(store::Store& store, const DispatchKeys& keys, Clock& clock, LedgerArchive archive = {})
      : store_(store), keys_(keys), clock_(clock), archive_(std::move(archive)) {}

  // Adds the entry and announces it, unless the task has been credited to the person before. OK in
  // both cases.
  Task<absl::Status> Add(Credit credit);
  // The commit of a correction: reverses the entry that counts for the task, where its minutes are
  // others, and adds the right ones where they are above 0. Where they are right already only the
  // version is checked. HOURS_NOT_CREDITED when the task has credited nothing to the person.
  Task<absl::StatusOr<store::Decision<v1::Balance>>> Correct(Correction correction);

  Task<absl::StatusOr<v1::LedgerRecord>> Head(std::string person_id);
  // Entries with sequence > `after`, oldest first, at most `limit`.
  Task<absl::StatusOr<std::vector<v1::LedgerEntry>>> List(std::string person_id, uint64_t after,
                                                          int limit);
  // Takes entries out of the store that are old and that the archive has word for word. Sets or
  // clears `timer`, which fired for them.
  Task<absl::Status> Retire(std::string person_id, std::string timer);

 private:
  using Entries = std::vector<v1::LedgerEntry>;
  using Stored = record::Versioned<v1::LedgerRecord>;
  Task<absl::StatusOr<Stored>> Load(std::string person_id);
  // Entries of the store with sequence > `after`, at most `limit`.
  Task<absl::StatusOr<Entries>> ReadStored(std::string person_id, const v1::LedgerRecord& head,
                                           uint64_t after, int limit);
  Task<absl::StatusOr<Entries>> ReadArchived(std::string person_id, uint64_t after, int limit,
                                             std::string task_id = {});
  // Those of the task that have left the store; none where it is too young for that.
  Task<absl::StatusOr<Entries>> ArchivedOf(std::string person_id, std::string task_id,
                                           const v1::LedgerRecord& head);
  // Takes out the first of `entries` that `archived` has too.
  Task<absl::StatusOr<store::Commit>> DecideRetire(std::string person_id, Stored head,
                                                   Entries entries, std::optional<Entries> archived,
                                                   std::string timer);
  // Where this entry is now the oldest of the store.
  void SetTimerAtFirst(const v1::LedgerRecord& before, const std::string& person_id, Time now,
                       store::Commit* commit) const;
  // The entry that counts for the task; NOT_FOUND.
  Task<absl::StatusOr<v1::LedgerEntry>> Counting(std::string person_id, std::string task_id,
                                                 const v1::LedgerRecord& head);
  // Empty where the service was credited before.
  Task<absl::StatusOr<store::Commit>> DecideAdd(const Credit& credit);

  store::Store& store_;
  const DispatchKeys& keys_;
  Clock& clock_;
  LedgerArchive archive_;
};

v1::Balance BalanceOf(const std::string& person_id, const v1::LedgerRecord& head);

}  // namespace baodao::dispatch
