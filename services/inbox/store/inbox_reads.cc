// Reads of an inbox.
#include <algorithm>
#include <utility>

#include "common/status/macros.h"
#include "services/inbox/store/inbox_store.h"

namespace baodao::inbox {
namespace {

constexpr int kScanned = 200;  // entries at once, in search of some
constexpr int kLatest = 8;     // the same, where mostly the first is the last

absl::StatusOr<std::vector<Entry>> Parse(std::vector<store::StreamEntry> raw) {
  std::vector<Entry> entries;
  for (const store::StreamEntry& one : raw) {
    Entry& entry = entries.emplace_back();
    const auto cursor = Cursor::Parse(one.id);
    if (!cursor || !entry.record.ParseFromString(one.bytes)) {
      return absl::DataLossError("the inbox entry " + one.id + " cannot be parsed");
    }
    entry.cursor = *cursor;
  }
  return entries;
}

}  // namespace

Task<absl::StatusOr<std::vector<Entry>>> InboxStore::After(Owner owner, Cursor after, int limit) {
  CO_ASSIGN_OR_RETURN(auto raw,
                      co_await store_.ReadStream(StreamKey(owner), after.Text(), false, limit));
  co_return Parse(std::move(raw));
}

Task<absl::StatusOr<std::vector<Entry>>> InboxStore::Before(Owner owner,
                                                            std::optional<Cursor> before,
                                                            int limit) {
  const std::string position = before ? before->Text() : "";
  CO_ASSIGN_OR_RETURN(auto raw,
                      co_await store_.ReadStream(StreamKey(owner), position, true, limit));
  co_return Parse(std::move(raw));
}

Task<absl::StatusOr<std::vector<Entry>>> InboxStore::Displaced(Owner owner,
                                                               std::optional<Cursor> before,
                                                               int limit) {
  std::vector<Entry> displaced;
  CO_ASSIGN_OR_RETURN(const std::vector<Entry> first, co_await After(owner, kStart, 1));
  for (;;) {
    const std::string position = before ? before->Text() : "";
    CO_ASSIGN_OR_RETURN(auto raw,
                        co_await store_.ReadStream(UrgentKey(owner), position, true, kScanned));
    CO_ASSIGN_OR_RETURN(std::vector<Entry> urgent, Parse(std::move(raw)));
    for (Entry& entry : urgent) {
      before = entry.cursor;
      if (!first.empty() && entry.record.number() >= first[0].record.number()) continue;
      displaced.push_back(std::move(entry));
      if (static_cast<int>(displaced.size()) == limit) co_return displaced;
    }
    if (urgent.size() < static_cast<size_t>(kScanned)) co_return displaced;
  }
}

Task<absl::StatusOr<std::vector<v1::NotificationRecord>>> InboxStore::Since(Owner owner,
                                                                            uint64_t number) {
  std::vector<v1::NotificationRecord> newer;
  std::optional<Cursor> before;
  for (bool more = true; more;) {
    CO_ASSIGN_OR_RETURN(std::vector<Entry> entries, co_await Before(owner, before, kLatest));
    more = entries.size() == static_cast<size_t>(kLatest);
    for (Entry& entry : entries) {
      before = entry.cursor;
      if (entry.record.number() <= number) more = false;
      if (entry.record.number() > number) newer.push_back(std::move(entry.record));
    }
  }
  std::ranges::reverse(newer);
  co_return newer;
}

Task<absl::StatusOr<bool>> InboxStore::Shows(Owner owner, uint64_t cause) {
  std::optional<Cursor> before;
  for (;;) {
    CO_ASSIGN_OR_RETURN(const std::vector<Entry> entries, co_await Before(owner, before, kScanned));
    for (const Entry& entry : entries) {
      if (entry.record.cause() == cause) co_return true;
    }
    if (entries.size() < static_cast<size_t>(kScanned)) co_return false;
    before = entries.back().cursor;
  }
}

Task<absl::StatusOr<v1::InboxRecord>> InboxStore::Head(Owner owner) {
  CO_ASSIGN_OR_RETURN(LoadedHead head, co_await LoadHead(owner, store::Read::kFresh));
  co_return std::move(head.record);
}

}  // namespace baodao::inbox
