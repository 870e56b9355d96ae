// Pages of ids, newest first, over indexes in any number of shards.
//
// A member of an index is "<id>|<category>", its score the creation time inside the id, so the
// order of an index is that of the ids and never changes: a page goes on after the last id looked
// at, whatever came or moved meanwhile.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/async/task.h"
#include "common/store/store.h"

namespace baodao::lists {

std::string IndexMember(std::string_view id, std::string_view category);
double IndexScore(std::string_view id);

struct ListQuery {
  std::vector<std::string> keys;
  std::string category;  // empty: any
  std::string before;    // only ids created before this one; empty: from the newest
  int limit = 20;
};

struct ListPage {
  std::vector<std::string> ids;
  // Where the next page starts (a ListQuery::before); empty at the end.
  std::string next;
  int64_t read = 0;  // members of the indexes that were looked at
};

// A page may be short, even empty, without being the last: at most 4,000 members are looked at for
// one, and those of one chunk of each index. INTERNAL where more than a thousand things of an index
// were created within one millisecond.
Task<absl::StatusOr<ListPage>> ListNewestFirst(store::Store& store, ListQuery query);

}  // namespace baodao::lists
