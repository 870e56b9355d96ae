#include "services/records/store/tables.h"

namespace baodao::records {

const Table<TaskHead>& TaskHeadsTable() {
  using Row = TaskHead;
  static const Table<Row> table{"tasks",
                                {"task_id"},
                                {{"task_id", &Row::task_id},
                                 {"title", &Row::title},
                                 {"area_code", &Row::area_code},
                                 {"requester_id", &Row::requester_id},
                                 {"need_id", &Row::need_id},
                                 {"state", &Row::state},
                                 {"slots_max", &Row::slots_max},
                                 {"accepted_count", &Row::accepted_count},
                                 {"start_ms", &Row::start_ms},
                                 {"end_ms", &Row::end_ms},
                                 {"head_ms", &Row::event_ms},
                                 {"head_seq", &Row::event_seq}},
                                "head_ms",
                                "head_seq"};
  return table;
}

const Table<TaskRow>& TasksTable() {
  using Row = TaskRow;
  static const Table<Row> table{"tasks",
                                {"task_id"},
                                {{"task_id", &Row::task_id},
                                 {"category", &Row::category},
                                 {"publisher_id", &Row::publisher_id},
                                 {"slots_min", &Row::slots_min},
                                 {"escalation_level", &Row::escalation_level},
                                 {"rating", &Row::rating},
                                 {"create_ms", &Row::create_ms},
                                 {"update_ms", &Row::update_ms},
                                 {"event_ms", &Row::event_ms},
                                 {"event_seq", &Row::event_seq}}};
  return table;
}

const Table<AssignmentRow>& AssignmentsTable() {
  using Row = AssignmentRow;
  static const Table<Row> table{"assignments",
                                {"task_id", "person_id"},
                                {{"task_id", &Row::task_id},
                                 {"person_id", &Row::person_id},
                                 {"start_ms", &Row::start_ms},
                                 {"area_code", &Row::area_code},
                                 {"state", &Row::state},
                                 {"unit_id", &Row::unit_id},
                                 {"accept_ms", &Row::accept_ms},
                                 {"sign_in_ms", &Row::sign_in_ms},
                                 {"sign_out_ms", &Row::sign_out_ms},
                                 {"end_cause", &Row::end_cause},
                                 {"reason", &Row::reason},
                                 {"unit_post", &Row::unit_post},
                                 {"update_ms", &Row::update_ms},
                                 {"event_ms", &Row::event_ms},
                                 {"event_seq", &Row::event_seq}}};
  return table;
}

const Table<NeedRow>& NeedsTable() {
  using Row = NeedRow;
  static const Table<Row> table{"needs",
                                {"need_id"},
                                {{"need_id", &Row::need_id},
                                 {"title", &Row::title},
                                 {"category", &Row::category},
                                 {"area_code", &Row::area_code},
                                 {"state", &Row::state},
                                 {"requester_id", &Row::requester_id},
                                 {"task_id", &Row::task_id},
                                 {"people_wanted", &Row::people_wanted},
                                 {"start_ms", &Row::start_ms},
                                 {"end_ms", &Row::end_ms},
                                 {"create_ms", &Row::create_ms},
                                 {"update_ms", &Row::update_ms},
                                 {"event_ms", &Row::event_ms},
                                 {"event_seq", &Row::event_seq}}};
  return table;
}

const Table<RegistrationRow>& RegistrationsTable() {
  using Row = RegistrationRow;
  static const Table<Row> table{"registrations",
                                {"registration_id"},
                                {{"registration_id", &Row::registration_id},
                                 {"subject_id", &Row::subject_id},
                                 {"area_code", &Row::area_code},
                                 {"kind", &Row::kind},
                                 {"state", &Row::state},
                                 {"through_unit_id", &Row::through_unit_id},
                                 {"end_reason", &Row::end_reason},
                                 {"create_ms", &Row::create_ms},
                                 {"update_ms", &Row::update_ms},
                                 {"event_ms", &Row::event_ms},
                                 {"event_seq", &Row::event_seq}}};
  return table;
}

const Table<ActivationRow>& ActivationsTable() {
  using Row = ActivationRow;
  static const Table<Row> table{"activations",
                                {"registration_id", "event_ms", "event_seq"},
                                {{"registration_id", &Row::registration_id},
                                 {"area_code", &Row::area_code},
                                 {"of_unit", &Row::of_unit},
                                 {"delta", &Row::delta},
                                 {"time_ms", &Row::time_ms},
                                 {"event_ms", &Row::event_ms},
                                 {"event_seq", &Row::event_seq}}};
  return table;
}

const Table<UnitRow>& UnitsTable() {
  using Row = UnitRow;
  static const Table<Row> table{"units",
                                {"unit_id"},
                                {{"unit_id", &Row::unit_id},
                                 {"name", &Row::name},
                                 {"liaison_ids", &Row::liaison_ids},
                                 {"kind", &Row::kind},
                                 {"area_code", &Row::area_code},
                                 {"categories", &Row::categories},
                                 {"event_ms", &Row::event_ms},
                                 {"event_seq", &Row::event_seq}}};
  return table;
}

const Table<PersonRow>& PeopleTable() {
  using Row = PersonRow;
  static const Table<Row> table{"people",
                                {"person_id"},
                                {{"person_id", &Row::person_id},
                                 {"search_terms", &Row::search_terms},
                                 {"categories", &Row::categories},
                                 {"event_ms", &Row::event_ms},
                                 {"event_seq", &Row::event_seq}}};
  return table;
}

const Table<LedgerRow>& LedgerTable() {
  using Row = LedgerRow;
  static const Table<Row> table{"ledger",
                                {"person_id", "sequence"},
                                {{"person_id", &Row::person_id},
                                 {"sequence", &Row::sequence},
                                 {"task_id", &Row::task_id},
                                 {"title", &Row::title},
                                 {"unit_id", &Row::unit_id},
                                 {"minutes", &Row::minutes},
                                 {"reverses", &Row::reverses},
                                 {"confirmation", &Row::confirmation},
                                 {"time_ms", &Row::time_ms},
                                 {"confirmer_id", &Row::confirmer_id},
                                 {"reason", &Row::reason},
                                 {"hash", &Row::hash},
                                 {"unit_post", &Row::unit_post},
                                 {"event_ms", &Row::event_ms},
                                 {"event_seq", &Row::event_seq}}};
  return table;
}

}  // namespace baodao::records
