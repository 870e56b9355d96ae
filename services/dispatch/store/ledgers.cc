#include "services/dispatch/store/ledgers.h"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <utility>

#include "baodao/events/v1/events.pb.h"
#include "common/clock/timestamp.h"
#include "common/ledger/chain.h"
#include "common/log/log.h"
#include "common/record/parse.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/store/ledger_fields.h"
#include "services/dispatch/store/tasks.h"

namespace baodao::dispatch {
namespace {

// The entry that follows those of `head`, which counts it from now on.
v1::LedgerEntry Append(const Credit& credit, int64_t minutes, uint64_t reverses, Time now,
                       v1::LedgerRecord* head) {
  v1::LedgerEntry entry;
  entry.set_person_id(credit.person_id);
  entry.set_sequence(head->last_sequence() + 1);
  entry.set_task_id(credit.task_id);
  entry.set_minutes(minutes);
  entry.set_reverses(reverses);
  entry.set_confirmation(credit.confirmation);
  entry.set_confirmer_id(credit.confirmer_id);
  entry.set_reason(credit.reason);
  *entry.mutable_time() = ToTimestamp(now);
  entry.set_hash(ledger::HashOf(head->last_hash(), entry));
  head->set_last_sequence(entry.sequence());
  head->set_minutes(head->minutes() + minutes);
  head->set_last_hash(entry.hash());
  return entry;
}

events::v1::Event EventOf(const Credit& credit, const v1::LedgerEntry& entry) {
  events::v1::Event event;
  events::v1::HoursCredited& credited = *event.mutable_hours_credited();
  *credited.mutable_entry() = entry;
  credited.set_task_title(credit.task_title);
  credited.set_unit_id(credit.unit_id);
  credited.set_unit_post(credit.unit_post);
  credited.set_rating(credit.rating);
  return event;
}

}  // namespace

Task<absl::StatusOr<Ledgers::Stored>> Ledgers::Load(std::string person_id) {
  CO_ASSIGN_OR_RETURN(const store::Stored stored, co_await store_.Get(keys_.Hours(person_id)));
  co_return record::Parse<v1::LedgerRecord>(stored);
}

Task<absl::Status> Ledgers::Add(Credit credit) {
  std::function<Task<absl::StatusOr<store::Commit>>()> decide = [&] { return DecideAdd(credit); };
  co_return co_await store::Update(store_, std::move(decide));
}

Task<absl::StatusOr<store::Commit>> Ledgers::DecideAdd(const Credit& credit) {
  store::Commit commit(keys_.ShardOf(credit.person_id));
  // The head first: whatever is credited after this read makes the commit conflict.
  CO_ASSIGN_OR_RETURN(Stored head, co_await Load(credit.person_id));
  const std::string ledger = keys_.Ledger(credit.person_id);
  std::vector<std::string> proof(1, TaskField(credit.task_id));
  CO_ASSIGN_OR_RETURN(const auto found, co_await store_.GetFields(ledger, std::move(proof)));
  if (found.at(0)) co_return commit;
  CO_ASSIGN_OR_RETURN(const Entries archived,
                      co_await ArchivedOf(credit.person_id, credit.task_id, head.record));
  if (!archived.empty()) co_return commit;

  const Time now = clock_.Now();
  SetTimerAtFirst(head.record, credit.person_id, now, &commit);
  const v1::LedgerEntry entry = Append(credit, credit.minutes, 0, now, &head.record);
  commit.Put(keys_.Hours(credit.person_id), head.version, head.record.SerializeAsString());
  commit.SetField(ledger, EntryField(entry.sequence()), entry.SerializeAsString());
  commit.SetField(ledger, TaskField(credit.task_id), std::to_string(entry.sequence()));
  const std::string& actor =
      credit.confirmer_id.empty() ? keys_.base().service() : credit.confirmer_id;
  commit.Emit(Stamp(EventOf(credit, entry), now, actor, {}));
  co_return commit;
}

Task<absl::StatusOr<v1::LedgerEntry>> Ledgers::Counting(std::string person_id, std::string task_id,
                                                        const v1::LedgerRecord& head) {
  const std::string ledger = keys_.Ledger(person_id);
  std::vector<std::string> fields(1, TaskField(task_id));
  CO_ASSIGN_OR_RETURN(const auto sequence, co_await store_.GetFields(ledger, std::move(fields)));
  if (!sequence.at(0)) {
    CO_ASSIGN_OR_RETURN(Entries archived,
                        co_await ArchivedOf(std::move(person_id), std::move(task_id), head));
    if (archived.empty()) co_return Refuse(Reason::HOURS_NOT_CREDITED);
    co_return std::move(archived.back());
  }
  fields.assign(1, EntryField(std::strtoull(sequence[0]->c_str(), nullptr, 10)));
  CO_ASSIGN_OR_RETURN(const auto bytes, co_await store_.GetFields(ledger, std::move(fields)));
  v1::LedgerEntry entry;
  // It has left the store since the field was read.
  if (!bytes.at(0)) co_return Refuse(Reason::CONFLICT_RETRY);
  if (!entry.ParseFromString(*bytes[0])) {
    co_return absl::DataLossError("an entry of a ledger cannot be parsed");
  }
  co_return entry;
}

Task<absl::StatusOr<store::Decision<v1::Balance>>> Ledgers::Correct(Correction correction) {
  const Credit& credit = correction.credit;
  // The head first: whatever is written after this read makes the commit conflict.
  CO_ASSIGN_OR_RETURN(Stored head, co_await Load(credit.person_id));
  CO_ASSIGN_OR_RETURN(const v1::LedgerEntry before,
                      co_await Counting(credit.person_id, credit.task_id, head.record));
  const int64_t counts = before.reverses() == 0 ? before.minutes() : 0;
  const Time now = clock_.Now();
  store::Commit commit(keys_.ShardOf(credit.person_id));
  if (counts != credit.minutes) {
    const std::string ledger = keys_.Ledger(credit.person_id);
    SetTimerAtFirst(head.record, credit.person_id, now, &commit);
    v1::LedgerEntry last;
    const auto add = [&](int64_t minutes, uint64_t reverses) {
      last = Append(credit, minutes, reverses, now, &head.record);
      commit.SetField(ledger, EntryField(last.sequence()), last.SerializeAsString());
      commit.Emit(Stamp(EventOf(credit, last), now, correction.actor, correction.trace_id));
    };
    if (counts != 0) add(-counts, before.sequence());
    if (credit.minutes != 0) add(credit.minutes, 0);
    commit.Put(keys_.Hours(credit.person_id), head.version, head.record.SerializeAsString());
    commit.SetField(ledger, TaskField(credit.task_id), std::to_string(last.sequence()));
  } else {
    // Nothing to write, and yet an answer to keep: sent again later it must not undo what others
    // have corrected since.
    commit.Expect(keys_.Hours(credit.person_id), head.version);
  }
  co_return store::Decision<v1::Balance>{std::move(commit),
                                         BalanceOf(credit.person_id, head.record)};
}

v1::Balance BalanceOf(const std::string& person_id, const v1::LedgerRecord& head) {
  v1::Balance balance;
  balance.set_person_id(person_id);
  balance.set_minutes(head.minutes());
  balance.set_entries(static_cast<int64_t>(head.last_sequence()));
  balance.set_last_hash(head.last_hash());
  return balance;
}

Task<absl::StatusOr<v1::LedgerRecord>> Ledgers::Head(std::string person_id) {
  CO_ASSIGN_OR_RETURN(Stored head, co_await Load(std::move(person_id)));
  co_return std::move(head.record);
}

Task<absl::StatusOr<std::vector<v1::LedgerEntry>>> Ledgers::List(std::string person_id,
                                                                 uint64_t after, int limit) {
  CO_ASSIGN_OR_RETURN(const Stored head, co_await Load(person_id));
  Entries entries;
  const uint64_t retired = head.record.retired_sequence();
  if (after < retired) {
    const auto left = static_cast<int>(std::min<uint64_t>(retired - after, limit));
    CO_ASSIGN_OR_RETURN(entries, co_await ReadArchived(person_id, after, left));
    std::erase_if(entries, [&](const auto& entry) { return entry.sequence() > retired; });
    // They were lost and not restored: the others are better than nothing, and the balance is
    // right.
    if (static_cast<int>(entries.size()) < left) {
      log::Error("dispatch.entries_lost", {{"person", person_id}, {"after", after}});
    }
    limit -= static_cast<int>(entries.size());
    after = retired;
  }
  if (limit == 0) co_return entries;
  CO_ASSIGN_OR_RETURN(Entries stored,
                      co_await ReadStored(std::move(person_id), head.record, after, limit));
  std::ranges::move(stored, std::back_inserter(entries));
  co_return entries;
}

Task<absl::StatusOr<Ledgers::Entries>> Ledgers::ReadStored(std::string person_id,
                                                           const v1::LedgerRecord& head,
                                                           uint64_t after, int limit) {
  Entries entries;
  if (after >= head.last_sequence()) co_return entries;
  std::vector<std::string> fields;
  const uint64_t last = std::min(head.last_sequence(), after + static_cast<uint64_t>(limit));
  for (uint64_t sequence = after + 1; sequence <= last; ++sequence) {
    fields.push_back(EntryField(sequence));
  }
  CO_ASSIGN_OR_RETURN(const auto found,
                      co_await store_.GetFields(keys_.Ledger(person_id), std::move(fields)));
  for (const std::optional<std::string>& bytes : found) {
    // It has left the store since the head was read.
    if (!bytes) co_return Refuse(Reason::CONFLICT_RETRY);
    if (!entries.emplace_back().ParseFromString(*bytes)) {
      co_return absl::DataLossError("an entry of a ledger cannot be parsed");
    }
  }
  co_return entries;
}

}  // namespace baodao::dispatch
