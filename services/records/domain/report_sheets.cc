#include "services/records/domain/report_sheets.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string_view>
#include <vector>

#include "baodao/lists/v1/need.pb.h"
#include "common/vocabulary/current.h"

namespace baodao::records {
namespace {

struct Name {
  std::string_view zh;
  std::string_view en;

  std::string In(Locale locale) const { return std::string(locale == Locale::kEn ? en : zh); }
};

struct NamedValue {
  std::string_view key;
  std::string_view value;
  Name name;
};

constexpr NamedValue kNames[] = {
#define TERM(key, value, zh, en) {#key, #value, {zh, en}},
#include "common/status/terms.def"
#undef TERM
};

// The value itself where it has no name.
std::string NameOf(std::string_view key, const std::string& value, Locale locale) {
  for (const NamedValue& row : kNames) {
    if (row.key == key && row.value == value) return row.name.In(locale);
  }
  return value;
}

std::string StateName(int number, Locale locale) {
  constexpr size_t kPrefix = std::string_view("NEED_STATE_").size();
  const std::string name = lists::v1::NeedState_Name(static_cast<lists::v1::NeedState>(number));
  return NameOf("state", name.substr(kPrefix), locale);
}

std::string CategoryName(const std::string& category, Locale locale) {
  return std::string(vocabulary::Current().NameOf(vocabulary::v1::TAG_KIND_WORK, category, locale));
}

template <class Figures>
struct SheetColumn {
  std::string heading;
  std::function<SheetCell(const Figures&)> value;
};

template <class Figures>
using SheetColumns = std::vector<SheetColumn<Figures>>;

using AreaColumns = SheetColumns<AreaFigures>;

template <class Map, class Key>
SheetCell CountOf(const Map& counts, const Key& key) {
  const auto found = counts.find(key);
  return found == counts.end() ? int64_t{0} : found->second;
}

void AddRegistrationColumns(Locale locale, AreaColumns* columns) {
  using F = AreaFigures;
  const auto add = [&](Name name, int64_t F::*member) {
    columns->push_back({name.In(locale), [member](const F& f) { return SheetCell(f.*member); }});
  };
  add({"个人报到", "Registrations of people"}, &F::person_registrations);
  add({"单位报到", "Registrations of units"}, &F::unit_registrations);
  add({"期末有效个人报到", "Active registrations of people"}, &F::active_person_registrations);
  add({"期末有效单位报到", "Active registrations of units"}, &F::active_unit_registrations);
}

void AddNeedColumns(const AreaFigures& whole, Locale locale, AreaColumns* columns) {
  using F = AreaFigures;
  const Name needs{"需求", "Needs"};
  columns->push_back({needs.In(locale), [](const F& f) { return SheetCell(f.needs); }});
  const std::string prefix = needs.In(locale) + (locale == Locale::kEn ? ": " : "：");
  for (int state = lists::v1::NeedState_MIN + 1; state <= lists::v1::NeedState_MAX; ++state) {
    columns->push_back({prefix + StateName(state, locale),
                        [state](const F& f) { return CountOf(f.need_states, int64_t{state}); }});
  }
  for (const auto& [category, count] : whole.need_categories) {
    const std::string name = category.empty() ? Name{"其他类别", "other categories"}.In(locale)
                                              : CategoryName(category, locale);
    columns->push_back({prefix + name, [category = category](const F& f) {
                          return CountOf(f.need_categories, category);
                        }});
  }
}

void AddTaskColumns(Locale locale, AreaColumns* columns) {
  using F = AreaFigures;
  const auto add = [&](Name name, std::function<SheetCell(const F&)> value) {
    columns->push_back({name.In(locale), std::move(value)});
  };
  add({"任务", "Tasks"}, [](const F& f) { return f.tasks; });
  add({"已服务任务", "Tasks served"}, [](const F& f) { return f.served_tasks; });
  add({"已取消任务", "Tasks cancelled"}, [](const F& f) { return f.cancelled_tasks; });
  add({"已过期任务", "Tasks expired"}, [](const F& f) { return f.expired_tasks; });
  add({"招满任务", "Tasks staffed"}, [](const F& f) { return f.staffed_tasks; });
  add({"招满用时中位数（秒）", "Time to accept, median (s)"},
      [](const F& f) { return f.accept_seconds_p50; });
  add({"招满用时九成分位（秒）", "Time to accept, p90 (s)"},
      [](const F& f) { return f.accept_seconds_p90; });
  add({"名额", "Slots"}, [](const F& f) { return f.slots; });
  add({"已填名额", "Slots filled"}, [](const F& f) { return f.filled_slots; });
  add({"满员率（%）", "Slots filled (%)"}, [](const F& f) { return f.FilledShare() * 100; });
  add({"服务人次", "Services"}, [](const F& f) { return f.services; });
  add({"未到场", "No-shows"}, [](const F& f) { return f.no_shows; });
  add({"评价数", "Ratings"}, [](const F& f) { return f.ratings; });
  add({"平均评分", "Mean rating"}, [](const F& f) { return f.MeanRating(); });
  add({"自动时长（分钟）", "Minutes, automatic"}, [](const F& f) { return f.minutes.automatic; });
  add({"人工时长（分钟）", "Minutes, manual"}, [](const F& f) { return f.minutes.manual; });
  add({"服务人数", "Active people"}, [](const F& f) { return f.active_people; });
  add({"服务单位数", "Active units"}, [](const F& f) { return f.active_units; });
}

// The cells that every row begins with, and its figures.
template <class Figures>
class SheetMaker {
 public:
  SheetMaker(Name sheet, SheetColumns<Figures> columns, Locale locale)
      : columns_(std::move(columns)), locale_(locale) {
    sheet_.name = sheet.In(locale);
    for (const Name name :
         {Name{"区域代码", "Area code"}, Name{"区域", "Area"}, Name{"月份", "Month"}}) {
      sheet_.headings.push_back(name.In(locale));
    }
    for (const auto& column : columns_) sheet_.headings.push_back(column.heading);
  }
  void Add(const std::string& code, const std::string& name, const std::string& month,
           const Figures& figures) {
    std::vector<SheetCell> row = {code, name, month};
    if (month.empty()) row[2] = Name{"合计", "Total"}.In(locale_);
    for (const auto& column : columns_) row.push_back(column.value(figures));
    sheet_.rows.push_back(std::move(row));
  }
  Sheet Take() { return std::move(sheet_); }

