#include "services/matching/domain/window.h"

#include <algorithm>

#include "common/clock/timestamp.h"

namespace baodao::matching {
namespace {

constexpr int32_t kDayMinutes = 24 * 60;
constexpr int32_t kWeekMinutes = 7 * kDayMinutes;

}  // namespace

Window FromProto(const common::v1::TimeWindow& window) {
  return {ToTime(window.start()), ToTime(window.end())};
}

int64_t LocalDay(Time time) {
  return std::chrono::floor<std::chrono::days>(time + kLocalOffset).time_since_epoch().count();
}

Time StartOfLocalDay(int64_t day) { return Time(std::chrono::days(day)) - kLocalOffset; }

void WeeklyHours::Add(const common::v1::WeeklySlot& slot) {
  const int32_t midnight = (slot.weekday() - 1) * kDayMinutes;
  const int32_t begin = midnight + slot.start_minute();
  const int32_t end = midnight + slot.end_minute();
  if (begin >= end) return;
  minutes_.emplace_back(begin, end);
  if (begin < kDayMinutes) minutes_.emplace_back(begin + kWeekMinutes, end + kWeekMinutes);
}

void WeeklyHours::Merge() {
  std::sort(minutes_.begin(), minutes_.end());
  size_t kept = 0;
  for (const auto& [begin, end] : minutes_) {
    if (kept > 0 && begin <= minutes_[kept - 1].second) {
      minutes_[kept - 1].second = std::max(minutes_[kept - 1].second, end);
    } else {
      minutes_[kept++] = {begin, end};
    }
  }
  minutes_.resize(kept);
  minutes_.shrink_to_fit();
}

bool WeeklyHours::Cover(const Window& window) const {
  if (unlimited()) return true;
  using std::chrono::minutes;
  const auto local = window.start + kLocalOffset;
  const int64_t day = LocalDay(window.start);
  // 1970-01-01 was a Thursday.
  const auto weekday = static_cast<int32_t>(((day + 3) % 7 + 7) % 7);
  const auto of_day = std::chrono::floor<minutes>(local - Time(std::chrono::days(day)));
  const int64_t begin = int64_t{weekday} * kDayMinutes + of_day.count();
  // Up to the minute: a window that ends at 17:00:30 needs the minute that begins at 17:00.
  const int64_t end = begin + std::chrono::ceil<minutes>(window.length()).count();
  const auto after = std::upper_bound(
      minutes_.begin(), minutes_.end(), begin,
      [](int64_t minute, const std::pair<int32_t, int32_t>& span) { return minute < span.first; });
  return after != minutes_.begin() && std::prev(after)->second >= end;
}

}  // namespace baodao::matching
