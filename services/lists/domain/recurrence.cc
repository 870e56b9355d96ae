#include "services/lists/domain/recurrence.h"

#include <absl/time/civil_time.h>
#include <libical/ical.h>

#include <cstdlib>
#include <memory>

#include "common/clock/time_text.h"
#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::lists {
namespace {

using Iterator = std::unique_ptr<icalrecur_iterator, decltype(&icalrecur_iterator_free)>;

// As a clock in China shows it, to libical a time without a zone.
icaltimetype ToIcal(Time time) {
  const absl::CivilSecond local = LocalCivil(time);
  icaltimetype at = icaltime_null_time();
  at.year = static_cast<int>(local.year());
  at.month = local.month();
  at.day = local.day();
  at.hour = local.hour();
  at.minute = local.minute();
  at.second = local.second();
  return at;
}

absl::CivilSecond ToCivil(const icaltimetype& at) {
  return absl::CivilSecond(at.year, at.month, at.day, at.hour, at.minute, at.second);
}

// UNTIL is given as a day, which counts whole, as a time in China, or in UTC.
icaltimetype UntilInChina(icaltimetype until) {
  if (icaltime_is_utc(until)) {
    const absl::CivilSecond local = ToCivil(until) + int64_t{8} * 60 * 60;
    until.year = static_cast<int>(local.year());
    until.month = local.month();
    until.day = local.day();
    until.hour = local.hour();
    until.minute = local.minute();
    until.second = local.second();
    until.zone = nullptr;
  }
  if (until.is_date) {
    until.is_date = 0;
    until.hour = 23;
    until.minute = until.second = 59;
  }
  return until;
}

template <size_t n>
bool Empty(const short (&parts)[n]) {
  return parts[0] == ICAL_RECURRENCE_ARRAY_MAX;
}

bool ArePlainDays(const icalrecurrencetype& rule, int furthest) {
  for (const short day : rule.by_day) {
    if (day == ICAL_RECURRENCE_ARRAY_MAX) break;
    if (std::abs(icalrecurrencetype_day_position(day)) > furthest) return false;
  }
  return true;
}

// Whether each search for the next occurrence is short.
bool IsSupported(const icalrecurrencetype& rule) {
  const bool others = !Empty(rule.by_second) || !Empty(rule.by_minute) || !Empty(rule.by_hour) ||
                      !Empty(rule.by_year_day) || !Empty(rule.by_week_no) ||
                      !Empty(rule.by_month) || !Empty(rule.by_set_pos) || rule.rscale != nullptr;
  const bool ends = rule.count > 0 || !icaltime_is_null_time(rule.until);
  if (others || !ends) return false;
  switch (rule.freq) {
    case ICAL_DAILY_RECURRENCE:
      return Empty(rule.by_day) && Empty(rule.by_month_day);
    case ICAL_WEEKLY_RECURRENCE:
      return ArePlainDays(rule, 0) && Empty(rule.by_month_day);
    case ICAL_MONTHLY_RECURRENCE:
      return ArePlainDays(rule, 5) && (Empty(rule.by_day) || Empty(rule.by_month_day)) &&
             rule.interval < 12;  // there may be no such day in any year's February
    default:
      return false;
  }
}

}  // namespace

absl::StatusOr<std::vector<Time>> OccurrencesOf(const std::string& rrule, Time first) {
  icalerror_set_errors_are_fatal(0);
  icalrecurrencetype rule = icalrecurrencetype_from_string(rrule.c_str());
  if (!IsSupported(rule)) {
    free(rule.rscale);
    return Refuse(Reason::RRULE_INVALID);
  }
  if (!icaltime_is_null_time(rule.until)) rule.until = UntilInChina(rule.until);
  const icaltimetype start = ToIcal(first);
  const absl::CivilSecond began = ToCivil(start);
  const Iterator next(icalrecur_iterator_new(rule, start), &icalrecur_iterator_free);
  if (next == nullptr) return Refuse(Reason::RRULE_INVALID);
  std::vector<Time> starts;
  for (icaltimetype at = icalrecur_iterator_next(next.get()); !icaltime_is_null_time(at);
       at = icalrecur_iterator_next(next.get())) {
    const Time time = first + std::chrono::seconds(ToCivil(at) - began);
    const bool fits = starts.empty() ? time == first : time <= first + kLongestSeries;
    if (!fits) return Refuse(Reason::RRULE_INVALID);
    starts.push_back(time);
  }
  if (starts.size() < 2) return Refuse(Reason::RRULE_INVALID);
  return starts;
}

}  // namespace baodao::lists
