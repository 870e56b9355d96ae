#include "services/lists/store/listing.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "common/async/gather.h"
#include "common/ids/ids.h"
#include "common/status/macros.h"

namespace baodao::lists {
namespace {

// Members looked at for one page, at most about this many.
constexpr int kMaxLookedAt = 4'000;
// Members read at once when a category is looked for.
constexpr int kFilteredChunk = 200;
// Of each of several indexes, at least.
constexpr int64_t kSmallestChunk = 8;
// At most so many: things created in one millisecond, behind which no position can lie.
constexpr int64_t kLargestChunk = 1'024;

using Members = absl::StatusOr<std::vector<store::ScoredMember>>;

struct Item {
  std::string id;
  std::string category;
};

Item ItemOf(const std::string& member) {
  const size_t bar = member.find('|');
  if (bar == std::string::npos) return {member, ""};
  return {member.substr(0, bar), member.substr(bar + 1)};
}

// One round of reading: what certainly comes next, newest first.
struct Round {
  std::vector<Item> items;
  bool more = false;  // some index holds members after these
  int64_t read = 0;   // members, known ones too
};

Task<absl::StatusOr<Round>> Read(store::Store& store, const ListQuery& query, int64_t chunk) {
  store::Store::Range range;
  range.reverse = true;
  range.limit = chunk;
  if (!query.before.empty()) range.max = IndexScore(query.before);
  std::vector<Task<Members>> reads;
  for (const std::string& key : query.keys) reads.push_back(store.RangeIndex(key, range));
  std::vector<Members> results = co_await Gather(std::move(reads));
  Round round;
  std::string horizon;  // an index that was cut off says nothing about ids below its last
  for (Members& result : results) {
    CO_RETURN_IF_ERROR(result);
    round.read += static_cast<int64_t>(result->size());
    if (static_cast<int64_t>(result->size()) >= chunk) {
      round.more = true;
      horizon = std::max(horizon, ItemOf(result->back().member).id);
    }
    for (const store::ScoredMember& member : *result) {
      Item item = ItemOf(member.member);
      if (query.before.empty() || item.id < query.before) round.items.push_back(std::move(item));
    }
  }
  std::erase_if(round.items, [&](const Item& item) { return item.id < horizon; });
  std::ranges::sort(round.items, std::greater(), &Item::id);
  co_return round;
}

}  // namespace

std::string IndexMember(std::string_view id, std::string_view category) {
  std::string member(id);
  member += '|';
  member += category;
  return member;
}

double IndexScore(std::string_view id) {
  const auto time = ids::TimeOf(id);
  return time ? static_cast<double>(time->time_since_epoch().count()) : 0;
}

Task<absl::StatusOr<ListPage>> ListNewestFirst(store::Store& store, ListQuery query) {
  ListPage page;
  const auto indexes = static_cast<int64_t>(query.keys.size());
  int64_t chunk =
      query.category.empty() ? query.limit + 1 : std::max(query.limit + 1, kFilteredChunk);
  // Of several indexes each holds a part of the page.
  if (indexes > 1) chunk = std::min(chunk, std::max(kSmallestChunk, 2 * chunk / indexes + 1));
  while (page.read < kMaxLookedAt) {
    CO_ASSIGN_OR_RETURN(const Round round, co_await Read(store, query, chunk));
    page.read += round.read;
    for (const Item& item : round.items) {
      if (static_cast<int>(page.ids.size()) == query.limit) {
        page.next = page.ids.back();
        co_return page;
      }
      if (query.category.empty() || item.category == query.category) page.ids.push_back(item.id);
      query.before = item.id;
    }
    if (!round.more) co_return page;
    if (!round.items.empty()) continue;
    // Nothing but what is known already: more were created in one millisecond than were read.
    if (chunk == kLargestChunk) {
      co_return absl::InternalError("an index holds too many things of one millisecond");
    }
    chunk = std::min(2 * chunk, kLargestChunk);
  }
  page.next = query.before;
  co_return page;
}

}  // namespace baodao::lists
