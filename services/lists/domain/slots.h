// Weekly hours on the calendar of China: the slots of a resource that can be booked, the times that
// would suit a need.
#pragma once

#include <absl/status/status.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "baodao/lists/v1/need.pb.h"
#include "baodao/lists/v1/resource.pb.h"
#include "common/clock/clock.h"

namespace baodao::lists {

struct Slot {
  Time start;
  Time end;
};

using WeeklySlots = google::protobuf::RepeatedPtrField<common::v1::WeeklySlot>;

struct WeeklyHours {
  WeeklySlots open;
  // Each of `open` is as many slots of this length as fit, one after the other; 0: it is one.
  std::chrono::minutes length{0};
  // No slot ends later.
  Time until;
};
WeeklyHours HoursOf(const v1::Resource& resource);

// Each ends after it starts; `field` is what the request calls them. MUST_BE_AFTER by field.
absl::Status CheckHours(const WeeklySlots& hours, const std::string& field);
// None overlaps another. BELOW_MIN by field.
absl::Status CheckApart(const WeeklySlots& hours, const std::string& field);

// The slot that starts then; nothing where there is none.
std::optional<Slot> SlotAt(const WeeklyHours& hours, Time start);
// Those that start from `from` to `last`, both included, in their order: the first `max`.
std::vector<Slot> SlotsBetween(const WeeklyHours& hours, Time from, Time last, size_t max);
// Whether one of `hours` holds all of the slot.
bool IsWithin(const WeeklySlots& hours, const Slot& slot);

}  // namespace baodao::lists
