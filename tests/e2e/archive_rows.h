// The rows of an archive as text, to be compared.
#pragma once

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "services/records/store/connection.h"
#include "services/records/store/tables.h"

namespace baodao::testing {

class ArchiveRows {
 public:
  // The rows that the owners have, too: without the events that rows came from and what only those
  // tell (when tasks were staffed, when registrations became ACTIVE or ceased to be it), and
  // without the time of a task's last change, which to its owner each of its assignments' is. For
  // activations the sums.
  static std::vector<std::string> OfState(const std::string& database) {
    ArchiveRows rows(database, false);
    rows.Add(
        "SELECT registration_id || '|' || SUM(delta) FROM activations GROUP BY registration_id "
        "HAVING SUM(delta) <> 0 ORDER BY 1");
    return rows.all_;
  }
  // Everything but the id and the migrations of the database, and the area and start of entries of
  // the ledger: these depend on which of two streams was read first, and are looked up where they
  // are missing.
  static std::vector<std::string> OfEvents(const std::string& database) {
    ArchiveRows rows(database, true);
    rows.Add("SELECT task_id || '|' || staffed_ms FROM tasks ORDER BY 1");
    rows.AddTable(records::ActivationsTable());
    rows.Add(
        "SELECT service || '|' || shard || '|' || stream_id || '|' || events || '|' || "
        "complete_since_ms FROM positions ORDER BY 1");
    return rows.all_;
  }

  // The rows that only one of them has: "- " before a row of the first, "+ " of the second.
  static std::vector<std::string> Differing(std::vector<std::string> one,
                                            std::vector<std::string> other) {
    std::ranges::sort(one);
    std::ranges::sort(other);
    std::vector<std::string> gone, come, all;
    std::ranges::set_difference(one, other, std::back_inserter(gone));
    std::ranges::set_difference(other, one, std::back_inserter(come));
    for (const std::string& row : gone) all.push_back("- " + row);
    for (const std::string& row : come) all.push_back("+ " + row);
    return all;
  }

 private:
  ArchiveRows(const std::string& database, bool gates) : connection_(database), gates_(gates) {
    AddTable(records::TaskHeadsTable());
    AddTable(records::TasksTable());
    AddTable(records::AssignmentsTable());
    AddTable(records::NeedsTable());
    AddTable(records::RegistrationsTable());
    AddTable(records::UnitsTable());
    AddTable(records::PeopleTable());
    AddTable(records::LedgerTable());
    // The results of searches; in which order those of a millisecond are found is left to chance.
    Add("SELECT 'documents|' || id || '|' || terms FROM documents ORDER BY 1");
  }

  void Add(const std::string& select) {
    soci::rowset<std::string> rows = (connection_.sql().prepare << select);
    all_.insert(all_.end(), rows.begin(), rows.end());
  }
  template <class Row>
  void AddTable(const records::Table<Row>& table) {
    std::string text = "'" + std::string(table.name) + "'";
    for (const auto& column : table.columns) {
      const std::string name = column.name;
      const bool of_event = name == table.gate_ms || name == table.gate_seq ||
                            (table.name == std::string("tasks") && name == "update_ms");
      if (of_event && !gates_) continue;
      text += " || '|' || " + name;
    }
    Add("SELECT " + text + " FROM " + table.name + " ORDER BY 1");
  }

  records::Connection connection_;
  bool gates_;
  std::vector<std::string> all_;
};

}  // namespace baodao::testing
