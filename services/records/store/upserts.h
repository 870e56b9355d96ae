// The statements that write rows, prepared once for a connection.
#pragma once

#include <soci/soci.h>

#include "services/records/domain/rows_of.h"
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
    statement_.alloc();
    statement_.prepare(UpsertText(table));
    statement_.define_and_bind();
  }
  // The statement refers to the row.
  Upsert(const Upsert&) = delete;
  Upsert& operator=(const Upsert&) = delete;

  void Write(const Row& row) {
    row_ = row;
    statement_.execute(true);
  }

 private:
  Row row_;
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

// Notes where and when the service of an entry was, if its task is known. What comes before its
// task is placed when it is read.
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

class Upserts {
 public:
  explicit Upserts(soci::session& sql);
  void Write(const Rows& rows);

 private:
  Upsert<TaskHead> task_heads_;
  Upsert<TaskRow> tasks_;
  Upsert<AssignmentRow> assignments_;
  StaffedMark staffed_;
  Upsert<NeedRow> needs_;
  Upsert<RegistrationRow> registrations_;
  Upsert<ActivationRow> activations_;
  Upsert<UnitRow> units_;
  Upsert<PersonRow> people_;
  Upsert<LedgerRow> ledger_;
  EntryPlace places_;
  DocumentIndex documents_;
};

}  // namespace baodao::records
