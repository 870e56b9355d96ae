// The statements that write rows, prepared once for a connection.
#pragma once

#include <soci/soci.h>

#include "services/records/domain/rows_of.h"
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

class Upserts {
 public:
  explicit Upserts(soci::session& sql);
  void Write(const Rows& rows);

 private:
  Upsert<TaskHead> task_heads_;
  Upsert<TaskRow> tasks_;
  Upsert<AssignmentRow> assignments_;
  Upsert<NeedRow> needs_;
  Upsert<RegistrationRow> registrations_;
  Upsert<LedgerRow> ledger_;
};

}  // namespace baodao::records
