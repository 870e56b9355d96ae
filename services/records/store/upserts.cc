#include "services/records/store/upserts.h"

namespace baodao::records {

StaffedMark::StaffedMark(soci::session& sql)
    : statement_((sql.prepare << "UPDATE tasks SET staffed_ms = :time WHERE task_id = :task AND "
                                 "(staffed_ms = 0 OR staffed_ms > :time)",
                  soci::use(staffed_.time_ms, "time"), soci::use(staffed_.task_id, "task"))) {}

void StaffedMark::Write(const TaskStaffed& staffed) {
  staffed_ = staffed;
  statement_.execute(true);
}

EntryPlace::EntryPlace(soci::session& sql)
    : statement_((sql.prepare << "UPDATE ledger SET area_code = COALESCE((SELECT t.area_code FROM "
                                 "tasks t WHERE t.task_id = ledger.task_id), ''), start_ms = "
                                 "COALESCE((SELECT t.start_ms FROM tasks t WHERE t.task_id = "
                                 "ledger.task_id), 0) WHERE person_id = :person AND sequence = "
                                 ":sequence",
                  soci::use(entry_.person_id, "person"), soci::use(entry_.sequence, "sequence"))) {}

void EntryPlace::Write(const LedgerRow& entry) {
  entry_ = entry;
  statement_.execute(true);
}

Upserts::Upserts(soci::session& sql)
    : task_heads_(sql, TaskHeadsTable()),
      tasks_(sql, TasksTable()),
      assignments_(sql, AssignmentsTable()),
      staffed_(sql),
      needs_(sql, NeedsTable()),
      registrations_(sql, RegistrationsTable()),
      activations_(sql, ActivationsTable()),
      units_(sql, UnitsTable()),
      people_(sql, PeopleTable()),
      ledger_(sql, LedgerTable()),
      places_(sql),
      documents_(sql) {}

void Upserts::Write(const Rows& rows) {
  if (rows.task) {
    task_heads_.Write(*rows.task);
    tasks_.Write(*rows.task);
  }
  // Before the assignment, which refers to it.
  if (rows.task_head) task_heads_.Write(*rows.task_head);
  if (rows.assignment) assignments_.Write(*rows.assignment);
  if (rows.staffed) staffed_.Write(*rows.staffed);
  if (rows.need) needs_.Write(*rows.need);
  if (rows.registration) registrations_.Write(*rows.registration);
  if (rows.activation) activations_.Write(*rows.activation);
  if (rows.unit) units_.Write(*rows.unit);
  if (rows.person) people_.Write(*rows.person);
  if (rows.ledger) {
    ledger_.Write(*rows.ledger);
    places_.Write(*rows.ledger);
  }
  documents_.Update(rows);
}

}  // namespace baodao::records
