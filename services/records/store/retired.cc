#include "services/records/store/retired.h"

#include <utility>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/records/store/query.h"

namespace baodao::records {
namespace {

bool IsErased(Connection& connection, const std::string& person_id) {
  int64_t count = 0;
  connection.sql() << "SELECT COUNT(*) FROM erased WHERE person_id = :person",
      soci::use(person_id, "person"), soci::into(count);
  return count > 0;
}

}  // namespace

absl::StatusOr<RetiredRow> KeepRetired(Connection& connection, const RetiredRow& row) {
  if (!row.owner_id.empty() && IsErased(connection, row.owner_id)) {
    // Also what came in while the account was being erased: everything is sent twice.
    connection.sql() << "DELETE FROM retired WHERE record_id = :id", soci::use(row.record_id, "id");
    // Nothing that a backup would have to catch first: its service lets go of it in its time.
    RetiredRow none = row;
    none.retire_ms = 0;
    return none;
  }
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
  if (kept) return *std::move(kept);
  // It went at this moment with the account of its owner, whom the next try finds erased.
  return Refuse(Reason::CONFLICT_RETRY);
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
