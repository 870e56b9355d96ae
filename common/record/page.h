// Pages over the lists that records stand in, merged from any number of shards.
//
// A list orders its members by a number, their sort (creation, start), and those of one sort by
// their ids. A page goes on behind the last record looked at, whatever came or moved meanwhile: a
// record that was there when the listing began, and stays in its list, is shown exactly once.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/async/task.h"
#include "common/record/type.h"
#include "common/store/store.h"

namespace baodao::record {

struct PageQuery {
  std::vector<std::string> lists;  // from Repository::InArea or Of, or of the service's own
  std::string area;                // what went from a closed area to another than this is left out
  std::vector<std::string> tags;   // empty: any
  std::set<int> states;            // empty: any
  double least = store::Store::Range().min;  // members of a lower sort are left out
  // Whether the lists hold just what is asked for: then they can be counted, and few of their
  // records are dropped.
  bool exact = true;
  bool descending = true;
  std::string after;  // a Page::next; empty: from the beginning
  int size = 20;
};

template <class Record>
struct Page {
  std::vector<Versioned<Record>> records;
  std::string next;  // empty at the end
  int64_t read = 0;  // records, and members with another tag, that were looked at
};

// Where a page begins: behind this member of a list.
struct Position {
  double sort = 0;
  std::string id;

  bool operator==(const Position&) const = default;
  std::string Encode() const;
  // PAGE_TOKEN_INVALID for what cannot be a position.
  static absl::StatusOr<Position> Decode(std::string_view text);
};

// Walks over the members of several lists in their common order. A member is "<id>|<tag>", or an
// id alone.
class Walk {
 public:
  // Members looked at for one page, and members skipped to reach it, at most about.
  static constexpr int64_t kMaxLookedAt = 4'000;

  // Members read at once where most will not be shown.
  static constexpr size_t kSparseChunk = 200;

  // Reads about `at_once` members at first, and more at a time of a list of which all were looked
  // at. PAGE_TOKEN_INVALID for a position that is none. `store` outlives it.
  static absl::StatusOr<Walk> Begin(store::Store& store, PageQuery query, size_t at_once);

  // The next members with one of the tags, at most `count` of them; fewer, or none, at the end and
  // once too many were looked at. INTERNAL where so many members have one sort that no position
  // behind the last one can be reached.
  Task<absl::StatusOr<std::vector<Position>>> Next(size_t count);

  bool ended() const;
  // The member returned or passed over last; nothing before the first.
  const std::optional<Position>& position() const { return position_; }
  // Members returned or passed over. More are read: of several lists each holds a part of a page.
  int64_t looked_at() const { return looked_at_; }

 private:
  struct Member {
    Position position;
    std::string tag;
  };
  // One list, read a little ahead.
  struct Source {
    std::string list;
    std::optional<Position> after = std::nullopt;  // everything up to here was read
    int64_t chunk = 0;                             // members that are read next
    int64_t offset = 0;                            // of those of the sort of `after`, skipped
    std::deque<Member> ahead = {};
    bool exhausted = false;

    bool IsDry() const { return ahead.empty() && !exhausted; }
  };
  Walk(store::Store& store, PageQuery query) : store_(&store), query_(std::move(query)) {}
  Task<absl::Status> ReadOn();
  store::Store::Range RangeOf(const Source& source) const;
  void Take(Source& source, const std::vector<store::ScoredMember>& members);
  Source* First();
  bool IsBefore(const Position& a, const Position& b) const;

  store::Store* store_;
  PageQuery query_;
  std::optional<Position> begin_;  // where the page begins
  std::optional<Position> position_;
  std::vector<Source> sources_;
  int64_t skipped_ = 0;  // members that were read only to get past one sort
  int64_t looked_at_ = 0;
};

}  // namespace baodao::record
