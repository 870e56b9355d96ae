#include "services/records/rpc/search_answers.h"

#include "common/clock/timestamp.h"

namespace baodao::records {
namespace {

void SetWindow(int64_t start_ms, int64_t end_ms, common::v1::TimeWindow* window) {
  *window->mutable_start() = ToTimestamp(Time(Millis(start_ms)));
  *window->mutable_end() = ToTimestamp(Time(Millis(end_ms)));
}

}  // namespace

void AddFoundTask(const TaskRow& row, v1::SearchTasksResponse* response) {
  v1::FoundTask& task = *response->add_tasks();
  task.set_task_id(row.task_id);
  task.set_title(row.title);
  task.set_category(row.category);
  task.set_area_code(row.area_code);
  SetWindow(row.start_ms, row.end_ms, task.mutable_window());
  task.set_state(static_cast<dispatch::v1::TaskState>(row.state));
  task.set_slots_max(static_cast<int32_t>(row.slots_max));
  task.set_accepted_count(static_cast<int32_t>(row.accepted_count));
}

void AddFoundNeed(const NeedRow& row, v1::SearchNeedsResponse* response) {
  v1::FoundNeed& need = *response->add_needs();
  need.set_need_id(row.need_id);
  need.set_title(row.title);
  need.set_category(row.category);
  need.set_area_code(row.area_code);
  SetWindow(row.start_ms, row.end_ms, need.mutable_window());
  need.set_state(static_cast<lists::v1::NeedState>(row.state));
  need.set_task_id(row.task_id);
}

void AddFoundUnit(const UnitRow& row, v1::SearchUnitsResponse* response) {
  v1::FoundUnit& unit = *response->add_units();
  unit.set_unit_id(row.unit_id);
  unit.set_name(row.name);
  unit.set_kind(static_cast<registration::v1::UnitKind>(row.kind));
  unit.set_area_code(row.area_code);
}

void AddFoundPerson(const PersonFact& fact,
                    const std::function<bool(const RegistrationRow&)>& shown,
                    v1::SearchPeopleResponse* response) {
  v1::FoundPerson& person = *response->add_people();
  person.set_person_id(fact.person_id);
  for (const RegistrationRow& row : fact.registrations) {
    if (!shown(row)) continue;
    v1::FoundPerson::Place& place = *person.add_registrations();
    place.set_registration_id(row.registration_id);
    place.set_area_code(row.area_code);
    place.set_state(static_cast<registration::v1::RegistrationState>(row.state));
  }
}

}  // namespace baodao::records
