// Reads of an inbox.
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <utility>

#include "common/status/macros.h"
#include "services/inbox/store/inbox_store.h"

namespace baodao::inbox {
namespace {

constexpr uint64_t kScanned = 200;  // entries at once, in search of some

}  // namespace

Task<absl::StatusOr<std::vector<std::optional<v1::NotificationRecord>>>> InboxStore::Read(
    std::string key, Range range) {
  std::vector<std::optional<v1::NotificationRecord>> records;
  if (range.first > range.last) co_return records;
  std::vector<std::string> fields;
  for (uint64_t i = range.first; i <= range.last; ++i) fields.push_back(absl::StrCat(i));
  CO_ASSIGN_OR_RETURN(const auto kept, co_await store_.GetFields(key, std::move(fields)));
  for (const std::optional<std::string>& bytes : kept) {
    std::optional<v1::NotificationRecord>& record = records.emplace_back();
    if (bytes && !record.emplace().ParseFromString(*bytes)) {
      co_return absl::DataLossError("a notification of " + key + " cannot be parsed");
    }
  }
  co_return records;
}

Task<absl::StatusOr<std::vector<Entry>>> InboxStore::ReadEntries(std::string key, Range range) {
  std::vector<Entry> entries;
  CO_ASSIGN_OR_RETURN(auto records, co_await Read(std::move(key), range));
  for (std::optional<v1::NotificationRecord>& record : records) {
    if (!record) continue;
    const Cursor cursor{static_cast<uint64_t>(record->added_ms()), record->number()};
    entries.push_back({cursor, *std::move(record)});
  }
  co_return entries;
}

Task<absl::StatusOr<InboxStore::Young>> InboxStore::YoungSince(std::string key, Range range,
                                                               Time time) {
  for (uint64_t from = range.first; from <= range.last; from += kScanned) {
    const Range part{from, std::min(from + kScanned - 1, range.last)};
    CO_ASSIGN_OR_RETURN(const auto records, co_await Read(key, part));
    for (size_t i = 0; i < records.size(); ++i) {
      if (!records[i]) continue;
      const Time came(Millis(records[i]->added_ms()));
      if (came >= time) co_return Young{from + i, came};
    }
  }
  co_return Young{range.last + 1};
}

Task<absl::StatusOr<Excerpt>> InboxStore::After(Owner owner, Cursor after, int limit) {
  Excerpt excerpt;
  CO_ASSIGN_OR_RETURN(excerpt.head, co_await Head(owner));
  const uint64_t from = std::max(after.sequence, excerpt.head.dropped());
  if (from >= excerpt.head.added()) co_return excerpt;
  const uint64_t count = std::min(excerpt.head.added() - from, static_cast<uint64_t>(limit));
  const Range range{from + 1, from + count};
  CO_ASSIGN_OR_RETURN(excerpt.entries, co_await ReadEntries(EntriesKey(owner), range));
  co_return excerpt;
}

Task<absl::StatusOr<Excerpt>> InboxStore::Before(Owner owner, std::optional<Cursor> before,
                                                 int limit) {
  Excerpt excerpt;
  CO_ASSIGN_OR_RETURN(excerpt.head, co_await Head(owner));
  uint64_t last = excerpt.head.added();
  if (before) last = std::min(last, std::max<uint64_t>(before->sequence, 1) - 1);
  if (last <= excerpt.head.dropped()) co_return excerpt;
  const uint64_t count = std::min(last - excerpt.head.dropped(), static_cast<uint64_t>(limit));
  const Range range{last - count + 1, last};
  CO_ASSIGN_OR_RETURN(excerpt.entries, co_await ReadEntries(EntriesKey(owner), range));
  std::ranges::reverse(excerpt.entries);
  co_return excerpt;
}

Task<absl::StatusOr<std::vector<Entry>>> InboxStore::Displaced(Owner owner, v1::InboxRecord head,
                                                               std::optional<Cursor> before,
                                                               int limit) {
  std::vector<Entry> displaced;
  const uint64_t end = before ? before->sequence : head.added() + 1;
  if (end <= 1) co_return displaced;  // everything was shown
  for (uint64_t last = head.urgent(); last > head.dropped_urgent();) {
    const uint64_t count = std::min(last - head.dropped_urgent(), kScanned);
    const Range range{last - count + 1, last};
    CO_ASSIGN_OR_RETURN(std::vector<Entry> urgent, co_await ReadEntries(UrgentKey(owner), range));
    for (auto entry = urgent.rbegin(); entry != urgent.rend(); ++entry) {
      if (entry->cursor.sequence >= end) continue;
      displaced.push_back(std::move(*entry));
      if (static_cast<int>(displaced.size()) == limit) co_return displaced;
    }
    last -= count;
  }
  co_return displaced;
}

Task<absl::StatusOr<std::vector<v1::NotificationRecord>>> InboxStore::Since(Owner owner,
                                                                            v1::InboxRecord head,
                                                                            uint64_t number) {
  std::vector<v1::NotificationRecord> newer;
  const Range range{std::max(number, head.dropped()) + 1, head.added()};
  CO_ASSIGN_OR_RETURN(std::vector<Entry> entries, co_await ReadEntries(EntriesKey(owner), range));
  newer.reserve(entries.size());
  for (Entry& entry : entries) newer.push_back(std::move(entry.record));
  co_return newer;
}

Task<absl::StatusOr<bool>> InboxStore::Shows(Owner owner, uint64_t cause) {
  std::optional<Cursor> before;
  for (;;) {
    CO_ASSIGN_OR_RETURN(const Excerpt excerpt, co_await Before(owner, before, kScanned));
    if (excerpt.entries.empty()) co_return false;
    for (const Entry& entry : excerpt.entries) {
      if (entry.record.cause() == cause) co_return true;
    }
    before = excerpt.entries.back().cursor;
  }
}

Task<absl::StatusOr<v1::InboxRecord>> InboxStore::Head(Owner owner) {
  CO_ASSIGN_OR_RETURN(LoadedHead head, co_await LoadHead(owner, store::Read::kFresh));
  co_return std::move(head.record);
}

}  // namespace baodao::inbox
