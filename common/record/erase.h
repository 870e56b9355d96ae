// Taking out of records what is private: no list, no deadline and no event of theirs changes, since
// nobody but the person sees a difference.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "common/record/repository.h"

namespace baodao::record {

// Changes every record of these lists that `erase` changes, each by a commit of its own: begun
// again, it goes on with those that are left. Nothing may change that lists, deadlines or events
// are made of.
template <class T>
Task<absl::Status> Erase(Repository& records, const T& type, PageQuery query, Origin origin,
                         std::function<void(RecordOf<T>*)> erase) {
  query.size = 100;
  do {
    CO_ASSIGN_OR_RETURN(const auto page, co_await records.ReadPage(type, query));
    for (const Versioned<RecordOf<T>>& found : page.records) {
      const std::string id = type.IdOf(found.record);
      const std::function<Task<absl::Status>(Transaction&)> change =
          [&](Transaction& transaction) -> Task<absl::Status> {
        CO_ASSIGN_OR_RETURN(const auto before, co_await records.Find(type, id));
        if (!before.exists()) co_return absl::OkStatus();
        RecordOf<T> after = before.record;
        erase(&after);
        std::string bytes = after.SerializeAsString();
        if (bytes == before.record.SerializeAsString()) co_return absl::OkStatus();
        transaction.commit().Put(transaction.KeyOf<RecordOf<T>>(id), before.version,
                                 std::move(bytes));
        co_return absl::OkStatus();
      };
      CO_RETURN_IF_ERROR(co_await records.Update(records.ShardOfId(id), origin, change));
    }
    query.after = page.next;
  } while (!query.after.empty());
  co_return absl::OkStatus();
}

}  // namespace baodao::record
