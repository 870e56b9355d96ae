// The report of what the people of a unit have done; the figures are defined in report.proto.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "services/records/domain/months.h"
#include "services/records/domain/statement.h"

namespace baodao::records {

struct UnitFigures {
  int64_t members = 0;
  int64_t services = 0;
  Minutes minutes;
  int64_t unit_post_minutes = 0;  // of these

  bool operator==(const UnitFigures&) const = default;
};

struct UnitReport {
  std::vector<std::string> months;  // "2026-11"
  UnitFigures total;
  std::vector<UnitFigures> by_month;
  std::map<std::string, UnitFigures> by_area;  // by the code of the area of the tasks
};

// Facts of one unit, within the period.
struct MemberFact {
  std::string area_code;
  int64_t start_ms = 0;
  std::string person_id;
};

struct UnitMinutesFact {
  std::string area_code;
  int64_t service_ms = 0;
  Minutes minutes;
  bool unit_post = false;
};

class UnitTally {
 public:
  // `sees`: whether what happened in an area is to be counted.
  UnitTally(Months months, std::function<bool(const std::string& area_code)> sees);

  void Add(const MemberFact& fact);
  void Add(const UnitMinutesFact& fact);

  UnitReport Finish() const;

 private:
  struct Cell {
    std::set<std::string> people;
    int64_t services = 0;
    Minutes minutes;
    int64_t unit_post_minutes = 0;
  };

  template <class Edit>
  void ForCells(const std::string& area_code, int64_t ms, const Edit& edit);
  static UnitFigures Figures(const Cell& cell);

  Months months_;
  std::function<bool(const std::string&)> sees_;
  std::map<std::string, bool> seen_;  // answers of sees_
  Cell total_;
  std::vector<Cell> by_month_;
  std::map<std::string, Cell> by_area_;
};

}  // namespace baodao::records
