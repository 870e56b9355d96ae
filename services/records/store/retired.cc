#include "services/records/store/retired.h"

#include <utility>

#include "common/status/macros.h"
#include "services/records/store/query.h"

namespace baodao::records {

absl::StatusOr<RetiredRow> KeepRetired(Connection& connection, const RetiredRow& row) {
  soci::statement insert =
      (connection.sql().prepare
           << "INSERT INTO retired (record_id, owner_id, version, body, retire_ms) VALUES (:id, "
              ":owner, :version, :body, :time) ON CONFLICT (record_id) DO UPDATE SET owner_id = "
              "excluded.owner_id, version = excluded.version, body = excluded.body, retire_ms = "
              "excluded.retire_ms WHERE retired.version < excluded.version",
       soci::use(row.record_id, "id"), soci::use(row.owner_id, "owner"),
       soci::use(row.version, "version"), soci::use(row.body, "body"),
       soci::use(row.retire_ms, "time"));
  insert.execute(true);
  if (insert.get_affected_rows() == 1) return row;
  ASSIGN_OR_RETURN(std::optional<RetiredRow> kept, FindRetired(connection, row.record_id));
  // Nothing is deleted meanwhile: there is one writer.
  return *std::move(kept);
}

absl::StatusOr<std::optional<RetiredRow>> FindRetired(Connection& connection,
                                                      const std::string& record_id) {
  RetiredRow row;
  row.record_id = record_id;
  Query select(connection.sql());
  select.Into(row.version, row.body, row.retire_ms);
  select.Add("SELECT version, body, retire_ms FROM retired WHERE record_id = ?", record_id);
  select.Run();
  if (!select.Next()) return std::nullopt;
  return row;
}

absl::StatusOr<std::vector<LedgerRow>> ReadLedger(Connection& connection,
                                                  const LedgerQuery& query) {
  std::vector<LedgerRow> entries;
  LedgerRow entry;
  entry.person_id = query.person_id;
  Query select(connection.sql());
  select.Into(entry.sequence, entry.task_id, entry.minutes, entry.reverses, entry.confirmation,
              entry.time_ms, entry.confirmer_id, entry.reason, entry.hash);
  select.Add(
      "SELECT sequence, task_id, minutes, reverses, confirmation, time_ms, confirmer_id, reason, "
      "hash FROM ledger WHERE person_id = ?",
      query.person_id);
  select.Add(" AND sequence > ?", query.after_sequence);
  if (!query.task_id.empty()) select.Add(" AND task_id = ?", query.task_id);
  select.Add(" ORDER BY sequence LIMIT ?", query.limit);
  select.Run();
  while (select.Next()) entries.push_back(entry);
  return entries;
}

}  // namespace baodao::records
