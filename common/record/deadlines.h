// The work of the timers of records. Included by repository.h only.
#pragma once

#include "common/record/repository.h"

namespace baodao::record {

template <class T>
Task<absl::Status> Repository::Fire(const T& type, const Hooks<T>& hooks, timers::Timer timer) {
  std::function<Task<absl::Status>(Transaction&)> decide =
      [&](Transaction& transaction) -> Task<absl::Status> {
    CO_ASSIGN_OR_RETURN(const Versioned<RecordOf<T>> before, co_await Find(type, timer.id));
    const auto due = before.exists() ? transaction.DueOf(type, before.record) : std::nullopt;
    if (!due || *due > transaction.now()) {
      // Another change of the record sets the timer anew, which must not be cleared here.
      transaction.Expect(type, timer.id, before.version);
      transaction.SetDeadline(timer.id, due);
      co_return absl::OkStatus();
    }
    if (type.OverSince(before.record)) co_return co_await Retire(type, transaction, before);
    if (hooks.lapse) co_return co_await hooks.lapse(transaction, before);
    if (type.deleted_at_deadline) {
      transaction.Delete(type, before);
      co_return absl::OkStatus();
    }
    RecordOf<T> after = before.record;
    type.lapse(&after, transaction.now());
    transaction.Put(type, before, after);
    co_return absl::OkStatus();
  };
  co_return co_await Update(timer.shard, OriginOf(store_.keys().service(), clock_.Now()),
                            std::move(decide));
}

template <class T>
Task<absl::Status> Repository::Retire(const T& type, Transaction& transaction,
                                      const Versioned<RecordOf<T>>& before) {
  const std::string& id = type.IdOf(before.record);
  store::Stored copy{before.version, before.record.SerializeAsString()};
  const Time now = transaction.now();
  const Time leave =
      co_await retirement_.Copy(Named<RecordOf<T>>().name(), id, type.PersonOf(before.record),
                                std::move(copy), *type.OverSince(before.record), now);
  if (leave <= now) {
    transaction.Delete(type, before);
  } else {
    transaction.Expect(type, id, before.version);
    transaction.SetDeadline(id, leave);
  }
  co_return absl::OkStatus();
}

}  // namespace baodao::record
