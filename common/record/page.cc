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

// Of each of several lists, at least.
constexpr int64_t kSmallestChunk = 8;
// At most so many: members of one millisecond, behind which no position can lie.
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
  }
  const auto lists = static_cast<int64_t>(walk.query_.lists.size());
  walk.chunk_ = static_cast<int64_t>(at_once);
  // Of several lists each holds a part of the page.
  if (lists > 1) {
    walk.chunk_ = std::min(walk.chunk_, std::max(kSmallestChunk, 2 * walk.chunk_ / lists + 1));
  }
  walk.ended_ = lists == 0;
  return walk;
}

bool Walk::IsBehind(const Position& position) const {
  if (!position_) return true;
  const auto one = std::tie(position.sort, position.id);
  const auto other = std::tie(position_->sort, position_->id);
  return query_.newest_first ? one < other : one > other;
}

Task<absl::Status> Walk::ReadOn() {
  store::Store::Range range;
  range.reverse = query_.newest_first;
  range.limit = chunk_;
  if (position_) (query_.newest_first ? range.max : range.min) = position_->sort;
  std::vector<Task<Members>> reads;
  for (const std::string& list : query_.lists) reads.push_back(store_->RangeIndex(list, range));
  std::vector<Members> results = co_await Gather(std::move(reads));
  ahead_.clear();
  at_ = 0;
  ended_ = true;
  const auto before = [this](const Position& a, const Position& b) {
    const auto one = std::tie(a.sort, a.id);
    const auto other = std::tie(b.sort, b.id);
    return query_.newest_first ? one > other : one < other;
  };
  std::optional<Position> horizon;  // a list that was cut off says nothing about what lies behind
  for (Members& result : results) {
    CO_RETURN_IF_ERROR(result);
    read_ += static_cast<int64_t>(result->size());
    for (const store::ScoredMember& member : *result) {
      const size_t bar = member.member.find('|');
      Position position{member.score, member.member.substr(0, bar)};
      if (&member == &result->back() && static_cast<int64_t>(result->size()) >= chunk_) {
        ended_ = false;
        if (!horizon || before(position, *horizon)) horizon = position;
      }
      if (!IsBehind(position)) continue;
      std::string tag = bar == std::string::npos ? "" : member.member.substr(bar + 1);
      ahead_.push_back({std::move(position), std::move(tag)});
    }
  }
  if (horizon) {
    std::erase_if(ahead_, [&](const Member& m) { return before(*horizon, m.position); });
  }
  std::ranges::sort(ahead_, before, &Member::position);
  // A record may stand in several of the lists.
  const auto [first, last] =
      std::ranges::unique(ahead_, {}, [](const Member& member) { return member.position.id; });
  ahead_.erase(first, last);
  co_return absl::OkStatus();
}

Task<absl::StatusOr<std::vector<Position>>> Walk::Next(size_t count) {
  const std::optional<Position> start = position_;
  std::vector<Position> found;
  while (found.size() < count) {
    for (; at_ < ahead_.size() && found.size() < count; ++at_) {
      Member& member = ahead_[at_];
      position_ = member.position;
      ++looked_at_;
      if (query_.tag.empty() || member.tag == query_.tag) {
        found.push_back(std::move(member.position));
      }
    }
    if (found.size() == count || ended_ || read_ >= kMaxRead || chunk_ > kLargestChunk) break;
    CO_RETURN_IF_ERROR(co_await ReadOn());
    // Nothing but what is known already: more were created in one millisecond than were read.
    if (ahead_.empty() && !ended_) chunk_ *= 2;
  }
  // A page that ends where it began would be asked for again and again.
  if (found.empty() && !ended_ && position_ == start) {
    co_return absl::InternalError("too many records of one millisecond");
  }
  co_return found;
}

}  // namespace baodao::record
