#include "services/records/domain/area_report.h"

#include <algorithm>
#include <set>
#include <utility>

#include "baodao/dispatch/v1/assignment.pb.h"
#include "baodao/dispatch/v1/task.pb.h"
#include "services/records/domain/rows.h"

namespace baodao::records {
namespace {

constexpr size_t kMaxCategories = 50;

void KeepOnce(std::vector<uint32_t>* numbers) {
  std::ranges::sort(*numbers);
  numbers->erase(std::unique(numbers->begin(), numbers->end()), numbers->end());
}

template <class T>
void Append(const std::vector<T>& from, std::vector<T>* to) {
  to->insert(to->end(), from.begin(), from.end());
}

void AddState(const TaskFact& fact, AreaFigures* figures) {
  ++figures->tasks;
  switch (fact.state) {
    case dispatch::v1::TASK_STATE_SERVED:
    case dispatch::v1::TASK_STATE_EVALUATED:
    case dispatch::v1::TASK_STATE_CLOSED:
      ++figures->served_tasks;
      break;
    case dispatch::v1::TASK_STATE_CANCELLED:
      ++figures->cancelled_tasks;
      return;
    case dispatch::v1::TASK_STATE_EXPIRED:
      ++figures->expired_tasks;
      break;
    default:
      return;
  }
  figures->slots += fact.slots_max;
  figures->filled_slots += fact.accepted_count;
}

template <class Key>
void AddCounts(const std::map<Key, int64_t>& from, std::map<Key, int64_t>* to) {
  for (const auto& [key, count] : from) (*to)[key] += count;
}

void AddFigures(const AreaFigures& from, AreaFigures* to) {
  for (int64_t AreaFigures::*const member :
       {&AreaFigures::person_registrations, &AreaFigures::unit_registrations,
        &AreaFigures::active_person_registrations, &AreaFigures::active_unit_registrations,
        &AreaFigures::needs, &AreaFigures::tasks, &AreaFigures::served_tasks,
        &AreaFigures::cancelled_tasks, &AreaFigures::expired_tasks, &AreaFigures::slots,
        &AreaFigures::filled_slots, &AreaFigures::services, &AreaFigures::no_shows,
        &AreaFigures::ratings, &AreaFigures::stars}) {
    to->*member += from.*member;
  }
  to->minutes += from.minutes;
  AddCounts(from.need_states, &to->need_states);
  AddCounts(from.need_categories, &to->need_categories);
}

bool IsEmpty(const AreaReport& report) {
  return std::ranges::all_of(report.months,
                             [](const AreaFigures& month) { return month == AreaFigures{}; });
}

// Those that are not among `kept` become one.
void LumpOthers(const std::set<std::string>& kept, std::map<std::string, int64_t>* categories) {
  for (auto at = categories->begin(); at != categories->end();) {
    if (at->first.empty() || kept.contains(at->first)) {
      ++at;
    } else {
      (*categories)[""] += at->second;
      at = categories->erase(at);
    }
  }
}

}  // namespace

double AreaFigures::FilledShare() const {
  return slots == 0 ? 0 : static_cast<double>(filled_slots) / static_cast<double>(slots);
}

double AreaFigures::MeanRating() const {
  return ratings == 0 ? 0 : static_cast<double>(stars) / static_cast<double>(ratings);
}

int64_t Percentile(std::vector<int64_t>* values, int percent) {
  if (values->empty()) return 0;
  std::ranges::sort(*values);
  const size_t rank = (values->size() * static_cast<size_t>(percent) + 99) / 100;
  return (*values)[std::max<size_t>(rank, 1) - 1];
}

AreaTally::AreaTally(AreaDivision division, Months months)
    : division_(std::move(division)), months_(std::move(months)) {
  Row row;
  row.cells.resize(months_.size());
  rows_.assign(division_.children.size() + 1, row);
}

template <class Edit>
void AreaTally::ForCells(const std::string& area_code, int64_t ms, const Edit& edit) {
  const auto child = division_.child_of.find(area_code);
  if (child == division_.child_of.end()) return;
  const bool before = ms < months_.period().start_ms;
  const size_t month = before ? 0 : months_.Of(ms);
  for (Row* row : {&rows_[child->second], &rows_.back()}) {
    edit(before ? row->before : row->cells[month]);
  }
}

void AreaTally::Add(const TaskFact& fact) {
  ForCells(fact.area_code, fact.start_ms, [&](Cell& cell) {
    AddState(fact, &cell.figures);
    if (fact.rating > 0) {
      ++cell.figures.ratings;
      cell.figures.stars += fact.rating;
    }
    if (fact.staffed_ms > 0) {
      cell.accept_seconds.push_back(std::max<int64_t>(0, fact.staffed_ms - fact.create_ms) / 1000);
    }
  });
}

void AreaTally::Add(const ServiceFact& fact) {
  const auto number = [](Numbers& numbers, const std::string& id) {
    return numbers.try_emplace(id, static_cast<uint32_t>(numbers.size())).first->second;
  };
  if (fact.state == dispatch::v1::ASSIGNMENT_STATE_NO_SHOW) {
    ForCells(fact.area_code, fact.start_ms, [](Cell& cell) { ++cell.figures.no_shows; });
    return;
  }
  const uint32_t person = number(people_, fact.person_id);
  const uint32_t unit = fact.unit_id.empty() ? 0 : number(units_, fact.unit_id);
  ForCells(fact.area_code, fact.start_ms, [&](Cell& cell) {
    ++cell.figures.services;
    cell.people.push_back(person);
    if (!fact.unit_id.empty()) cell.units.push_back(unit);
  });
}

void AreaTally::Add(const MinutesFact& fact) {
  ForCells(fact.area_code, fact.start_ms,
           [&](Cell& cell) { cell.figures.minutes += fact.minutes; });
}

void AreaTally::Add(const NeedFact& fact) {
  ForCells(fact.area_code, fact.create_ms, [&](Cell& cell) {
    ++cell.figures.needs;
    ++cell.figures.need_states[fact.state];
    ++cell.figures.need_categories[fact.category];
  });
}

void AreaTally::Add(const RegistrationFact& fact) {
  ForCells(fact.area_code, fact.create_ms, [&](Cell& cell) {
    ++(IsUnit(fact.subject_id) ? cell.figures.unit_registrations
                               : cell.figures.person_registrations);
  });
}

void AreaTally::Add(const ActivationFact& fact) {
  ForCells(fact.area_code, fact.time_ms, [&](Cell& cell) {
    AreaFigures& figures = cell.figures;
    (fact.of_unit != 0 ? figures.active_unit_registrations : figures.active_person_registrations) +=
        fact.delta;
  });
}

// One list for the whole report, so that areas and months can be compared.
void AreaTally::LimitCategories() {
  std::map<std::string, int64_t> all;
  for (const Cell& cell : rows_.back().cells) AddCounts(cell.figures.need_categories, &all);
  if (all.size() <= kMaxCategories) return;
  std::vector<std::pair<int64_t, std::string>> order;
  order.reserve(all.size());
  for (const auto& [category, count] : all) order.emplace_back(-count, category);
  std::ranges::sort(order);
  std::set<std::string> kept;
  for (size_t i = 0; i < kMaxCategories; ++i) kept.insert(order[i].second);
  for (Row& row : rows_) {
    for (Cell& cell : row.cells) LumpOthers(kept, &cell.figures.need_categories);
  }
}

void AreaTally::Merge(const Cell& from, Cell* to) {
  AddFigures(from.figures, &to->figures);
  Append(from.accept_seconds, &to->accept_seconds);
  Append(from.people, &to->people);
  Append(from.units, &to->units);
}

void AreaTally::Settle(Cell* cell) {
  KeepOnce(&cell->people);
  KeepOnce(&cell->units);
  AreaFigures& figures = cell->figures;
  figures.active_people = static_cast<int64_t>(cell->people.size());
  figures.active_units = static_cast<int64_t>(cell->units.size());
  figures.staffed_tasks = static_cast<int64_t>(cell->accept_seconds.size());
  figures.accept_seconds_p50 = Percentile(&cell->accept_seconds, 50);
  figures.accept_seconds_p90 = Percentile(&cell->accept_seconds, 90);
}

AreaReport AreaTally::Report(const AreaDivision::Child& area, Row* row) const {
  AreaReport report;
  report.area_code = area.code;
  report.area_name = area.name;
  Cell& whole = row->before;  // goes on from there
  for (Cell& cell : row->cells) {
    Settle(&cell);
    Merge(cell, &whole);
    // At its end, with all that came before.
    cell.figures.active_person_registrations = whole.figures.active_person_registrations;
    cell.figures.active_unit_registrations = whole.figures.active_unit_registrations;
    report.months.push_back(std::move(cell.figures));
  }
  Settle(&whole);
  report.total = std::move(whole.figures);
  return report;
}

AreaReports AreaTally::Finish() {
  LimitCategories();
  AreaReports reports;
  reports.months = months_.names();
  for (size_t i = 0; i < division_.children.size(); ++i) {
    AreaReport report = Report(division_.children[i], &rows_[i]);
    const bool own = i + 1 == division_.children.size();
    if (own && (i == 0 || IsEmpty(report))) continue;
    reports.children.push_back(std::move(report));
  }
  reports.area = Report(division_.area, &rows_.back());
  return reports;
}

}  // namespace baodao::records
