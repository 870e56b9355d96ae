// The statements that write rows, prepared once for a connection.
#pragma once

#include <soci/soci.h>

#include "services/records/domain/newest_rows.h"
#include "services/records/store/document_index.h"
#include "services/records/store/tables.h"

namespace baodao::records {

template <class Row>
class Upsert {
 public:
  Upsert(soci::session& sql, const Table<Row>& table) : statement_(sql) {
    for (const Column<Row>& column : table.columns) {
      std::visit([&](auto member) { statement_.exchange(soci::use(row_.*member, column.name)); },
                 column.member);
    }
    statement_.exchange(soci::use(lost_before_, "lost_before"));
    statement_.alloc();
    statement_.prepare(UpsertText(table));
    statement_.define_and_bind();
  }
  // The statement refers to the row.
  Upsert(const Upsert&) = delete;
  Upsert& operator=(const Upsert&) = delete;

  void Write(const Row& row, int64_t lost_before = 0) {
    row_ = row;
    lost_before_ = lost_before;
    statement_.execute(true);
  }

 private:
  Row row_;
  int64_t lost_before_ = 0;
  soci::statement statement_;
};

// Notes when a task was staffed first, in whatever order that is heard.
class StaffedMark {
 public:
  explicit StaffedMark(soci::session& sql);
  StaffedMark(const StaffedMark&) = delete;
  StaffedMark& operator=(const StaffedMark&) = delete;

  // The task is there.
  void Write(const TaskStaffed& staffed);

 private:
  TaskStaffed staffed_;
  soci::statement statement_;
};

// Notes where and when the service of an entry was, if its task is known. An entry that comes
// before its task is placed when it is read.
class EntryPlace {
 public:
  explicit EntryPlace(soci::session& sql);
  EntryPlace(const EntryPlace&) = delete;
  EntryPlace& operator=(const EntryPlace&) = delete;

  // The entry is there.
  void Write(const LedgerRow& entry);

 private:
  LedgerRow entry_;
  soci::statement statement_;
};

// Becoming ACTIVE, or ceasing to be it, of which there is no event, in up to two rows of no event
// (0-0, 0-1), so that the sum of all rows of a registration says whether it is ACTIVE now. When it
// happened is not known: one that must have been ACTIVE before the first event counts from its
// creation, and what happened since is noted at its last change.
class ActivationBase {
 public:
  explicit ActivationBase(soci::session& sql);
  ActivationBase(const ActivationBase&) = delete;
  ActivationBase& operator=(const ActivationBase&) = delete;

  // The registration is there.
  void Write(const std::string& registration_id);

 private:
  std::string registration_id_;
  soci::statement clear_;
  soci::statement first_;
  soci::statement last_;
};

// Gives an entry of no event title and unit, as far as its task and assignment are known.
class EntryTask {
 public:
  explicit EntryTask(soci::session& sql);
  EntryTask(const EntryTask&) = delete;
  EntryTask& operator=(const EntryTask&) = delete;

  // The entry is there.
  void Write(const LedgerRow& entry);

 private:
  LedgerRow entry_;
  soci::statement statement_;
};

// Deletes what was retired of a person, and notes that nothing more is to be kept of them.
class Erasure {
 public:
  explicit Erasure(soci::session& sql);
  Erasure(const Erasure&) = delete;
  Erasure& operator=(const Erasure&) = delete;

  void Write(const std::string& person_id);

 private:
  std::string person_id_;
  soci::statement note_;
  soci::statement delete_;
};

class Upserts {
 public:
  Upserts(soci::session& sql, Dialect dialect);
  // Writes the rows of events.
  void Write(const NewestRows& rows);
  // Writes rows of no event: what their owner has. A row that is there stays, unless the event it
  // came from was before `lost_before`, from when on all events are known; an entry of the ledger,
  // which never changes, in any case.
  void Restore(const NewestRows& rows, int64_t lost_before);

 private:
  void WriteThings(const NewestRows& rows, int64_t lost_before);
  void WriteEntry(const LedgerRow& entry);

  Upsert<TaskHead> task_heads_;
  Upsert<TaskRow> tasks_;
  Upsert<AssignmentRow> assignments_;
  StaffedMark staffed_;
  Upsert<NeedRow> needs_;
  Upsert<RegistrationRow> registrations_;
  Upsert<ActivationRow> activations_;
  ActivationBase activation_base_;
  Upsert<UnitRow> units_;
  Upsert<PersonRow> people_;
  Upsert<LedgerRow> ledger_;
  EntryPlace places_;
  EntryTask entry_tasks_;
  Erasure erasure_;
  DocumentIndex documents_;
};

}  // namespace baodao::records
