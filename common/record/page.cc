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
// Of a list that holds many of one millisecond, at most.
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
  for (std::string& list : walk.query_.lists) walk.sources_.push_back({std::move(list)});
  walk.ended_ = lists == 0;
  return walk;
}

bool Walk::IsBehind(const Position& position) const {
  if (!position_) return true;
  const auto one = std::tie(position.sort, position.id);
  const auto other = std::tie(position_->sort, position_->id);
  return query_.newest_first ? one < other : one > other;
}

// Skips what is known of a list that holds more of one millisecond than one look shows.
void Walk::Widen(Source& source, int64_t read) {
  stuck_read_ += read;
  stuck_at_ = position_->sort;
  if (source.chunk < kLargestChunk) {
    source.chunk *= 2;
  } else {
    source.offset += read;
  }
}

Task<absl::Status> Walk::ReadOn() {
  const bool moved = !position_ || stuck_at_ != position_->sort;
  std::vector<Task<Members>> reads;
  for (Source& source : sources_) {
    if (moved) source = {std::move(source.list), chunk_};
    store::Store::Range range;
    range.reverse = query_.newest_first;
    range.limit = source.chunk;
    range.offset = source.offset;
    if (position_) (query_.newest_first ? range.max : range.min) = position_->sort;
    reads.push_back(store_->RangeIndex(source.list, range));
  }
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
  for (size_t i = 0; i < results.size(); ++i) {
    CO_RETURN_IF_ERROR(results[i].status());
    const std::vector<store::ScoredMember>& members = *results[i];
    const auto read = static_cast<int64_t>(members.size());
    const size_t known = ahead_.size();
    for (const store::ScoredMember& member : members) {
      const size_t bar = member.member.find('|');
      Position position{member.score, member.member.substr(0, bar)};
      if (&member == &members.back() && read >= sources_[i].chunk) {
        ended_ = false;
        if (!horizon || before(position, *horizon)) horizon = position;
      }
      if (!IsBehind(position)) continue;
      std::string tag = bar == std::string::npos ? "" : member.member.substr(bar + 1);
      ahead_.push_back({std::move(position), std::move(tag)});
    }
    if (read >= sources_[i].chunk && ahead_.size() == known) Widen(sources_[i], read);
  }
  if (horizon) {
    std::erase_if(ahead_, [&](const Member& m) { return before(*horizon, m.position); });
  }
  std::ranges::sort(ahead_, before, &Member::position);
  // A record may stand in several of the lists.
  const auto same = [](const Member& a, const Member& b) { return a.position.id == b.position.id; };
  ahead_.erase(std::unique(ahead_.begin(), ahead_.end(), same), ahead_.end());
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
    if (found.size() == count || ended_) break;
    if (looked_at_ >= kMaxLookedAt || stuck_read_ >= kMaxLookedAt) break;
    CO_RETURN_IF_ERROR(co_await ReadOn());
  }
  // A page that ends where it began would be asked for again and again.
  if (found.empty() && !ended_ && position_ == start) {
    co_return absl::InternalError("too many records of one millisecond");
  }
  co_return found;
}

}  // namespace baodao::record
