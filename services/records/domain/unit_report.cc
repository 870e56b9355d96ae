#include "services/records/domain/unit_report.h"

#include <utility>

namespace baodao::records {

UnitTally::UnitTally(Months months, std::function<bool(const std::string&)> sees)
    : months_(std::move(months)), sees_(std::move(sees)), by_month_(months_.size()) {}

template <class Edit>
void UnitTally::ForCells(const std::string& area_code, int64_t ms, const Edit& edit) {
  const auto [seen, fresh] = seen_.try_emplace(area_code, false);
  if (fresh) seen->second = sees_(area_code);
  if (!seen->second) return;
  for (Cell* cell : {&total_, &by_month_[months_.Of(ms)], &by_area_[area_code]}) edit(*cell);
}

void UnitTally::Add(const MemberFact& fact) {
  ForCells(fact.area_code, fact.start_ms, [&](Cell& cell) {
    cell.people.insert(fact.person_id);
    ++cell.services;
  });
}

void UnitTally::Add(const UnitMinutesFact& fact) {
  const int64_t all = fact.minutes.automatic + fact.minutes.manual;
  ForCells(fact.area_code, fact.service_ms, [&](Cell& cell) {
    cell.minutes += fact.minutes;
    if (fact.unit_post) cell.unit_post_minutes += all;
  });
}

UnitFigures UnitTally::Figures(const Cell& cell) {
  return {static_cast<int64_t>(cell.people.size()), cell.services, cell.minutes,
          cell.unit_post_minutes};
}

UnitReport UnitTally::Finish() const {
  UnitReport report;
  report.months = months_.names();
  report.total = Figures(total_);
  for (const Cell& cell : by_month_) report.by_month.push_back(Figures(cell));
  for (const auto& [code, cell] : by_area_) report.by_area[code] = Figures(cell);
  return report;
}

}  // namespace baodao::records
