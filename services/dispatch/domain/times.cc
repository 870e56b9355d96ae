#include "services/dispatch/domain/times.h"

#include <cstdio>

namespace baodao::dispatch {

std::string LocalText(Time time) {
  const auto local = std::chrono::floor<minutes>(time + hours(8));
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date(day);
  const auto since = (local - day).count();
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(since / 60), static_cast<int>(since % 60));
  return text;
}

}  // namespace baodao::dispatch
