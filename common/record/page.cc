#include "common/record/page.h"

#include <absl/strings/str_format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <tuple>
#include <utility>

#include "common/async/gather.h"
#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::record {
namespace {

// Members read of each of several lists, at least.
constexpr int64_t kSmallestChunk = 8;
// Members read of one list at once, at most, unless a page asks for more.
constexpr int64_t kLargestChunk = 1'024;

using Members = absl::StatusOr<std::vector<store::ScoredMember>>;

}  // namespace

std::string Position::Encode() const { return absl::StrFormat("%.17g|%s", sort, id); }

absl::StatusOr<Position> Position::Decode(std::string_view text) {
  const std::string copy(text);
  char* end = nullptr;
  Position position;
  position.sort = std::strtod(copy.c_str(), &end);
  if (*end != '|' || !std::isfinite(position.sort)) return Refuse(Reason::PAGE_TOKEN_INVALID);
  position.id = end + 1;
  return position;
}

absl::StatusOr<Walk> Walk::Begin(store::Store& store, PageQuery query, size_t at_once) {
  Walk walk(store, std::move(query));
  if (!walk.query_.after.empty()) {
    ASSIGN_OR_RETURN(walk.position_, Position::Decode(walk.query_.after));
    walk.begin_ = walk.position_;
  }
  const auto lists = static_cast<int64_t>(walk.query_.lists.size());
  auto chunk = static_cast<int64_t>(at_once);
  // Each of several lists holds a part of the page.
  if (lists > 1) chunk = std::min(chunk, std::max(kSmallestChunk, 2 * chunk / lists + 1));
  if (walk.position_) ++chunk;  // where the page begins is read again, and left out
  for (std::string& list : walk.query_.lists) {
    walk.sources_.push_back({std::move(list), walk.position_, chunk});
  }
  return walk;
}

bool Walk::ended() const {
  return std::ranges::all_of(sources_,
                             [](const Source& s) { return s.ahead.empty() && s.exhausted; });
}

bool Walk::IsBefore(const Position& a, const Position& b) const {
  const auto one = std::tie(a.sort, a.id);
  const auto other = std::tie(b.sort, b.id);
  return query_.descending ? one > other : one < other;
}

store::Store::Range Walk::RangeOf(const Source& source) const {
  store::Store::Range range;
  range.reverse = query_.descending;
  range.limit = source.chunk;
  range.offset = source.offset;
  range.min = query_.least;
  if (!source.after) return range;
  if (query_.descending) {
    range.max = source.after->sort;
  } else {
    range.min = std::max(range.min, source.after->sort);
  }
  return range;
}

void Walk::Take(Source& source, const std::vector<store::ScoredMember>& members) {
  const auto read = static_cast<int64_t>(members.size());
  source.exhausted = read < source.chunk;
  for (const store::ScoredMember& member : members) {
    const size_t bar = member.member.find('|');
    Position position{member.score, member.member.substr(0, bar)};
    if (source.after && !IsBefore(*source.after, position)) continue;
    std::string tag = bar == std::string::npos ? "" : member.member.substr(bar + 1);
    source.ahead.push_back({std::move(position), std::move(tag)});
  }
  if (source.ahead.empty()) {
    source.offset += read;
    skipped_ += read;
  } else {
    source.after = source.ahead.back().position;
    source.offset = 0;
  }
  source.chunk = std::max(source.chunk, std::min(2 * source.chunk, kLargestChunk));
}

// Reads on in every list of which nothing is known that lies ahead.
Task<absl::Status> Walk::ReadOn() {
  while (skipped_ < kMaxLookedAt) {
    std::vector<Source*> dry;
    std::vector<Task<Members>> reads;
    for (Source& source : sources_) {
      if (!source.IsDry()) continue;
      dry.push_back(&source);
      reads.push_back(store_->RangeIndex(source.list, RangeOf(source)));
    }
    if (dry.empty()) break;
    const std::vector<Members> results = co_await Gather(std::move(reads));
    for (size_t i = 0; i < dry.size(); ++i) {
      CO_RETURN_IF_ERROR(results[i].status());
      Take(*dry[i], *results[i]);
    }
  }
  co_return absl::OkStatus();
}

// The source whose member is next; null where no list holds more, or one of them cannot be read on.
Walk::Source* Walk::First() {
  Source* first = nullptr;
  for (Source& source : sources_) {
    if (source.IsDry()) return nullptr;
    if (source.ahead.empty()) continue;
    if (first == nullptr ||
        IsBefore(source.ahead.front().position, first->ahead.front().position)) {
      first = &source;
    }
  }
  return first;
}

Task<absl::StatusOr<std::vector<Position>>> Walk::Next(size_t count) {
  std::vector<Position> found;
  while (found.size() < count && looked_at_ < kMaxLookedAt) {
    if (std::ranges::any_of(sources_, &Source::IsDry)) CO_RETURN_IF_ERROR(co_await ReadOn());
    Source* const source = First();
    if (source == nullptr) break;
    Member member = std::move(source->ahead.front());
    source->ahead.pop_front();
    // A record may stand in several of the lists.
    if (position_ == member.position) continue;
    position_ = member.position;
    ++looked_at_;
    if (query_.tags.empty() || std::ranges::count(query_.tags, member.tag) > 0) {
      found.push_back(std::move(member.position));
    }
  }
  // A page that ends where it began would be asked for again and again.
  if (found.empty() && !ended() && position_ == begin_) {
    co_return absl::InternalError("too many records of one sort");
  }
  co_return found;
}

}  // namespace baodao::record