 private:
  Sheet sheet_;
  SheetColumns<Figures> columns_;
  Locale locale_;
};

}  // namespace

Sheet AreaSheet(const AreaReports& reports, Locale locale) {
  AreaColumns columns;
  AddRegistrationColumns(locale, &columns);
  AddNeedColumns(reports.area.total, locale, &columns);
  AddTaskColumns(locale, &columns);
  SheetMaker<AreaFigures> maker({"区域报告", "Area report"}, std::move(columns), locale);
  const auto add = [&](const AreaReport& report) {
    maker.Add(report.area_code, report.area_name, "", report.total);
    for (size_t i = 0; i < report.months.size(); ++i) {
      maker.Add(report.area_code, report.area_name, reports.months[i], report.months[i]);
    }
  };
  add(reports.area);
  for (const AreaReport& child : reports.children) add(child);
  return maker.Take();
}

Sheet UnitSheet(const UnitReport& report, const std::map<std::string, std::string>& area_names,
                Locale locale) {
  using F = UnitFigures;
  SheetColumns<F> columns;
  const auto add = [&](Name name, std::function<SheetCell(const F&)> value) {
    columns.push_back({name.In(locale), std::move(value)});
  };
  add({"服务人数", "Members"}, [](const F& f) { return f.members; });
  add({"服务人次", "Services"}, [](const F& f) { return f.services; });
  add({"自动时长（分钟）", "Minutes, automatic"}, [](const F& f) { return f.minutes.automatic; });
  add({"人工时长（分钟）", "Minutes, manual"}, [](const F& f) { return f.minutes.manual; });
  add({"其中单位岗位时长（分钟）", "Of these at the unit's post"},
      [](const F& f) { return f.unit_post_minutes; });
  SheetMaker<F> maker({"单位报告", "Unit report"}, std::move(columns), locale);
  maker.Add("", "", "", report.total);
  for (size_t i = 0; i < report.months.size(); ++i) {
    maker.Add("", "", report.months[i], report.by_month[i]);
  }
  for (const auto& [code, figures] : report.by_area) {
    const auto name = area_names.find(code);
    maker.Add(code, name == area_names.end() ? "" : name->second, "", figures);
  }
  return maker.Take();
}

}  // namespace baodao::records
