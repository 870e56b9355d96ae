#include "services/records/store/upserts.h"

namespace baodao::records {

Upserts::Upserts(soci::session& sql)
    : task_heads_(sql, TaskHeadsTable()),
      tasks_(sql, TasksTable()),
      assignments_(sql, AssignmentsTable()),
      needs_(sql, NeedsTable()),
      registrations_(sql, RegistrationsTable()),
      ledger_(sql, LedgerTable()) {}

void Upserts::Write(const Rows& rows) {
  if (rows.task) {
    task_heads_.Write(*rows.task);
    tasks_.Write(*rows.task);
  }
  // Before the assignment, which refers to it.
  if (rows.task_head) task_heads_.Write(*rows.task_head);
  if (rows.assignment) assignments_.Write(*rows.assignment);
  if (rows.need) needs_.Write(*rows.need);
  if (rows.registration) registrations_.Write(*rows.registration);
  if (rows.ledger) ledger_.Write(*rows.ledger);
}

}  // namespace baodao::records
