#include "baodao/dispatch/v1/assignment.pb.h"
#include "services/records/store/by_hand.h"
#include "services/records/store/query.h"
#include "services/records/store/report_reads.h"

namespace baodao::records {
namespace {

static_assert(dispatch::v1::ASSIGNMENT_STATE_SIGNED_IN == 3 &&
              dispatch::v1::ASSIGNMENT_STATE_SIGNED_OUT == 4 &&
              dispatch::v1::ASSIGNMENT_STATE_CREDITED == 5 &&
              dispatch::v1::ASSIGNMENT_STATE_NO_SHOW == 11);

using AreaCodes = std::vector<std::string>;

template <class Fact>
int64_t AddAll(Query& select, const Fact& fact, AreaTally* tally) {
  select.Run();
  int64_t rows = 0;
  for (; select.Next(); ++rows) tally->Add(fact);
  return rows;
}

void AddWhere(Query& select, const AreaCodes& areas, const std::string& time,
              const Period& period) {
  select.AddIn(" WHERE area_code", areas);
  select.Add(" AND " + time + " >= ?", period.start_ms);
  select.Add(" AND " + time + " < ?", period.end_ms);
}

int64_t ReadTasks(Connection& connection, const AreaCodes& areas, const Period& period,
                  AreaTally* tally) {
  TaskFact fact;
  Query select(connection.sql());
  select.Into(fact.area_code, fact.start_ms, fact.state, fact.slots_max, fact.accepted_count,
              fact.rating, fact.create_ms, fact.staffed_ms);
  select.Add(
      "SELECT area_code, start_ms, state, slots_max, accepted_count, rating, create_ms, "
      "staffed_ms FROM tasks");
  AddWhere(select, areas, "start_ms", period);
  return AddAll(select, fact, tally);
}

int64_t ReadServices(Connection& connection, const AreaCodes& areas, const Period& period,
                     AreaTally* tally) {
  ServiceFact fact;
  Query select(connection.sql());
  select.Into(fact.area_code, fact.start_ms, fact.state, fact.person_id, fact.unit_id);
  select.Add("SELECT area_code, start_ms, state, person_id, unit_id FROM assignments");
  AddWhere(select, areas, "start_ms", period);
  select.Add(" AND state IN (3, 4, 5, 11)");
  return AddAll(select, fact, tally);
}

std::string MinutesWhere(const std::string& condition) {
  return "CAST(SUM(CASE WHEN " + condition + " THEN e.minutes ELSE 0 END) AS BIGINT)";
}

// Sums by `group`, which no two months share. `of` ("e" or "t") tells area and time.
int64_t ReadEntries(Connection& connection, const std::string& of, const std::string& from,
                    const std::string& group, const AreaCodes& areas, const Period& period,
                    AreaTally* tally) {
  MinutesFact fact;
  Query select(connection.sql());
  select.Into(fact.area_code, fact.start_ms, fact.minutes.automatic, fact.minutes.manual);
  select.Add("SELECT " + of + ".area_code, MIN(" + of + ".start_ms), " +
             MinutesWhere("NOT " + IsByHand()) + ", " + MinutesWhere(IsByHand()) + from);
  select.AddIn(" AND " + of + ".area_code", areas);
  select.Add(" AND " + of + ".start_ms >= ?", period.start_ms);
  select.Add(" AND " + of + ".start_ms < ?", period.end_ms);
  select.Add(" GROUP BY " + group);
  return AddAll(select, fact, tally);
}

int64_t ReadMinutes(Connection& connection, const AreaCodes& areas, const Period& period,
                    AreaTally* tally) {
  const Months months(period);
  int64_t rows = 0;
  for (size_t i = 0; i < months.size(); ++i) {
    rows += ReadEntries(connection, "e", " FROM ledger e WHERE e.start_ms <> 0", "e.area_code",
                        areas, months.PartIn(i), tally);
  }
  // CROSS: SQLite begins with the few entries, not with the tasks.
  return rows + ReadEntries(connection, "t",
                            " FROM ledger e CROSS JOIN tasks t WHERE e.start_ms = 0 AND "
                            "t.task_id = e.task_id",
                            "t.area_code, t.start_ms", areas, period, tally);
}

int64_t ReadNeeds(Connection& connection, const AreaCodes& areas, const Period& period,
                  AreaTally* tally) {
  NeedFact fact;
  Query select(connection.sql());
  select.Into(fact.area_code, fact.create_ms, fact.state, fact.category);
  select.Add("SELECT area_code, create_ms, state, category FROM needs");
  AddWhere(select, areas, "create_ms", period);
  return AddAll(select, fact, tally);
}

int64_t ReadRegistrations(Connection& connection, const AreaCodes& areas, const Period& period,
                          AreaTally* tally) {
  RegistrationFact fact;
  Query select(connection.sql());
  select.Into(fact.area_code, fact.create_ms, fact.subject_id);
  select.Add("SELECT area_code, create_ms, subject_id FROM registrations");
  AddWhere(select, areas, "create_ms", period);
  return AddAll(select, fact, tally);
}

// Everything before the period counts as one change of each area.
int64_t ReadActivations(Connection& connection, const AreaCodes& areas, const Period& period,
                        AreaTally* tally) {
  ActivationFact fact;
  Query before(connection.sql());
  before.Into(fact.area_code, fact.of_unit, fact.time_ms, fact.delta);
  before.Add(
      "SELECT area_code, of_unit, MAX(time_ms), CAST(SUM(delta) AS BIGINT) FROM activations");
  AddWhere(before, areas, "time_ms", {0, period.start_ms});
  before.Add(" GROUP BY area_code, of_unit");
  int64_t rows = AddAll(before, fact, tally);
  Query within(connection.sql());
  within.Into(fact.area_code, fact.of_unit, fact.time_ms, fact.delta);
  within.Add("SELECT area_code, of_unit, time_ms, delta FROM activations");
  AddWhere(within, areas, "time_ms", period);
  return rows + AddAll(within, fact, tally);
}

}  // namespace

absl::StatusOr<int64_t> ReadAreaReport(Connection& connection, const AreaCodes& areas,
                                       const Period& period, AreaTally* tally) {
  int64_t rows = 0;
  connection.BeginRead();
  InParts(areas, [&](const AreaCodes& part) {
    for (const auto read :
         {ReadTasks, ReadServices, ReadMinutes, ReadNeeds, ReadRegistrations, ReadActivations}) {
      rows += read(connection, part, period, tally);
    }
  });
  connection.Commit();
  return rows;
}

}  // namespace baodao::records
