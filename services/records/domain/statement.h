// Sums of hours.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace baodao::records {

// Entries of a ledger that differ in nothing a statement tells apart, added up.
struct HoursGroup {
  int64_t day = 0;  // see DayOf
  std::string category;
  std::string area_code;
  std::string unit_id;
  bool manual = false;
  int64_t minutes = 0;
  int64_t entries = 0;
  bool unit_post = false;  // at the post of the unit, otherwise at the community's
};

struct Minutes {
  int64_t automatic = 0;
  int64_t manual = 0;

  Minutes& operator+=(const Minutes& more) {
    automatic += more.automatic;
    manual += more.manual;
    return *this;
  }
  bool operator==(const Minutes&) const = default;
};

struct Sums {
  Minutes total;
  std::map<std::string, Minutes> months;  // "2026-11"
  std::map<std::string, Minutes> categories;
  std::map<std::string, Minutes> areas;
  std::map<std::string, Minutes> units;
  std::map<std::string, Minutes> posts;  // "community", "unit"
  int64_t entries = 0;
};

Sums SumUp(const std::vector<HoursGroup>& groups);

}  // namespace baodao::records
