#include "services/lists/domain/slots.h"

#include <algorithm>

#include "common/clock/time_text.h"
#include "common/clock/timestamp.h"
#include "common/status/status.h"

namespace baodao::lists {
namespace {

using std::chrono::minutes;

int WeekdayFrom(Time midnight) {
  const absl::Weekday day = absl::GetWeekday(absl::CivilDay(LocalCivil(midnight)));
  return static_cast<int>(day) + 1;  // Monday is absl's first, and 1 in a WeeklySlot
}

// In their order.
std::vector<Slot> SlotsOfDay(const WeeklyHours& hours, Time midnight) {
  const int weekday = WeekdayFrom(midnight);
  std::vector<Slot> slots;
  for (const common::v1::WeeklySlot& open : hours.open) {
    if (open.weekday() != weekday) continue;
    const minutes whole(open.end_minute() - open.start_minute());
    const minutes length = hours.length > minutes(0) ? hours.length : whole;
    const Time closes = midnight + minutes(open.end_minute());
    for (Time start = midnight + minutes(open.start_minute());
         start + length <= std::min(closes, hours.until); start += length) {
      slots.push_back({start, start + length});
    }
  }
  std::ranges::sort(slots, {}, &Slot::start);
  return slots;
}

std::string NameOf(const std::string& field, int i) {
  return field + "[" + std::to_string(i) + "].";
}

}  // namespace

WeeklyHours HoursOf(const v1::Resource& resource) {
  return {resource.slots(), minutes(resource.booking().slot_minutes()),
          ToTime(resource.expire_time())};
}

absl::Status CheckHours(const WeeklySlots& hours, const std::string& field) {
  for (int i = 0; i < hours.size(); ++i) {
    if (hours[i].end_minute() > hours[i].start_minute()) continue;
    return RefuseField(NameOf(field, i) + "end_minute", ViolationKind::MUST_BE_AFTER,
                       {{"field", "start_minute"}});
  }
  return absl::OkStatus();
}

absl::Status CheckApart(const WeeklySlots& hours, const std::string& field) {
  for (int i = 0; i < hours.size(); ++i) {
    for (const common::v1::WeeklySlot& other : hours) {
      const common::v1::WeeklySlot& one = hours[i];
      const bool begins_in = one.weekday() == other.weekday() && &one != &other &&
                             other.start_minute() <= one.start_minute() &&
                             one.start_minute() < other.end_minute();
      if (!begins_in) continue;
      return RefuseField(NameOf(field, i) + "start_minute", ViolationKind::BELOW_MIN,
                         {{"min", std::to_string(other.end_minute())}});
    }
  }
  return absl::OkStatus();
}

std::optional<Slot> SlotAt(const WeeklyHours& hours, Time start) {
  const std::vector<Slot> slots = SlotsOfDay(hours, LocalMidnight(start));
  const auto found = std::ranges::find(slots, start, &Slot::start);
  return found == slots.end() ? std::nullopt : std::optional(*found);
}

std::vector<Slot> SlotsBetween(const WeeklyHours& hours, Time from, Time last, size_t max) {
  std::vector<Slot> found;
  for (Time day = LocalMidnight(from); day <= last; day += std::chrono::days(1)) {
    for (const Slot& slot : SlotsOfDay(hours, day)) {
      if (slot.start < from || slot.start > last) continue;
      if (found.size() == max) return found;
      found.push_back(slot);
    }
  }
  return found;
}

bool IsWithin(const WeeklySlots& hours, const Slot& slot) {
  const Time midnight = LocalMidnight(slot.start);
  const int weekday = WeekdayFrom(midnight);
  return std::ranges::any_of(hours, [&](const common::v1::WeeklySlot& open) {
    return open.weekday() == weekday && slot.start >= midnight + minutes(open.start_minute()) &&
           slot.end <= midnight + minutes(open.end_minute());
  });
}

}  // namespace baodao::lists
