#include "services/records/domain/rows_of.h"

#include <absl/strings/escaping.h>
#include <absl/strings/str_join.h>

#include "common/clock/timestamp.h"

namespace baodao::records {
namespace {

int64_t MsOf(const google::protobuf::Timestamp& time) {
  return ToTime(time).time_since_epoch().count();
}

TaskRow RowOf(const dispatch::v1::Task& task, const StreamId& id) {
  TaskRow row(id);
  row.task_id = task.task_id();
  row.title = task.title();
  row.area_code = task.area_code();
  row.requester_id = task.requester_id();
  row.need_id = task.need_id();
  row.state = task.state();
  row.slots_max = task.slots_max();
  row.accepted_count = task.accepted_count();
  row.start_ms = MsOf(task.window().start());
  row.end_ms = MsOf(task.window().end());
  row.category = task.category();
  row.publisher_id = task.publisher_id();
  row.slots_min = task.slots_min();
  row.escalation_level = task.escalation_level();
  row.rating = task.evaluation().rating();
  row.create_ms = MsOf(task.create_time());
  row.update_ms = MsOf(task.update_time());
  return row;
}

TaskHead HeadOf(const events::v1::TaskBrief& brief, const std::string& task_id,
                const StreamId& id) {
  TaskHead row(id);
  row.task_id = task_id;
  row.title = brief.title();
  row.area_code = brief.area_code();
  row.requester_id = brief.requester_id();
  row.need_id = brief.need_id();
  row.state = brief.state();
  row.slots_max = brief.slots_max();
  row.accepted_count = brief.accepted_count();
  row.start_ms = MsOf(brief.start_time());
  row.end_ms = MsOf(brief.end_time());
  return row;
}

AssignmentRow RowOf(const dispatch::v1::Assignment& assignment, const events::v1::TaskBrief& brief,
                    const StreamId& id) {
  AssignmentRow row(id);
  row.task_id = assignment.task_id();
  row.person_id = assignment.person_id();
  row.start_ms = MsOf(brief.start_time());
  row.area_code = brief.area_code();
  row.state = assignment.state();
  row.unit_id = assignment.unit_id();
  row.accept_ms = MsOf(assignment.accept_time());
  row.sign_in_ms = MsOf(assignment.sign_in_time());
  row.sign_out_ms = MsOf(assignment.sign_out_time());
  row.end_cause = assignment.end_cause();
  row.reason = assignment.reason();
  row.unit_post = assignment.claim_unit_id().empty() ? 0 : 1;
  row.update_ms = MsOf(assignment.update_time());
  return row;
}

NeedRow RowOf(const lists::v1::Need& need, const StreamId& id) {
  NeedRow row(id);
  row.need_id = need.need_id();
  row.title = need.title();
  row.category = need.category();
  row.area_code = need.area_code();
  row.state = need.state();
  row.requester_id = need.requester_id();
  row.task_id = need.task_id();
  row.people_wanted = need.people_wanted();
  // For a need with wishes: when it may be at all.
  const common::v1::TimeWindow& when = need.has_wishes() ? need.wishes().range() : need.window();
  row.start_ms = MsOf(when.start());
  row.end_ms = MsOf(when.end());
  row.create_ms = MsOf(need.create_time());
  row.update_ms = MsOf(need.update_time());
  return row;
}

RegistrationRow RowOf(const registration::v1::Registration& registration, const StreamId& id) {
  RegistrationRow row(id);
  row.registration_id = registration.registration_id();
  row.subject_id = registration.subject_id();
  row.area_code = registration.area_code();
  row.kind = registration.kind();
  row.state = registration.state();
  row.through_unit_id = registration.through_unit_id();
  row.end_reason = registration.end_reason();
  row.create_ms = MsOf(registration.create_time());
  row.update_ms = MsOf(registration.update_time());
  return row;
}

LedgerRow RowOf(const events::v1::HoursCredited& credited, const StreamId& id) {
  const dispatch::v1::LedgerEntry& entry = credited.entry();
  LedgerRow row(id);
  row.person_id = entry.person_id();
  row.sequence = static_cast<int64_t>(entry.sequence());
  row.task_id = entry.task_id();
  row.title = credited.task_title();
  row.unit_id = credited.unit_id();
  row.minutes = entry.minutes();
  row.reverses = static_cast<int64_t>(entry.reverses());
  row.confirmation = entry.confirmation();
  row.time_ms = MsOf(entry.time());
  row.confirmer_id = entry.confirmer_id();
  row.reason = entry.reason();
  row.hash = absl::Base64Escape(entry.hash());
  row.unit_post = credited.unit_post() ? 1 : 0;
  return row;
}

// A change of somebody's part in a task.
template <class Change>
void AddPart(const Change& change, const StreamId& id, Rows* rows) {
  rows->task_head = HeadOf(change.task(), change.assignment().task_id(), id);
  rows->assignment = RowOf(change.assignment(), change.task(), id);
}

std::optional<TaskStaffed> StaffedBy(const events::v1::Event& event) {
  const events::v1::AssignmentChanged& change = event.assignment_changed();
  if (change.task().before() != dispatch::v1::TASK_STATE_OPEN ||
      change.task().state() != dispatch::v1::TASK_STATE_STAFFED) {
    return std::nullopt;
  }
  return TaskStaffed{change.assignment().task_id(), MsOf(event.time())};
}

std::optional<ActivationRow> ActivationOf(const events::v1::Event& event, const StreamId& id) {
  const events::v1::RegistrationChanged& change = event.registration_changed();
  const registration::v1::Registration& registration = change.registration();
  const int64_t before = change.before() == registration::v1::REGISTRATION_STATE_ACTIVE ? 1 : 0;
  const int64_t now = registration.state() == registration::v1::REGISTRATION_STATE_ACTIVE ? 1 : 0;
  if (before == now) return std::nullopt;
  ActivationRow row(id);
  row.registration_id = registration.registration_id();
  row.area_code = registration.area_code();
  row.of_unit = IsUnit(registration.subject_id()) ? 1 : 0;
  row.delta = now - before;
  row.time_ms = MsOf(event.time());
  return row;
}

UnitRow RowOf(const registration::v1::Unit& unit, const StreamId& id) {
  UnitRow row(id);
  row.unit_id = unit.unit_id();
  row.name = unit.name();
  row.liaison_ids = absl::StrJoin(unit.liaison_ids(), " ");
  row.kind = unit.kind();
  row.area_code = unit.area_code();
  row.categories = absl::StrJoin(unit.categories(), " ");
  return row;
}

PersonRow RowOf(const events::v1::ProfileChanged& change, const StreamId& id) {
  PersonRow row(id);
  row.person_id = change.profile().person_id();
  row.search_terms = absl::StrJoin(change.search_terms(), " ");
  row.categories = absl::StrJoin(change.profile().categories(), " ");
  return row;
}

}  // namespace

bool IsUnit(std::string_view subject_id) { return subject_id.starts_with("unt_"); }

Rows RowsOf(const events::v1::Event& event, const StreamId& id) {
  Rows rows;
  switch (event.change_case()) {
    case events::v1::Event::kTaskChanged:
      rows.task = RowOf(event.task_changed().task(), id);
      break;
    case events::v1::Event::kAssignmentChanged:
      AddPart(event.assignment_changed(), id, &rows);
      rows.staffed = StaffedBy(event);
      break;
    case events::v1::Event::kCreditRequestChanged:
      AddPart(event.credit_request_changed(), id, &rows);
      break;
    case events::v1::Event::kNeedChanged:
      rows.need = RowOf(event.need_changed().need(), id);
      break;
    case events::v1::Event::kRegistrationChanged:
      rows.registration = RowOf(event.registration_changed().registration(), id);
      rows.activation = ActivationOf(event, id);
      break;
    case events::v1::Event::kUnitChanged:
      rows.unit = RowOf(event.unit_changed().unit(), id);
      break;
    case events::v1::Event::kProfileChanged:
      rows.person = RowOf(event.profile_changed(), id);
      break;
    case events::v1::Event::kAccountDeleted:
      rows.erased_person_id = event.account_deleted().person_id();
      break;
    case events::v1::Event::kHoursCredited:
      rows.ledger = RowOf(event.hours_credited(), id);
      break;
    default:
      break;
  }
  return rows;
}

}  // namespace baodao::records
