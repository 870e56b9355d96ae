#include "services/dispatch/store/task_list.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <utility>

#include "baodao/dispatch/v1/records.pb.h"
#include "common/async/for_each.h"
#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::dispatch {
namespace {

// Tasks looked at for a page beyond those it can show.
constexpr size_t kSpareLooks = 100;
constexpr size_t kReadsAtOnce = 32;
// Entries read at once, at most, where many tasks start at the same time as the last one shown.
constexpr int64_t kLargestChunk = 512;

}  // namespace

// Not in an anonymous namespace: coroutine frames of outside functions hold these.
namespace task_list_internal {

// One list, read ahead a little.
struct Source {
  std::string key;
  ListPosition after;  // everything up to here has been read
  std::deque<ListPosition> ahead;
  bool exhausted = false;
  int64_t read = 0;  // entries of the index, those skipped too
};

}  // namespace task_list_internal

namespace {

using task_list_internal::Source;

// Reads on behind source.after. Tasks with equal scores are skipped by their ids.
Task<absl::Status> Refill(store::Store& store, Source& source, int64_t chunk) {
  store::Store::Range range;
  range.min = source.after.score;
  range.limit = chunk;
  while (source.ahead.empty() && !source.exhausted) {
    CO_ASSIGN_OR_RETURN(const auto members, co_await store.RangeIndex(source.key, range));
    source.exhausted = static_cast<int64_t>(members.size()) < range.limit;
    range.offset += static_cast<int64_t>(members.size());
    source.read += static_cast<int64_t>(members.size());
    for (const store::ScoredMember& member : members) {
      ListPosition position{member.score, member.member};
      if (position > source.after) source.ahead.push_back(std::move(position));
    }
    range.limit = std::min(2 * range.limit, std::max(chunk, kLargestChunk));
  }
  if (!source.ahead.empty()) source.after = source.ahead.back();
  co_return absl::OkStatus();
}

Task<absl::Status> RefillAll(store::Store& store, std::vector<Source*> dry, int64_t chunk) {
  absl::Status status;
  std::function<Task<void>(size_t)> refill = [&](size_t i) -> Task<void> {
    absl::Status read = co_await Refill(store, *dry[i], chunk);
    if (!read.ok()) status = std::move(read);
  };
  co_await ForEach(dry.size(), kReadsAtOnce, std::move(refill));
  co_return status;
}

// The next `count` positions over all sources, in order; fewer at the end of all lists.
Task<absl::StatusOr<std::vector<ListPosition>>> Merge(store::Store& store,
                                                      std::vector<Source>& sources, size_t count) {
  const auto chunk = static_cast<int64_t>(std::max<size_t>(4, 2 * count / sources.size() + 1));
  std::vector<ListPosition> merged;
  while (merged.size() < count) {
    std::vector<Source*> dry;
    for (Source& source : sources) {
      if (source.ahead.empty() && !source.exhausted) dry.push_back(&source);
    }
    if (!dry.empty()) CO_RETURN_IF_ERROR(co_await RefillAll(store, std::move(dry), chunk));
    Source* first = nullptr;
    for (Source& source : sources) {
      if (source.ahead.empty()) continue;
      if (first == nullptr || source.ahead.front() < first->ahead.front()) first = &source;
    }
    if (first == nullptr) break;
    merged.push_back(std::move(first->ahead.front()));
    first->ahead.pop_front();
  }
  co_return merged;
}

}  // namespace

std::vector<std::string> ListKeys(const DispatchKeys& keys, const areas::AreaTree& tree,
                                  const std::string& list, const std::string& area_code) {
  std::vector<std::string> found;
  const auto add = [&](const std::string& code) {
    found.push_back(keys.List(tree.ShardOf(code, keys.base()), list, code));
  };
  for (const std::string& code : tree.IndexedUnder(area_code)) {
    if (tree.SubdistrictOf(code) != nullptr) {
      add(code);
      continue;
    }
    for (const areas::Area& area : tree.Subtree(code)) {
      const areas::Area* const subdistrict = tree.SubdistrictOf(area.code());
      if (subdistrict == nullptr || subdistrict == &area) add(area.code());
    }
  }
  return found;
}

std::string ListPosition::Encode() const {
  char score_text[40];
  std::snprintf(score_text, sizeof score_text, "%.17g|", score);
  return score_text + task_id;
}

absl::StatusOr<ListPosition> ListPosition::Decode(const std::string& text) {
  ListPosition position;
  if (text.empty()) return position;
  char* end = nullptr;
  position.score = std::strtod(text.c_str(), &end);
  if (*end != '|' || !std::isfinite(position.score)) return Refuse(Reason::PAGE_TOKEN_INVALID);
  position.task_id = end + 1;
  return position;
}

Task<absl::StatusOr<TaskPage>> ReadPage(store::Store& store, const DispatchKeys& keys,
                                        PageQuery query) {
  TaskPage page;
  page.position = query.after;
  if (query.keys.empty()) co_return page;
  std::vector<Source> sources;
  for (std::string& key : query.keys)
    sources.push_back({std::move(key), query.after, {}, false, 0});
  const auto size = static_cast<size_t>(query.size);
  for (size_t looked = 0; looked < size + kSpareLooks;) {
    const size_t missing = std::min(size - page.tasks.size(), size + kSpareLooks - looked);
    CO_ASSIGN_OR_RETURN(const auto positions, co_await Merge(store, sources, missing));
    if (positions.empty()) break;
    std::vector<std::string> records;
    records.reserve(positions.size());
    for (const ListPosition& position : positions) records.push_back(keys.Task(position.task_id));
    CO_ASSIGN_OR_RETURN(const auto stored, co_await store.GetMany(std::move(records)));
    for (const store::Stored& bytes : stored) {
      v1::TaskRecord record;
      if (!bytes.exists() || !record.ParseFromString(bytes.bytes)) continue;
      if (query.wanted(record.task())) page.tasks.push_back(std::move(*record.mutable_task()));
    }
    looked += positions.size();
    page.read += static_cast<int64_t>(positions.size());
    page.position = positions.back();
    if (page.tasks.size() >= size) break;
  }
  page.more = std::ranges::any_of(sources,
                                  [](const Source& s) { return !s.ahead.empty() || !s.exhausted; });
  for (const Source& source : sources) page.read += source.read;
  co_return page;
}

}  // namespace baodao::dispatch
