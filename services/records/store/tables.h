// Which member of a row is which column: the one description that reading and writing go by.
#pragma once

#include <absl/strings/str_cat.h>

#include <string>
#include <variant>
#include <vector>

#include "services/records/domain/rows.h"

namespace baodao::records {

template <class Row>
struct Column {
  const char* name;
  std::variant<int64_t Row::*, std::string Row::*> member;
};

template <class Row>
struct Table {
  const char* name;
  std::vector<const char*> key;  // names of columns
  std::vector<Column<Row>> columns;
  // The columns that say which event the others come from.
  const char* gate_ms = "event_ms";
  const char* gate_seq = "event_seq";
};

// The columns of tasks that events of assignments tell as well, with a gate of their own: either
// kind of event may be the later one.
const Table<TaskHead>& TaskHeadsTable();
// The other columns of tasks.
const Table<TaskRow>& TasksTable();
const Table<AssignmentRow>& AssignmentsTable();
const Table<NeedRow>& NeedsTable();
const Table<RegistrationRow>& RegistrationsTable();
// Each of its events has a row.
const Table<ActivationRow>& ActivationsTable();
const Table<UnitRow>& UnitsTable();
const Table<PersonRow>& PeopleTable();
const Table<LedgerRow>& LedgerTable();

// INSERT … ON CONFLICT: a row that is there already is replaced by one of a later event only; by
// one of no event (0-0) where its own event was before :lost_before.
template <class Row>
std::string UpsertText(const Table<Row>& table) {
  std::string names, values, updates, key;
  for (const Column<Row>& column : table.columns) {
    const std::string name = column.name;
    names += (names.empty() ? "" : ", ") + name;
    values += (values.empty() ? ":" : ", :") + name;
    bool is_key = false;
    for (const char* part : table.key) is_key = is_key || name == part;
    if (!is_key) absl::StrAppend(&updates, updates.empty() ? "" : ", ", name, " = excluded.", name);
  }
  for (const char* part : table.key) key += (key.empty() ? "" : ", ") + std::string(part);
  const std::string ms = table.gate_ms, seq = table.gate_seq, old = table.name + std::string(".");
  return "INSERT INTO " + std::string(table.name) + " (" + names + ") VALUES (" + values +
         ") ON CONFLICT (" + key + ") DO UPDATE SET " + updates + " WHERE (" + old + ms + ", " +
         old + seq + ") < (excluded." + ms + ", excluded." + seq + ") OR (excluded." + ms +
         " = 0 AND " + old + ms + " < :lost_before)";
}

}  // namespace baodao::records
