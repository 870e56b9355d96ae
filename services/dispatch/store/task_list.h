// Pages of tasks of an area's subtree, soonest start first, merged from the lists of the
// subdistricts below it.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <string>
#include <vector>

#include "baodao/dispatch/v1/task.pb.h"
#include "common/areas/tree.h"
#include "common/async/task.h"
#include "common/store/store.h"
#include "services/dispatch/store/keys.h"

namespace baodao::dispatch {

// The keys of `list` ("open", "live", …) that together hold the tasks of the subtree and
// those it has taken over from closed areas.
std::vector<std::string> ListKeys(const DispatchKeys& keys, const areas::AreaTree& tree,
                                  const std::string& list, const std::string& area_code);

// Where a page ends: the score and id of the last task looked at.
struct ListPosition {
  double score = -1;
  std::string task_id;

  // clang-tidy 14 takes the 0 that it compares with for a pointer.
  auto operator<=>(const ListPosition&) const = default;  // NOLINT(modernize-use-nullptr)
  // For page tokens; exact.
  std::string Encode() const;
  static absl::StatusOr<ListPosition> Decode(const std::string& text);
};

struct TaskPage {
  std::vector<v1::Task> tasks;
  bool more = false;
  ListPosition position;  // of the last task looked at
  int64_t read = 0;       // entries of the indexes and tasks that were looked at
};

struct PageQuery {
  std::vector<std::string> keys;
  ListPosition after;
  int size = 20;
  // Tasks the index still holds but that are not (or no longer) wanted are left out.
  std::function<bool(const v1::Task&)> wanted;
};

// At most a hundred tasks more than a page holds are looked at, so that a page may be short, or
// empty, and yet have a next one.
Task<absl::StatusOr<TaskPage>> ReadPage(store::Store& store, const DispatchKeys& keys,
                                        PageQuery query);

}  // namespace baodao::dispatch
