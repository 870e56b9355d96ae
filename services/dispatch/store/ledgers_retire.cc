// Entries that leave the store for the archive, and the questions asked of it about them.
#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/ids/ids.h"
#include "common/log/log.h"
#include "common/record/archive.h"
#include "common/status/macros.h"
#include "common/timers/timer_loop.h"
#include "services/dispatch/store/ledger_fields.h"
#include "services/dispatch/store/ledgers.h"

namespace baodao::dispatch {
namespace {

// Looked at for one person at a time.
constexpr int kEntriesAtOnce = 200;

// How many of the first it has word for word.
size_t CountSame(const std::vector<v1::LedgerEntry>& entries,
                 const std::vector<v1::LedgerEntry>& archived) {
  using google::protobuf::util::MessageDifferencer;
  const auto [end, other] = std::ranges::mismatch(entries, archived, &MessageDifferencer::Equals);
  return static_cast<size_t>(end - entries.begin());
}

}  // namespace

void Ledgers::SetTimerAtFirst(const v1::LedgerRecord& before, const std::string& person_id,
                              Time now, store::Commit* commit) const {
  if (archive_.read == nullptr || before.last_sequence() != before.retired_sequence()) return;
  commit->SetTimer(timers::Member(kLedgerTimer, person_id), now + archive_.keep);
}

Task<absl::StatusOr<Ledgers::Entries>> Ledgers::ReadArchived(std::string person_id, uint64_t after,
                                                             int limit, std::string task_id) {
  records::v1::GetLedgerEntriesRequest request;
  request.set_person_id(std::move(person_id));
  request.set_after_sequence(static_cast<int64_t>(after));
  request.set_task_id(std::move(task_id));
  request.set_limit(limit);
  co_return co_await archive_.read(std::move(request));
}

Task<absl::StatusOr<Ledgers::Entries>> Ledgers::ArchivedOf(std::string person_id,
                                                           std::string task_id,
                                                           const v1::LedgerRecord& head) {
  const std::optional<Time> created = ids::TimeOf(task_id);
  const Time until(Millis(head.retired_until_ms()));
  if (head.retired_sequence() == 0 || !created || *created > until) co_return Entries();
  co_return co_await ReadArchived(std::move(person_id), 0, kEntriesAtOnce, std::move(task_id));
}

Task<absl::Status> Ledgers::Retire(std::string person_id, std::string timer) {
  CO_ASSIGN_OR_RETURN(Stored head, co_await Load(person_id));
  const uint64_t retired = head.record.retired_sequence();
  CO_ASSIGN_OR_RETURN(Entries entries,
                      co_await ReadStored(person_id, head.record, retired, kEntriesAtOnce));
  std::optional<Entries> archived;  // nothing: it does not answer
  if (!entries.empty() && ToTime(entries[0].time()) + archive_.keep <= clock_.Now()) {
    const auto limit = static_cast<int>(entries.size());
    auto read = co_await ReadArchived(person_id, retired, limit);
    if (read.ok()) archived = *std::move(read);
  }
  CO_ASSIGN_OR_RETURN(
      store::Commit commit,
      co_await DecideRetire(std::move(person_id), std::move(head), std::move(entries),
                            std::move(archived), std::move(timer)));
  CO_ASSIGN_OR_RETURN(const store::CommitOutcome outcome, co_await store_.Apply(std::move(commit)));
  if (outcome.kind == store::CommitOutcome::Kind::kApplied) co_return absl::OkStatus();
  co_return absl::AbortedError("the ledger changed at the same moment");
}

Task<absl::StatusOr<store::Commit>> Ledgers::DecideRetire(std::string person_id, Stored head,
                                                          Entries entries,
                                                          std::optional<Entries> archived,
                                                          std::string timer) {
  store::Commit commit(keys_.ShardOf(person_id));
  const Time now = clock_.Now();
  const auto stay = std::ranges::find_if(entries, [&](const v1::LedgerEntry& entry) {
    return ToTime(entry.time()) + archive_.keep > now;
  });
  const auto old = static_cast<size_t>(stay - entries.begin());
  const size_t leave = archived ? std::min(old, CountSame(entries, *archived)) : 0;
  const std::string ledger = keys_.Ledger(person_id);
  std::vector<std::string> tasks;
  for (size_t i = 0; i < leave; ++i) tasks.push_back(TaskField(entries[i].task_id()));
  CO_ASSIGN_OR_RETURN(const auto newest, co_await store_.GetFields(ledger, tasks));
  for (size_t i = 0; i < leave; ++i) {
    const uint64_t sequence = entries[i].sequence();
    commit.RemoveField(ledger, EntryField(sequence));
    // A later entry of the task stays.
    if (newest[i] == std::to_string(sequence)) commit.RemoveField(ledger, tasks[i]);
    head.record.set_retired_sequence(sequence);
    head.record.set_retired_until_ms(ToTime(entries[i].time()).time_since_epoch().count());
  }
  if (leave > 0) {
    commit.Put(keys_.Hours(person_id), head.version, head.record.SerializeAsString());
  } else {
    commit.Expect(keys_.Hours(person_id), head.version);
  }
  if (leave < old) {
    if (archived) {
      log::Error("dispatch.ledger_not_archived",
                 {{"person", person_id}, {"sequence", entries[leave].sequence()}});
    }
    commit.SetTimer(std::move(timer), now + record::AskAgainAfter(archive_.keep));
  } else if (stay != entries.end()) {
    commit.SetTimer(std::move(timer), ToTime(stay->time()) + archive_.keep);
  } else if (head.record.retired_sequence() < head.record.last_sequence()) {
    commit.SetTimer(std::move(timer), now);
  } else {
    commit.ClearTimer(std::move(timer));
  }
  co_return commit;
}

}  // namespace baodao::dispatch
