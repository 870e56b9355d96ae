// The report of an area and of each of those below it, month by month; the figures are defined
// in report.proto.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "services/records/domain/months.h"
#include "services/records/domain/statement.h"

namespace baodao::records {

struct AreaFigures {
  int64_t person_registrations = 0;
  int64_t unit_registrations = 0;
  int64_t active_person_registrations = 0;
  int64_t active_unit_registrations = 0;
  int64_t needs = 0;
  std::map<int64_t, int64_t> need_states;          // lists.v1.NeedState
  std::map<std::string, int64_t> need_categories;  // "": those beyond the most frequent
  int64_t tasks = 0;
  int64_t served_tasks = 0;
  int64_t cancelled_tasks = 0;
  int64_t expired_tasks = 0;
  int64_t staffed_tasks = 0;
  int64_t accept_seconds_p50 = 0;
  int64_t accept_seconds_p90 = 0;
  int64_t slots = 0;
  int64_t filled_slots = 0;
  int64_t services = 0;
  int64_t no_shows = 0;
  int64_t ratings = 0;
  int64_t stars = 0;  // the sum of the ratings
  Minutes minutes;
  int64_t active_people = 0;
  int64_t active_units = 0;

  double FilledShare() const;  // 0 without slots
  double MeanRating() const;   // 0 without ratings
  bool operator==(const AreaFigures&) const = default;
};

struct AreaReport {
  std::string area_code;
  std::string area_name;
  AreaFigures total;
  std::vector<AreaFigures> months;
};

struct AreaReports {
  std::vector<std::string> months;  // "2026-11"
  AreaReport area;
  std::vector<AreaReport> children;
};

// Areas side by side: which of them the facts of an area are counted for.
struct AreaDivision {
  struct Child {
    std::string code;
    std::string name;
  };
  Child area;
  // The last one is the area itself, for what belongs to none of the others.
  std::vector<Child> children;
  // By code of an area that belongs to the subtree: the position in `children`.
  std::unordered_map<std::string, size_t> child_of;
};

// Facts, as the archive has them. Times in milliseconds, and within the period unless said
// otherwise.
struct TaskFact {
  std::string area_code;
  int64_t start_ms = 0;
  int64_t state = 0;  // dispatch.v1.TaskState
  int64_t slots_max = 0;
  int64_t accepted_count = 0;
  int64_t rating = 0;
  int64_t create_ms = 0;
  int64_t staffed_ms = 0;  // 0: never
};

struct ServiceFact {
  std::string area_code;
  int64_t start_ms = 0;
  int64_t state = 0;  // dispatch.v1.AssignmentState
  std::string person_id;
  std::string unit_id;
};

struct MinutesFact {
  std::string area_code;
  int64_t start_ms = 0;
  Minutes minutes;
};

struct NeedFact {
  std::string area_code;
  int64_t create_ms = 0;
  int64_t state = 0;  // lists.v1.NeedState
  std::string category;
};

struct RegistrationFact {
  std::string area_code;
  int64_t create_ms = 0;
  std::string subject_id;
};

struct ActivationFact {
  std::string area_code;
  int64_t time_ms = 0;  // also before the period
  int64_t of_unit = 0;  // 1: a unit's
  int64_t delta = 0;    // of how many are active
};

// The value that `percent` of them do not exceed, by nearest rank; 0 of none. Sorts them.
int64_t Percentile(std::vector<int64_t>* values, int percent);

// Adds facts up. Those of areas outside the division are left out.
class AreaTally {
 public:
  AreaTally(AreaDivision division, Months months);

  void Add(const TaskFact& fact);
  void Add(const ServiceFact& fact);
  void Add(const MinutesFact& fact);
  void Add(const NeedFact& fact);
  void Add(const RegistrationFact& fact);
  void Add(const ActivationFact& fact);

  // Once, at the end.
  AreaReports Finish();

 private:
  // The figures of an area and a month.
  struct Cell {
    AreaFigures figures;  // active_… are changes
    std::vector<int64_t> accept_seconds;
    std::vector<uint32_t> people;
    std::vector<uint32_t> units;
  };
  struct Row {
    Cell before;              // the period
    std::vector<Cell> cells;  // by month
  };
  using Numbers = std::unordered_map<std::string, uint32_t>;

  // Calls `edit` with the cell of the child and with that of the whole area.
  template <class Edit>
  void ForCells(const std::string& area_code, int64_t ms, const Edit& edit);
  void LimitCategories();
  static void Merge(const Cell& from, Cell* to);
  // Counts what must not be counted twice.
  static void Settle(Cell* cell);
  AreaReport Report(const AreaDivision::Child& area, Row* row) const;

  AreaDivision division_;
  Months months_;
  std::vector<Row> rows_;  // of the children, and of the whole area
  Numbers people_;
  Numbers units_;
};

}  // namespace baodao::records
