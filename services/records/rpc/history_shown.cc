// Rows as clients see them.
#include <utility>

#include "common/clock/timestamp.h"
#include "services/records/rpc/history.h"

namespace baodao::records {
namespace {

google::protobuf::Timestamp StampOf(int64_t ms) { return ToTimestamp(Time(Millis(ms))); }

v1::Hours HoursOf(std::string key, const Minutes& minutes) {
  v1::Hours hours;
  hours.set_key(std::move(key));
  hours.set_automatic_minutes(minutes.automatic);
  hours.set_manual_minutes(minutes.manual);
  return hours;
}

}  // namespace

std::string HistoryHandlers::AreaName(const std::string& code) const {
  const areas::Area* area = areas_.tree()->Find(code);
  return area == nullptr ? "" : area->name();
}

v1::HistoryItem HistoryHandlers::Show(const HistoryFact& fact) const {
  const AssignmentRow& row = fact.assignment;
  v1::HistoryItem item;
  item.set_task_id(row.task_id);
  item.set_person_id(row.person_id);
  item.set_title(fact.title);
  item.set_category(fact.category);
  item.set_area_code(row.area_code);
  item.set_area_name(AreaName(row.area_code));
  *item.mutable_window()->mutable_start() = StampOf(row.start_ms);
  *item.mutable_window()->mutable_end() = StampOf(fact.end_ms);
  item.set_state(static_cast<dispatch::v1::AssignmentState>(row.state));
  if (row.accept_ms != 0) *item.mutable_accept_time() = StampOf(row.accept_ms);
  if (row.sign_in_ms != 0) *item.mutable_sign_in_time() = StampOf(row.sign_in_ms);
  if (row.sign_out_ms != 0) *item.mutable_sign_out_time() = StampOf(row.sign_out_ms);
  item.set_minutes(fact.minutes);
  item.set_rating(static_cast<int32_t>(fact.rating));
  item.set_end_cause(static_cast<dispatch::v1::EndCause>(row.end_cause));
  item.set_reason(row.reason);
  item.set_unit_id(row.unit_id);
  *item.mutable_update_time() = StampOf(row.update_ms);
  return item;
}

v1::NeedHistoryItem HistoryHandlers::Show(const NeedHistoryFact& fact) const {
  const NeedRow& row = fact.need;
  v1::NeedHistoryItem item;
  item.set_need_id(row.need_id);
  item.set_title(row.title);
  item.set_category(row.category);
  item.set_area_code(row.area_code);
  item.set_area_name(AreaName(row.area_code));
  if (row.start_ms != 0) {
    *item.mutable_window()->mutable_start() = StampOf(row.start_ms);
    *item.mutable_window()->mutable_end() = StampOf(row.end_ms);
  }
  item.set_state(static_cast<lists::v1::NeedState>(row.state));
  item.set_people_wanted(static_cast<int32_t>(row.people_wanted));
  item.set_task_id(row.task_id);
  item.set_rating(static_cast<int32_t>(fact.rating));
  *item.mutable_create_time() = StampOf(row.create_ms);
  *item.mutable_update_time() = StampOf(row.update_ms);
  return item;
}

v1::StatementEntry HistoryHandlers::Show(const StatementFact& fact) const {
  const LedgerRow& row = fact.entry;
  v1::StatementEntry entry;
  entry.set_sequence(static_cast<uint64_t>(row.sequence));
  entry.set_task_id(row.task_id);
  entry.set_title(row.title);
  entry.set_category(fact.category);
  entry.set_area_code(fact.area_code);
  entry.set_area_name(AreaName(fact.area_code));
  *entry.mutable_service_time() = StampOf(fact.service_ms);
  entry.set_minutes(row.minutes);
  entry.set_reverses(static_cast<uint64_t>(row.reverses));
  entry.set_manual(fact.manual != 0);
  *entry.mutable_time() = StampOf(row.time_ms);
  entry.set_confirmation(static_cast<dispatch::v1::Confirmation>(row.confirmation));
  entry.set_confirmer_id(row.confirmer_id);
  entry.set_reason(row.reason);
  entry.set_unit_id(row.unit_id);
  entry.set_unit_post(row.unit_post != 0);
  return entry;
}

void HistoryHandlers::ShowSums(const Sums& sums, v1::GetStatementResponse* response) const {
  *response->mutable_total() = HoursOf("", sums.total);
  for (const auto& [key, minutes] : sums.months) *response->add_months() = HoursOf(key, minutes);
  for (const auto& [key, minutes] : sums.categories) {
    *response->add_categories() = HoursOf(key, minutes);
  }
  for (const auto& [key, minutes] : sums.areas) {
    v1::Hours& hours = *response->add_areas();
    hours = HoursOf(key, minutes);
    hours.set_name(AreaName(key));
  }
  for (const auto& [key, minutes] : sums.units) *response->add_units() = HoursOf(key, minutes);
  for (const auto& [key, minutes] : sums.posts) *response->add_posts() = HoursOf(key, minutes);
  response->set_total_size(static_cast<int32_t>(sums.entries));
}

}  // namespace baodao::records
