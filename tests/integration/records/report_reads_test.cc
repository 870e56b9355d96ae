// Reports of units and areas, from both databases, against figures worked out by hand.
#include "services/records/store/report_reads.h"

#include <gmock/gmock.h>

#include "common/testing/matchers.h"
#include "services/records/app/area_division.h"
#include "tests/integration/records/report_town.h"

namespace baodao::records {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;

class ReportReadsTest : public ReportTown {
 protected:
  AreaReports Report(const std::string& area, const Period& period = TwoMonths()) {
    const auto tree = *areas::AreaTree::Build(ReportAreas());
    return Do<AreaReports>([&](Connection& connection) -> absl::StatusOr<AreaReports> {
      const AreaDivision division = DivideArea(*tree, area);
      std::vector<std::string> codes;
      for (const auto& [code, child] : division.child_of) codes.push_back(code);
      AreaTally tally(division, Months(period));
      EXPECT_THAT(ReadAreaReport(connection, codes, period, &tally), testing::IsOk());
      return tally.Finish();
    });
  }
  UnitReport ReportOf(const std::string& unit_id, const Period& period = TwoMonths()) {
    return Do<UnitReport>([&](Connection& connection) -> absl::StatusOr<UnitReport> {
      UnitTally tally(Months(period), [](const std::string&) { return true; });
      EXPECT_THAT(ReadUnitReport(connection, unit_id, period, &tally), testing::IsOk());
      return tally.Finish();
    });
  }
};

TEST_P(ReportReadsTest, TheWholeDistrict) {
  AddTwoMonths();
  const AreaReports reports = Report(kDistrict);
  AreaFigures total;
  total.person_registrations = 2;  // r2, r4
  total.unit_registrations = 1;
  total.active_person_registrations = 2;  // r1, r5
  total.active_unit_registrations = 1;
  total.needs = 3;
  total.need_states = {{lists::v1::NEED_STATE_CLOSED, 2}, {lists::v1::NEED_STATE_SUBMITTED, 1}};
  total.need_categories = {{"cleaning", 2}, {"escort", 1}};
  total.tasks = 7;
  total.served_tasks = 4;  // t1, t2, t5, t6
  total.cancelled_tasks = 1;
  total.expired_tasks = 1;
  total.staffed_tasks = 5;          // 30, 60, 600, 1200, 3600
  total.accept_seconds_p50 = 600;   // the third
  total.accept_seconds_p90 = 3600;  // the fifth
  total.slots = 11;                 // 2 + 3 + 4 + 1 + 1
  total.filled_slots = 5;           // 2 + 1 + 0 + 1 + 1
  total.services = 5;
  total.no_shows = 1;
  total.ratings = 3;
  total.stars = 10;
  total.minutes = {150, 75};  // 60 + 90; 30 + 45
  total.active_people = 3;
  total.active_units = 2;
  EXPECT_EQ(reports.area.total, total);
}

TEST_P(ReportReadsTest, ByMonth) {
  AddTwoMonths();
  const AreaReports reports = Report(kDistrict);
  EXPECT_THAT(reports.months, ElementsAre("2026-10", "2026-11"));
  AreaFigures october;
  october.person_registrations = 1;
  october.unit_registrations = 1;
  october.active_person_registrations = 2;  // r2, r5: r1 was suspended at its end
  october.active_unit_registrations = 1;
  october.needs = 1;
  october.need_states = {{lists::v1::NEED_STATE_CLOSED, 1}};
  october.need_categories = {{"cleaning", 1}};
  october.tasks = 2;
  october.served_tasks = 2;
  october.staffed_tasks = 2;
  october.accept_seconds_p50 = 600;
  october.accept_seconds_p90 = 1200;
  october.slots = 5;
  october.filled_slots = 3;
  october.services = 3;
  october.no_shows = 1;
  october.ratings = 2;
  october.stars = 9;
  october.minutes = {60, 75};
  october.active_people = 2;
  october.active_units = 1;
  ASSERT_THAT(reports.area.months, SizeIs(2));
  EXPECT_EQ(reports.area.months[0], october);
  AreaFigures november;
  november.person_registrations = 1;
  november.active_person_registrations = 2;  // r1 again, r5: r2 has ended
  november.active_unit_registrations = 1;
  november.needs = 2;
  november.need_states = {{lists::v1::NEED_STATE_CLOSED, 1}, {lists::v1::NEED_STATE_SUBMITTED, 1}};
  november.need_categories = {{"cleaning", 1}, {"escort", 1}};
  november.tasks = 5;
  november.served_tasks = 2;
  november.cancelled_tasks = 1;
  november.expired_tasks = 1;
  november.staffed_tasks = 3;
  november.accept_seconds_p50 = 60;
  november.accept_seconds_p90 = 3600;
  november.slots = 6;
  november.filled_slots = 2;
  november.services = 2;
  november.ratings = 1;
  november.stars = 1;
  november.minutes = {90, 0};
  november.active_people = 2;
  november.active_units = 1;
  EXPECT_EQ(reports.area.months[1], november);
}

TEST_P(ReportReadsTest, AreasStandSideBySide) {
  AddTwoMonths();
  const AreaReports reports = Report(kDistrict);
  ASSERT_THAT(reports.children, SizeIs(3));
  const AreaReport& west = reports.children[0];
  EXPECT_EQ(west.area_code, kWest);
  EXPECT_EQ(west.total.tasks, 4);
  EXPECT_EQ(west.total.minutes, (Minutes{60, 75}));
  EXPECT_EQ(west.total.active_people, 2);
  EXPECT_EQ(west.months[1].tasks, 2);
  // With what happened in the community that it took over.
  const AreaReport& east = reports.children[1];
  EXPECT_EQ(east.area_code, kEast);
  EXPECT_EQ(east.total.tasks, 2);
  EXPECT_EQ(east.total.services, 2);
  EXPECT_EQ(east.total.minutes, (Minutes{90, 0}));
  EXPECT_EQ(east.total.needs, 1);
  EXPECT_EQ(east.total.active_person_registrations, 1);
  EXPECT_EQ(east.months[0].active_person_registrations, 1);
  const AreaReport& own = reports.children[2];
  EXPECT_EQ(own.area_code, kDistrict);
  EXPECT_EQ(own.total.tasks, 1);
  EXPECT_EQ(Report(kWest).area.total, west.total);
  EXPECT_EQ(Report(kEastOne).area.total, east.total);
  EXPECT_THAT(Report(kEastOne).children, IsEmpty());
}

TEST_P(ReportReadsTest, APeriodWithoutAnythingIsEmpty) {
  AddTwoMonths();
  const Period before{MsAt("2025-01-01T00:00:00Z"), MsAt("2025-03-01T00:00:00Z")};
  EXPECT_EQ(Report(kDistrict, before).area.total, AreaFigures{});
  EXPECT_THAT(Report(kDistrict, before).area.months, SizeIs(3));
  // Those who were registered still are.
  const Period after{MsAt("2027-01-01T00:00:00Z"), MsAt("2027-02-01T00:00:00Z")};
  AreaFigures figures;
  figures.active_person_registrations = 2;
  figures.active_unit_registrations = 1;
  EXPECT_EQ(Report(kDistrict, after).area.total, figures);
}

TEST_P(ReportReadsTest, WhatIsPutRightIsCountedAnew) {
  AddTwoMonths();
  AddEntry("per_5", 2, "t6", -90, dispatch::v1::CONFIRMATION_CORRECTION, 1, kUnitTwo);
  EXPECT_EQ(Report(kEast).area.total.minutes, (Minutes{0, 0}));
  EXPECT_EQ(ReportOf(kUnitTwo).total.minutes, (Minutes{500, 0})) << "elsewhere";
  // It came to somebody after all.
  AddAssignment("t2", "per_3", dispatch::v1::ASSIGNMENT_STATE_CREDITED, kUnitOne);
  EXPECT_EQ(Report(kDistrict).area.total.no_shows, 0);
  EXPECT_EQ(Report(kDistrict).area.total.services, 6);
}

TEST_P(ReportReadsTest, OnlyTheFirstTimeThatATaskIsStaffedCounts) {
  AddTwoMonths();
  const int64_t published = MsAt("2026-09-01T00:00:00Z");
  Staff("t1", published + 999'000);
  EXPECT_EQ(Report(kDistrict).area.total.accept_seconds_p50, 600);
  Staff("t1", published + 599'000);
  EXPECT_EQ(Report(kDistrict).area.total.accept_seconds_p50, 599);
}

TEST_P(ReportReadsTest, AnEventThatComesAgainChangesNothing) {
  AddTwoMonths();
  const AreaFigures once = Report(kDistrict).area.total;
  Rows rows;
  ActivationRow& row = rows.activation.emplace(StreamId{1'000, 0});
  row.registration_id = "r9";
  row.area_code = kWestOne;
  row.delta = 1;
  row.time_ms = MsAt("2026-10-04T00:00:00Z");
  for (int i = 0; i < 2; ++i) Put({Entry{StreamId{1'000, 0}, true, rows}});
  EXPECT_EQ(Report(kDistrict).area.total.active_person_registrations,
            once.active_person_registrations + 1);
}

TEST_P(ReportReadsTest, AUnitsServicesAndHours) {
  AddTwoMonths();
  const UnitReport report = ReportOf(kUnitOne);
  EXPECT_THAT(report.months, ElementsAre("2026-10", "2026-11"));
  EXPECT_EQ(report.total, (UnitFigures{1, 2, {60, 30}}));
  EXPECT_THAT(report.by_month, ElementsAre(UnitFigures{1, 2, {60, 30}}, UnitFigures{}));
  EXPECT_THAT(report.by_area, ElementsAre(Pair(kWestOne, UnitFigures{1, 2, {60, 30}})));
  EXPECT_THAT(ReportOf(kUnitTwo).by_area, ElementsAre(Pair(kElsewhere, UnitFigures{1, 1, {500, 0}}),
                                                      Pair(kMoved, UnitFigures{1, 1, {90, 0}})));
  EXPECT_EQ(ReportOf(kUnitTwo).total, (UnitFigures{2, 2, {590, 0}}));
  EXPECT_EQ(ReportOf("unt_9").total, UnitFigures{});
  EXPECT_EQ(ReportOf("").total, UnitFigures{}) << "people without a unit are no unit";
}

TEST_P(ReportReadsTest, HoursOfAnUnknownTaskCountWhenTheyWereCredited) {
  AddEntry("per_1", 1, "t99", 60, dispatch::v1::CONFIRMATION_EVALUATION, 0, kUnitOne);
  const Period december{MsAt("2026-12-01T00:00:00Z"), MsAt("2026-12-31T00:00:00Z")};
  EXPECT_THAT(ReportOf(kUnitOne, december).by_area,
              ElementsAre(Pair("", UnitFigures{0, 0, {60, 0}})));
}

// The task is told by another stream than the hours.
TEST_P(ReportReadsTest, HoursThatCameBeforeTheirTaskCountWithIt) {
  AddEntry("per_1", 1, "t1", 60, dispatch::v1::CONFIRMATION_EVALUATION);
  EXPECT_EQ(Report(kDistrict).area.total, AreaFigures{});
  AddTask("t1", kWestOne, "2026-10-02T00:00:00Z", dispatch::v1::TASK_STATE_CLOSED, 1, 1);
  AddEntry("per_1", 2, "t1", -60, dispatch::v1::CONFIRMATION_CORRECTION, 1);
  AddEntry("per_1", 3, "t1", 45, dispatch::v1::CONFIRMATION_CORRECTION);
  EXPECT_EQ(Report(kWest).area.months[0].minutes, (Minutes{0, 45}));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM ledger WHERE start_ms = 0"), 1);
}

TEST_P(ReportReadsTest, AUnitIsKnownAsItIsNow) {
  AddTwoMonths();
  AddUnit(kUnitTwo, "第三中学", "per_8");
  const auto unit = [this](const std::string& id) {
    return Do<std::optional<UnitFact>>(
        [id](Connection& connection) { return ReadUnit(connection, id); });
  };
  EXPECT_EQ(unit(kUnitTwo)->name, "第三中学");
  EXPECT_EQ(unit(kUnitTwo)->liaison_ids, std::vector<std::string>{"per_8"});
  EXPECT_THAT(unit(kUnitTwo)->areas, IsEmpty());
  EXPECT_THAT(unit(kUnitOne)->areas, ElementsAre(kWestOne));
  EXPECT_FALSE(unit("unt_9"));
}

// The plans of PostgreSQL depend on statistics.
class ReportPlansTest : public ReportReadsTest {};

// A year of an area is read from indexes that have all of it.
TEST_P(ReportPlansTest, NoReportReadsAWholeTable) {
  std::string plans = PlansOf([](Connection& connection) {
    const Period period = TwoMonths();
    AreaTally areas({{"A", ""}, {{"A", ""}}, {{"A", 0}}}, Months(period));
    EXPECT_THAT(ReadAreaReport(connection, {"A", "B"}, period, &areas), testing::IsOk());
    UnitTally units(Months(period), [](const std::string&) { return true; });
    EXPECT_THAT(ReadUnitReport(connection, kUnitOne, period, &units), testing::IsOk());
    EXPECT_THAT(ReadUnit(connection, kUnitOne), testing::IsOk());
  });
  // All entries that came before their tasks are looked at: there are few.
  const std::string scan = "SCAN e USING INDEX ledger_unplaced";
  const size_t at = plans.find(scan);
  ASSERT_NE(at, plans.npos) << plans;
  EXPECT_THAT(plans.replace(at, 4, ""), Not(HasSubstr("SCAN")));
  for (const char* index :
       {"COVERING INDEX tasks_of_area", "COVERING INDEX assignments_of_area",
        "COVERING INDEX ledger_of_area", "INDEX ledger_unplaced", "COVERING INDEX needs_of_area",
        "COVERING INDEX registrations_of_area", "COVERING INDEX activations_of_area",
        "COVERING INDEX assignments_of_unit", "INDEX ledger_of_unit"}) {
    EXPECT_THAT(plans, HasSubstr(index));
  }
}

INSTANTIATE_TEST_SUITE_P(All, ReportReadsTest,
                         ::testing::Values(Dialect::kSqlite, Dialect::kPostgres), DialectName);

INSTANTIATE_TEST_SUITE_P(Sqlite, ReportPlansTest, ::testing::Values(Dialect::kSqlite), DialectName);

}  // namespace
}  // namespace baodao::records
