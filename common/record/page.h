// Pages over the lists that records stand in, merged from any number of shards.
//
// A page goes on behind the last record looked at, whatever came or moved meanwhile: a record that
// was there when the listing began, and stays, is shown exactly once.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
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
  std::vector<std::string> lists;  // from Repository::InArea or Of
  std::string area;                // what went from a closed area to another than this is left out
  std::string tag;                 // empty: any
  std::set<int> states;            // empty: any
  // Whether the lists hold just what is asked for: then they can be counted, and few of their
  // records are dropped.
  bool exact = true;
  bool newest_first = true;  // otherwise in ascending order
  std::string after;         // a Page::next; empty: from the beginning
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

// Walks over the members of several lists in their common order.
class Walk {
 public:
  // Members looked at for one page, about. Of several lists about twice as many are read.
  static constexpr int64_t kMaxLookedAt = 4'000;

  // Members read at once where most will not be shown.
  static constexpr size_t kSparseChunk = 200;

  // Reads about `at_once` members at a time. PAGE_TOKEN_INVALID for a position that is none.
  // `store` outlives it.
  static absl::StatusOr<Walk> Begin(store::Store& store, PageQuery query, size_t at_once);

  // The next members with the tag, at most `count` of them; fewer, or none, at the end and once too
  // many were read. INTERNAL where so many records were created within one millisecond that no
  // position behind the last one can be reached.
  Task<absl::StatusOr<std::vector<Position>>> Next(size_t count);

  bool ended() const { return ended_ && at_ == ahead_.size(); }
  // What was returned or passed over last; nothing before the first.
  const std::optional<Position>& position() const { return position_; }
  // Members returned or passed over. More are read: of several lists each holds a part of a page.
  int64_t looked_at() const { return looked_at_; }

 private:
  struct Member {
    Position position;
    std::string tag;
  };
  // What is read next of one list: more, and further on, where it holds many of one millisecond.
  struct Source {
    std::string list;
    int64_t chunk = 0;
    int64_t offset = 0;
  };
  Walk(store::Store& store, PageQuery query) : store_(&store), query_(std::move(query)) {}
  Task<absl::Status> ReadOn();
  void Widen(Source& source, int64_t read);
  bool IsBehind(const Position& position) const;

  store::Store* store_;
  PageQuery query_;
  std::optional<Position> position_;
  std::vector<Source> sources_;
  std::optional<double> stuck_at_;  // the sort of the position where some source was widened
  std::vector<Member> ahead_;       // read, from at_ on not yet returned
  size_t at_ = 0;
  int64_t chunk_ = 0;
  int64_t stuck_read_ = 0;  // members that were read only to get past one millisecond
  int64_t looked_at_ = 0;
  bool ended_ = false;  // nothing lies behind what was read
};

}  // namespace baodao::record
