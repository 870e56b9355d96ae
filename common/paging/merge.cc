#include "common/paging/merge.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/async/gather.h"
#include "common/status/macros.h"

namespace baodao::paging {

Task<absl::StatusOr<std::vector<std::string>>> MergeByMember(store::Store& store,
                                                             std::vector<std::string> keys,
                                                             std::string after, int64_t limit) {
  std::vector<Task<absl::StatusOr<std::vector<std::string>>>> reads;
  reads.reserve(keys.size());
  for (std::string& key : keys) {
    reads.push_back(store.RangeIndexByMember(std::move(key), after, limit));
  }
  std::vector<absl::StatusOr<std::vector<std::string>>> parts = co_await Gather(std::move(reads));
  std::vector<std::string> members;
  for (absl::StatusOr<std::vector<std::string>>& part : parts) {
    CO_RETURN_IF_ERROR(part.status());
    std::move(part->begin(), part->end(), std::back_inserter(members));
  }
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
  if (static_cast<int64_t>(members.size()) > limit) members.resize(limit);
  co_return members;
}

}  // namespace baodao::paging
