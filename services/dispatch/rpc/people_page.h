// Pages of the people on a task, by their ids.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "services/dispatch/store/task_cache.h"

namespace baodao::dispatch {

struct PeoplePage {
  std::vector<std::string> person_ids;
  // Whether others come after them.
  bool more = false;
};

// The first `size` of those who come after `after` and fit.
PeoplePage NextPeople(const Loaded& loaded, std::string_view after, int size,
                      const std::function<bool(const v1::Assignment&)>& fits);

}  // namespace baodao::dispatch
