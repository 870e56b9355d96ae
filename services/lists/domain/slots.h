// The slots of a resource that can be booked: what its weekly hours are on the calendar of China.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "baodao/lists/v1/resource.pb.h"
#include "common/clock/clock.h"

namespace baodao::lists {

struct Slot {
  Time start;
  Time end;
};

// The slot that starts then; nothing where there is none, or where the resource is withdrawn before
// it has ended.
std::optional<Slot> SlotAt(const v1::Resource& resource, Time start);
// Those that start from `from` to `until`, both included, in their order: the first `max`.
std::vector<Slot> SlotsBetween(const v1::Resource& resource, Time from, Time until, size_t max);

}  // namespace baodao::lists
