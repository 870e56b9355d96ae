#include "services/records/rpc/report_answers.h"

namespace baodao::records {
namespace {

v1::AreaFigures FiguresOf(const AreaFigures& from) {
  v1::AreaFigures to;
  to.set_person_registrations(from.person_registrations);
  to.set_unit_registrations(from.unit_registrations);
  to.set_active_person_registrations(from.active_person_registrations);
  to.set_active_unit_registrations(from.active_unit_registrations);
  to.set_needs(from.needs);
  for (const auto& [state, needs] : from.need_states) {
    v1::NeedStateCount& count = *to.add_need_states();
    count.set_state(static_cast<lists::v1::NeedState>(state));
    count.set_needs(needs);
  }
  for (const auto& [category, needs] : from.need_categories) {
    v1::NeedCategoryCount& count = *to.add_need_categories();
    count.set_category(category);
    count.set_needs(needs);
  }
  to.set_tasks(from.tasks);
  to.set_served_tasks(from.served_tasks);
  to.set_cancelled_tasks(from.cancelled_tasks);
  to.set_expired_tasks(from.expired_tasks);
  to.set_staffed_tasks(from.staffed_tasks);
  to.set_accept_seconds_p50(from.accept_seconds_p50);
  to.set_accept_seconds_p90(from.accept_seconds_p90);
  to.set_slots(from.slots);
  to.set_filled_slots(from.filled_slots);
  to.set_filled_share(from.FilledShare());
  to.set_services(from.services);
  to.set_no_shows(from.no_shows);
  to.set_ratings(from.ratings);
  to.set_mean_rating(from.MeanRating());
  to.set_automatic_minutes(from.minutes.automatic);
  to.set_manual_minutes(from.minutes.manual);
  to.set_active_people(from.active_people);
  to.set_active_units(from.active_units);
  return to;
}

v1::AreaReport ReportOf(const AreaReport& from, const std::vector<std::string>& months) {
  v1::AreaReport to;
  to.set_area_code(from.area_code);
  to.set_area_name(from.area_name);
  *to.mutable_total() = FiguresOf(from.total);
  for (size_t i = 0; i < months.size(); ++i) {
    v1::AreaMonth& month = *to.add_months();
    month.set_month(months[i]);
    *month.mutable_figures() = FiguresOf(from.months[i]);
  }
  return to;
}

v1::UnitFigures FiguresOf(const UnitFigures& from) {
  v1::UnitFigures to;
  to.set_members(from.members);
  to.set_services(from.services);
  to.set_automatic_minutes(from.minutes.automatic);
  to.set_manual_minutes(from.minutes.manual);
  to.set_unit_post_minutes(from.unit_post_minutes);
  return to;
}

}  // namespace

void ShowReport(const AreaReports& reports, v1::GetAreaReportResponse* response) {
  *response->mutable_area() = ReportOf(reports.area, reports.months);
  for (const AreaReport& child : reports.children) {
    *response->add_children() = ReportOf(child, reports.months);
  }
}

void ShowReport(const UnitReport& report, const std::map<std::string, std::string>& area_names,
                v1::GetUnitReportResponse* response) {
  *response->mutable_total() = FiguresOf(report.total);
  for (size_t i = 0; i < report.months.size(); ++i) {
    v1::UnitMonth& month = *response->add_months();
    month.set_month(report.months[i]);
    *month.mutable_figures() = FiguresOf(report.by_month[i]);
  }
  for (const auto& [code, figures] : report.by_area) {
    v1::UnitArea& area = *response->add_areas();
    area.set_area_code(code);
    const auto name = area_names.find(code);
    if (name != area_names.end()) area.set_area_name(name->second);
    *area.mutable_figures() = FiguresOf(figures);
  }
}

}  // namespace baodao::records
