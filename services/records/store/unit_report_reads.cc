#include <absl/strings/str_split.h>

#include "services/records/store/by_hand.h"
#include "services/records/store/query.h"
#include "services/records/store/report_reads.h"

namespace baodao::records {
namespace {

// States as in the report of an area (area_report_reads.cc). That the unit is not
// empty lets the partial indexes be used.
int64_t ReadMembers(Connection& connection, const std::string& unit_id, const Period& period,
                    UnitTally* tally) {
  MemberFact fact;
  int64_t rows = 0;
  Query select(connection.sql());
  select.Into(fact.area_code, fact.start_ms, fact.person_id);
  select.Add(
      "SELECT area_code, start_ms, person_id FROM assignments WHERE unit_id <> '' AND unit_id = ?",
      unit_id);
  select.Add(" AND start_ms >= ?", period.start_ms);
  select.Add(" AND start_ms < ?", period.end_ms);
  select.Add(" AND state IN (3, 4, 5)");
  select.Run();
  for (; select.Next(); ++rows) tally->Add(fact);
  return rows;
}

int64_t ReadUnitMinutes(Connection& connection, const std::string& unit_id, const Period& period,
                        UnitTally* tally) {
  UnitMinutesFact fact;
  int64_t minutes = 0;
  int64_t manual = 0;
  int64_t unit_post = 0;
  int64_t rows = 0;
  Query select(connection.sql());
  select.Into(fact.area_code, fact.service_ms, minutes, unit_post, manual);
  select.Add(
      "SELECT COALESCE(t.area_code, ''), COALESCE(t.start_ms, e.time_ms), e.minutes, "
      "e.unit_post, CASE WHEN " +
          IsByHand() +
          " THEN 1 ELSE 0 END FROM ledger e LEFT JOIN tasks t ON t.task_id = e.task_id "
          "WHERE e.unit_id <> '' AND e.unit_id = ?",
      unit_id);
  select.Add(" AND COALESCE(t.start_ms, e.time_ms) >= ?", period.start_ms);
  select.Add(" AND COALESCE(t.start_ms, e.time_ms) < ?", period.end_ms);
  select.Run();
  for (; select.Next(); ++rows) {
    fact.unit_post = unit_post != 0;
    fact.minutes = manual != 0 ? Minutes{0, minutes} : Minutes{minutes, 0};
    tally->Add(fact);
  }
  return rows;
}

}  // namespace

absl::StatusOr<int64_t> ReadUnitReport(Connection& connection, const std::string& unit_id,
                                       const Period& period, UnitTally* tally) {
  connection.BeginRead();
  const int64_t members = ReadMembers(connection, unit_id, period, tally);
  const int64_t entries = ReadUnitMinutes(connection, unit_id, period, tally);
  connection.Commit();
  return members + entries;
}

absl::StatusOr<std::optional<UnitFact>> ReadUnit(Connection& connection,
                                                 const std::string& unit_id) {
  UnitFact unit;
  Query select(connection.sql());
  std::string liaisons;
  select.Into(unit.name, liaisons);
  select.Add("SELECT name, liaison_ids FROM units WHERE unit_id = ?", unit_id);
  select.Run();
  if (!select.Next()) return std::nullopt;
  unit.liaison_ids = absl::StrSplit(liaisons, ' ', absl::SkipEmpty());
  std::string code;
  Query areas(connection.sql());
  areas.Into(code);
  areas.Add("SELECT DISTINCT area_code FROM registrations WHERE subject_id = ?", unit_id);
  areas.Run();
  while (areas.Next()) unit.areas.push_back(code);
  return unit;
}

}  // namespace baodao::records
