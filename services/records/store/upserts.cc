#include "services/records/store/upserts.h"

#include <set>

#include "baodao/registration/v1/registration.pb.h"

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

namespace {

// A row of registration r that is of no event.
std::string InsertBase(const std::string& delta, const char* time, const char* number,
                       const std::string& when) {
  return "INSERT INTO activations (registration_id, area_code, of_unit, delta, time_ms, event_ms, "
         "event_seq) SELECT r.registration_id, r.area_code, CASE WHEN substr(r.subject_id, 1, 4) = "
         "'unt_' THEN 1 ELSE 0 END, " +
         delta + ", " + time + ", 0, " + number +
         " FROM registrations r WHERE r.registration_id = :id AND " + when;
}

// It ceased to be ACTIVE before all that is known of it.
std::string InsertFirst() {
  return InsertBase("1", "r.create_ms", "0",
                    "(SELECT e.delta FROM activations e WHERE e.registration_id = "
                    "r.registration_id ORDER BY e.event_ms, e.event_seq LIMIT 1) = -1");
}

std::string InsertLast() {
  static_assert(registration::v1::REGISTRATION_STATE_ACTIVE == 2);
  const std::string missing =
      "CASE WHEN r.state = 2 THEN 1 ELSE 0 END - COALESCE((SELECT CAST(SUM(e.delta) AS BIGINT) "
      "FROM activations e WHERE e.registration_id = r.registration_id), 0)";
  return InsertBase(missing, "r.update_ms", "1", "(" + missing + ") <> 0");
}

}  // namespace

ActivationBase::ActivationBase(soci::session& sql)
    : clear_((sql.prepare << "DELETE FROM activations WHERE registration_id = :id AND event_ms = 0",
              soci::use(registration_id_, "id"))),
      first_((sql.prepare << InsertFirst(), soci::use(registration_id_, "id"))),
      last_((sql.prepare << InsertLast(), soci::use(registration_id_, "id"))) {}

void ActivationBase::Write(const std::string& registration_id) {
  registration_id_ = registration_id;
  clear_.execute(true);
  first_.execute(true);
  last_.execute(true);
}

EntryTask::EntryTask(soci::session& sql)
    : statement_(
          (sql.prepare << "UPDATE ledger SET title = COALESCE((SELECT t.title FROM tasks t "
                          "WHERE t.task_id = ledger.task_id), ''), unit_id = COALESCE(("
                          "SELECT a.unit_id FROM assignments a WHERE a.task_id = "
                          "ledger.task_id AND a.person_id = ledger.person_id), ''), "
                          "unit_post = COALESCE((SELECT a.unit_post FROM assignments a WHERE "
                          "a.task_id = ledger.task_id AND a.person_id = ledger.person_id), "
                          "0) WHERE "
                          "person_id = :person AND sequence = :sequence AND event_ms = 0",
           soci::use(entry_.person_id, "person"), soci::use(entry_.sequence, "sequence"))) {}

void EntryTask::Write(const LedgerRow& entry) {
  entry_ = entry;
  statement_.execute(true);
}

Erasure::Erasure(soci::session& sql)
    : note_((sql.prepare << "INSERT INTO erased (person_id) VALUES (:person) ON CONFLICT "
                            "(person_id) DO NOTHING",
             soci::use(person_id_, "person"))),
      delete_((sql.prepare << "DELETE FROM retired WHERE owner_id = :person",
               soci::use(person_id_, "person"))) {}

void Erasure::Write(const std::string& person_id) {
  person_id_ = person_id;
  note_.execute(true);
  delete_.execute(true);
}

Upserts::Upserts(soci::session& sql, Dialect dialect)
    : task_heads_(sql, TaskHeadsTable()),
      tasks_(sql, TasksTable()),
      assignments_(sql, AssignmentsTable()),
      staffed_(sql),
      needs_(sql, NeedsTable()),
      registrations_(sql, RegistrationsTable()),
      activations_(sql, ActivationsTable()),
      activation_base_(sql),
      units_(sql, UnitsTable()),
      people_(sql, PeopleTable()),
      ledger_(sql, LedgerTable()),
      places_(sql),
      entry_tasks_(sql),
      erasure_(sql),
      documents_(sql, dialect) {}

void Upserts::Write(const NewestRows& rows) {
  WriteThings(rows, 0);
  for (const TaskStaffed* staffed : rows.staffed) staffed_.Write(*staffed);
  std::set<std::string> registration_ids;
  for (const ActivationRow* activation : rows.activations) {
    activations_.Write(*activation);
    registration_ids.insert(activation->registration_id);
  }
  for (const std::string& id : registration_ids) activation_base_.Write(id);
  for (const LedgerRow* entry : rows.ledger) WriteEntry(*entry);
  for (const std::string_view id : rows.erased_person_ids) erasure_.Write(std::string(id));
  documents_.Update(rows);
}

void Upserts::Restore(const NewestRows& rows, int64_t lost_before) {
  WriteThings(rows, lost_before);
  for (const auto& [id, row] : rows.registrations) activation_base_.Write(row->registration_id);
  for (const LedgerRow* entry : rows.ledger) {
    WriteEntry(*entry);
    entry_tasks_.Write(*entry);
  }
  documents_.Update(rows);
}

void Upserts::WriteThings(const NewestRows& rows, int64_t lost_before) {
  const auto write = [lost_before](const auto& newest, auto* upsert) {
    for (const auto& [key, row] : newest) upsert->Write(*row, lost_before);
  };
  write(rows.task_heads, &task_heads_);
  write(rows.tasks, &tasks_);
  // After the tasks, which they refer to.
  write(rows.assignments, &assignments_);
  write(rows.needs, &needs_);
  write(rows.registrations, &registrations_);
  write(rows.units, &units_);
  write(rows.people, &people_);
}

void Upserts::WriteEntry(const LedgerRow& entry) {
  ledger_.Write(entry);
  places_.Write(entry);
}

}  // namespace baodao::records
