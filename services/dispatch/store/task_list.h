// Lists of tasks as pages read them (common/record/page.h): by start, of an area's subtree, merged
// from the lists of the subdistricts below it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "common/areas/tree.h"
#include "common/record/page.h"
#include "common/record/type.h"
#include "services/dispatch/store/indexes.h"
#include "services/dispatch/store/keys.h"

namespace baodao::dispatch {

// Tasks as pages read them. The class Tasks writes them and their lists.
inline constexpr record::Type<v1::TaskRecord, v1::Task> kTask{
    .view = &v1::TaskRecord::task,
    .mutable_view = &v1::TaskRecord::mutable_task,
    .id = &v1::Task::task_id,
};

// The earliest start first: what `lists` (kOpenList, …) hold of the subtree, and of closed areas
// that it has taken over. It is `exact` where there are none of these. A task that goes from one
// of the lists to another while a page is read may be missing on it.
record::PageQuery TasksIn(const DispatchKeys& keys, const areas::AreaTree& tree,
                          const std::string& area_code, std::span<const std::string_view> lists);

}  // namespace baodao::dispatch
