#include "services/lists/domain/slots.h"

#include <algorithm>
#include <chrono>

#include "common/clock/time_text.h"
#include "common/clock/timestamp.h"

namespace baodao::lists {
namespace {

int WeekdayFrom(Time midnight) {
  const absl::Weekday day = absl::GetWeekday(absl::CivilDay(LocalCivil(midnight)));
  return static_cast<int>(day) + 1;  // Monday is absl's first, and 1 in a WeeklySlot
}

// In their order.
std::vector<Slot> SlotsOfDay(const v1::Resource& resource, Time midnight) {
  const int weekday = WeekdayFrom(midnight);
  const Time gone = ToTime(resource.expire_time());
  std::vector<Slot> slots;
  for (const common::v1::WeeklySlot& open : resource.slots()) {
    if (open.weekday() != weekday) continue;
    const int whole = open.end_minute() - open.start_minute();
    const int set = resource.booking().slot_minutes();
    const std::chrono::minutes length(set > 0 ? set : whole);
    const Time closes = midnight + std::chrono::minutes(open.end_minute());
    for (Time start = midnight + std::chrono::minutes(open.start_minute());
         start + length <= std::min(closes, gone); start += length) {
      slots.push_back({start, start + length});
    }
  }
  std::ranges::sort(slots, {}, &Slot::start);
  return slots;
}

}  // namespace

std::optional<Slot> SlotAt(const v1::Resource& resource, Time start) {
  const std::vector<Slot> slots = SlotsOfDay(resource, LocalMidnight(start));
  const auto found = std::ranges::find(slots, start, &Slot::start);
  return found == slots.end() ? std::nullopt : std::optional(*found);
}

std::vector<Slot> SlotsBetween(const v1::Resource& resource, Time from, Time until, size_t max) {
  std::vector<Slot> found;
  for (Time day = LocalMidnight(from); day <= until; day += std::chrono::days(1)) {
    for (const Slot& slot : SlotsOfDay(resource, day)) {
      if (slot.start < from || slot.start > until) continue;
      if (found.size() == max) return found;
      found.push_back(slot);
    }
  }
  return found;
}

}  // namespace baodao::lists
