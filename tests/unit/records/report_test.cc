// Reports: how facts add up, and how they look in files.
#include <gmock/gmock.h>
#include <google/protobuf/io/gzip_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <stdexcept>

#include "baodao/dispatch/v1/assignment.pb.h"
#include "baodao/dispatch/v1/task.pb.h"
#include "baodao/lists/v1/need.pb.h"
#include "common/clock/time_text.h"
#include "common/clock/timestamp.h"
#include "common/testing/matchers.h"
#include "services/records/app/area_division.h"
#include "services/records/app/xlsx.h"
#include "services/records/domain/area_report.h"
#include "services/records/domain/report_sheets.h"
#include "services/records/domain/rows_of.h"
#include "services/records/domain/unit_report.h"

namespace baodao::records {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

int64_t At(const char* text) { return FromRfc3339(text)->time_since_epoch().count(); }

// October and November 2026, in China.
Period TwoMonths() { return {At("2026-09-30T16:00:00Z"), At("2026-11-30T16:00:00Z")}; }

TEST(MonthsTest, TheyAreThoseOfChinaThatThePeriodTouches) {
  const Months months(TwoMonths());
  EXPECT_THAT(months.names(), ElementsAre("2026-10", "2026-11"));
  EXPECT_EQ(months.Of(At("2026-09-30T16:00:00Z")), 0u);
  EXPECT_EQ(months.Of(At("2026-10-31T15:59:59Z")), 0u);
  EXPECT_EQ(months.Of(At("2026-10-31T16:00:00Z")), 1u);
  // A moment of the first and of the last.
  const Months edges({At("2026-12-31T15:59:59Z"), At("2027-01-31T16:00:01Z")});
  EXPECT_THAT(edges.names(), ElementsAre("2026-12", "2027-01", "2027-02"));
  EXPECT_EQ(edges.PartIn(0).start_ms, At("2026-12-31T15:59:59Z"));
  EXPECT_EQ(edges.PartIn(0).end_ms, At("2026-12-31T16:00:00Z"));
  EXPECT_EQ(edges.PartIn(1).end_ms, edges.PartIn(2).start_ms);
  EXPECT_EQ(edges.PartIn(2).end_ms, At("2027-01-31T16:00:01Z"));
}

TEST(PercentileTest, ItIsTheValueOfTheNearestRank) {
  const auto of = [](std::vector<int64_t> values, int percent) {
    return Percentile(&values, percent);
  };
  EXPECT_EQ(of({}, 50), 0);
  EXPECT_EQ(of({7}, 50), 7);
  EXPECT_EQ(of({7}, 90), 7);
  EXPECT_EQ(of({4, 1, 3, 2}, 50), 2);
  EXPECT_EQ(of({10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, 90), 9);
  EXPECT_EQ(of({11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, 90), 10);
}

areas::Area AreaOf(const std::string& code, const std::string& parent, areas::AreaLevel level,
                   const std::string& successor = "") {
  areas::Area area;
  area.set_code(code);
  area.set_name("区域" + code);
  area.set_parent_code(parent);
  area.set_level(level);
  area.set_successor_code(successor);
  return area;
}

std::shared_ptr<const areas::AreaTree> Tree() {
  using namespace registration::v1;  // NOLINT
  return *areas::AreaTree::Build(
      {AreaOf("D", "", AREA_LEVEL_DISTRICT), AreaOf("A", "D", AREA_LEVEL_SUBDISTRICT),
       AreaOf("A1", "A", AREA_LEVEL_COMMUNITY), AreaOf("A9", "A", AREA_LEVEL_COMMUNITY, "B1"),
       AreaOf("B", "D", AREA_LEVEL_SUBDISTRICT), AreaOf("B1", "B", AREA_LEVEL_COMMUNITY),
       AreaOf("C", "D", AREA_LEVEL_SUBDISTRICT, "D"), AreaOf("C1", "C", AREA_LEVEL_COMMUNITY),
       AreaOf("E", "", AREA_LEVEL_DISTRICT), AreaOf("E1", "E", AREA_LEVEL_SUBDISTRICT, "A1")});
}

std::map<std::string, std::string> Divided(const std::string& code) {
  const AreaDivision division = DivideArea(*Tree(), code);
  std::map<std::string, std::string> found;
  for (const auto& [area, child] : division.child_of) found[area] = division.children[child].code;
  return found;
}

TEST(AreaDivisionTest, EveryAreaBelongsToOneChildOrToTheAreaItself) {
  EXPECT_THAT(Divided("D"), UnorderedElementsAre(Pair("D", "D"), Pair("A", "A"), Pair("A1", "A"),
                                                 Pair("A9", "B"), Pair("B", "B"), Pair("B1", "B"),
                                                 Pair("C", "D"), Pair("C1", "D"), Pair("E1", "A")))
      << "closed ones are their successors', from elsewhere, too";
  const AreaDivision division = DivideArea(*Tree(), "D");
  ASSERT_THAT(division.children, SizeIs(3)) << "a closed area is no child";
  EXPECT_EQ(division.children[0].name, "区域A");
  EXPECT_EQ(division.children[2].code, "D");
}

// Its parent's report says what it says in the report of the area above, and so nothing twice.
TEST(AreaDivisionTest, WhatAnotherAreaTookOverIsThatOnes) {
  EXPECT_THAT(Divided("A"),
              UnorderedElementsAre(Pair("A", "A"), Pair("A1", "A1"), Pair("E1", "A1")));
  EXPECT_THAT(Divided("B"),
              UnorderedElementsAre(Pair("B", "B"), Pair("B1", "B1"), Pair("A9", "B1")));
}

TEST(AreaDivisionTest, AnAreaWithoutAnyBelowHasItselfAlone) {
  EXPECT_THAT(Divided("B1"), UnorderedElementsAre(Pair("B1", "B1"), Pair("A9", "B1")));
  EXPECT_THAT(DivideArea(*Tree(), "B1").children, SizeIs(1));
}

TEST(AreaDivisionTest, AClosedAreaHasWhatLayThere) {
  EXPECT_THAT(Divided("C"), UnorderedElementsAre(Pair("C", "C"), Pair("C1", "C")));
}

AreaTally TallyOf(const std::string& code) {
  return {DivideArea(*Tree(), code), Months(TwoMonths())};
}

TEST(AreaTallyTest, APeriodWithoutAnythingHasItsMonthsAndChildren) {
  const AreaReports reports = TallyOf("D").Finish();
  EXPECT_THAT(reports.months, ElementsAre("2026-10", "2026-11"));
  EXPECT_EQ(reports.area.total, AreaFigures{});
  EXPECT_THAT(reports.area.months, ElementsAre(AreaFigures{}, AreaFigures{}));
  ASSERT_THAT(reports.children, SizeIs(2)) << "nothing was made at the area itself";
  EXPECT_EQ(reports.children[0].area_code, "A");
  EXPECT_EQ(reports.children[1].area_name, "区域B");
  EXPECT_THAT(reports.children[1].months, SizeIs(2));
  EXPECT_THAT(TallyOf("B1").Finish().children, IsEmpty());
}

TEST(AreaTallyTest, SomebodyIsCountedOnceInEveryFigure) {
  AreaTally tally = TallyOf("D");
  const int64_t october = At("2026-10-05T00:00:00Z"), november = At("2026-11-05T00:00:00Z");
  const int64_t served = dispatch::v1::ASSIGNMENT_STATE_CREDITED;
  const std::vector<ServiceFact> facts = {{"A1", october, served, "per_1", "unt_1"},
                                          {"A1", october + 1, served, "per_1", "unt_1"},
                                          {"B1", november, served, "per_1", "unt_2"},
                                          {"A9", november, served, "per_2", ""},
                                          {"elsewhere", november, served, "per_3", "unt_3"}};
  for (const ServiceFact& fact : facts) tally.Add(fact);
  const AreaReports reports = tally.Finish();
  EXPECT_EQ(reports.area.total.services, 4);
  EXPECT_EQ(reports.area.total.active_people, 2);
  EXPECT_EQ(reports.area.total.active_units, 2);
  EXPECT_EQ(reports.area.months[0].active_people, 1);
  EXPECT_EQ(reports.area.months[1].active_people, 2);
  EXPECT_EQ(reports.children[0].total.active_people, 1);
  EXPECT_EQ(reports.children[1].total.active_people, 2);
  EXPECT_EQ(reports.children[1].total.active_units, 1);
}

TEST(AreaTallyTest, RareCategoriesAreOneInEveryRow) {
  AreaTally tally = TallyOf("D");
  const int64_t october = At("2026-10-05T00:00:00Z"), november = At("2026-11-05T00:00:00Z");
  const int64_t closed = lists::v1::NEED_STATE_CLOSED;
  for (int i = 0; i < 52; ++i) {
    const std::string category = "c" + std::to_string(10 + i);
    tally.Add(NeedFact{"A1", october, closed, category});
    if (i >= 2) tally.Add(NeedFact{"B1", november, closed, category});
  }
  const AreaReports reports = tally.Finish();
  const AreaFigures& total = reports.area.total;
  EXPECT_EQ(total.needs, 102);
  EXPECT_THAT(total.need_categories, SizeIs(51));
  EXPECT_EQ(total.need_categories.at(""), 2);
  EXPECT_EQ(total.need_categories.at("c12"), 2);
  EXPECT_EQ(reports.children[0].total.need_categories.at(""), 2);
  EXPECT_EQ(reports.area.months[1].need_categories.count(""), 0u);
  EXPECT_THAT(total.need_states, ElementsAre(Pair(closed, 102)));
}

TEST(AreaTallyTest, SharesOfNothingAreNothing) {
  EXPECT_EQ(AreaFigures{}.FilledShare(), 0);
  EXPECT_EQ(AreaFigures{}.MeanRating(), 0);
  AreaFigures figures;
  figures.slots = 8;
  figures.filled_slots = 6;
  figures.ratings = 4;
  figures.stars = 18;
  EXPECT_DOUBLE_EQ(figures.FilledShare(), 0.75);
  EXPECT_DOUBLE_EQ(figures.MeanRating(), 4.5);
}

TEST(UnitTallyTest, WhatIsNotSeenDoesNotCount) {
  UnitTally tally(Months(TwoMonths()), [](const std::string& area) { return area == "A1"; });
  const int64_t october = At("2026-10-05T00:00:00Z"), november = At("2026-11-05T00:00:00Z");
  tally.Add(MemberFact{"A1", october, "per_1"});
  tally.Add(MemberFact{"A1", november, "per_1"});
  tally.Add(MemberFact{"A1", november, "per_2"});
  tally.Add(MemberFact{"B1", november, "per_3"});
  tally.Add(UnitMinutesFact{"A1", october, {60, 0}});
  tally.Add(UnitMinutesFact{"A1", november, {0, 30}});
  tally.Add(UnitMinutesFact{"B1", november, {90, 0}});
  tally.Add(UnitMinutesFact{"", november, {90, 0}});
  const UnitReport report = tally.Finish();
  EXPECT_EQ(report.total, (UnitFigures{2, 3, {60, 30}}));
  EXPECT_THAT(report.by_month, ElementsAre(UnitFigures{1, 1, {60, 0}}, UnitFigures{2, 2, {0, 30}}));
  EXPECT_THAT(report.by_area, ElementsAre(Pair("A1", UnitFigures{2, 3, {60, 30}})));
}

TEST(CsvTest, NoTextBecomesAFormula) {
  Sheet sheet;
  sheet.headings = {"=a", "+b", "@c"};
  sheet.rows = {{std::string("-1+1"), std::string("\tx"), std::string("\rx")},
                {std::string("a=1"), int64_t{-5}, 2.345},
                {std::string("a,b"), std::string("say \"no\""), std::string("=1,2")}};
  EXPECT_EQ(Csv(sheet),
            "\xef\xbb\xbf"
            "'=a,'+b,'@c\r\n"
            "'-1+1,'\tx,\"'\rx\"\r\n"
            "a=1,-5,2.35\r\n"
            "\"a,b\",\"say \"\"no\"\"\",\"'=1,2\"\r\n");
}

// Names are kept in NFC, which leaves them wide, and a Chinese Excel calculates with them.
TEST(CsvTest, NoTextBecomesAFormulaInItsWideForm) {
  Sheet sheet;
  sheet.headings = {"单位"};
  for (const char* text : {"＝1＋1", "＋1", "－1", "＠a", "\na", "一＝二", "１"}) {
    sheet.rows.push_back({std::string(text)});
  }
  EXPECT_EQ(Csv(sheet),
            "\xef\xbb\xbf"
            "单位\r\n'＝1＋1\r\n'＋1\r\n'－1\r\n'＠a\r\n\"'\na\"\r\n一＝二\r\n１\r\n");
}

uint32_t Little(const std::string& bytes, size_t at, size_t size) {
  uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, size);
  return value;
}

// A file of a zip archive. Deflated data is read as gzip, which adds a head and the checks.
std::string Unzipped(const std::string& zip, const std::string& name) {
  size_t at = Little(zip, zip.rfind("PK\x05\x06") + 16, 4);
  for (; zip.compare(at, 4, "PK\x01\x02") == 0;
       at += 46 + Little(zip, at + 28, 2) + Little(zip, at + 30, 2) + Little(zip, at + 32, 2)) {
    if (zip.substr(at + 46, Little(zip, at + 28, 2)) != name) continue;
    const size_t local = Little(zip, at + 42, 4);
    const size_t data = local + 30 + Little(zip, local + 26, 2) + Little(zip, local + 28, 2);
    const std::string gzip = std::string("\x1f\x8b\x08\0\0\0\0\0\0\x03", 10) +
                             zip.substr(data, Little(zip, at + 20, 4)) + zip.substr(at + 16, 4) +
                             zip.substr(at + 24, 4);
    google::protobuf::io::ArrayInputStream input(gzip.data(), static_cast<int>(gzip.size()));
    google::protobuf::io::GzipInputStream inflated(&input);
    std::string text;
    const void* part = nullptr;
    for (int size = 0; inflated.Next(&part, &size);)
      text.append(static_cast<const char*>(part), size);
    return text;
  }
  throw std::runtime_error(name + " is not in the archive");
}

TEST(XlsxTest, TextIsTextAndNumbersAreNumbers) {
  Sheet sheet;
  sheet.name = "区域报告";
  sheet.headings = {"区域", "任务"};
  sheet.rows = {{std::string("=HYPERLINK(\"http://a\")"), int64_t{42}},
                {std::string("http://b"), 2.5}};
  const auto file = Xlsx(sheet);
  ASSERT_THAT(file, testing::IsOk());
  EXPECT_THAT(*file, StartsWith("PK"));
  EXPECT_THAT(Unzipped(*file, "xl/workbook.xml"), HasSubstr("name=\"区域报告\""));
  const std::string strings = Unzipped(*file, "xl/sharedStrings.xml");
  EXPECT_THAT(strings, HasSubstr("<t>=HYPERLINK(\"http://a\")</t>"));
  const std::string cells = Unzipped(*file, "xl/worksheets/sheet1.xml");
  EXPECT_THAT(cells, HasSubstr("<v>42</v>"));
  EXPECT_THAT(cells, HasSubstr("<v>2.5</v>"));
  EXPECT_THAT(cells, Not(HasSubstr("<f>")));
  EXPECT_THAT(cells, Not(HasSubstr("hyperlink")));
}

AreaReports SmallReports() {
  AreaTally tally = TallyOf("D");
  const int64_t october = At("2026-10-05T00:00:00Z");
  tally.Add(NeedFact{"A1", october, lists::v1::NEED_STATE_SUBMITTED, "elderly_care"});
  tally.Add(NeedFact{"A1", october, lists::v1::NEED_STATE_SUBMITTED, "walking_dogs"});
  tally.Add(
      TaskFact{"A1", october, dispatch::v1::TASK_STATE_CLOSED, 4, 3, 5, october, october + 5'000});
  return tally.Finish();
}

TEST(ReportSheetsTest, HeadingsAreInTheReadersLanguage) {
  const std::string zh = Csv(AreaSheet(SmallReports(), Locale::kZh));
  EXPECT_THAT(zh, StartsWith("\xef\xbb\xbf区域代码,区域,月份,个人报到,"));
  EXPECT_THAT(zh, HasSubstr("需求：待受理"));
  EXPECT_THAT(zh, HasSubstr("需求：助老"));
  EXPECT_THAT(zh, HasSubstr("\r\nD,区域D,合计,"));
  const std::string en = Csv(AreaSheet(SmallReports(), Locale::kEn));
  EXPECT_THAT(en, StartsWith("\xef\xbb\xbf"
                             "Area code,Area,Month,Registrations of people,"));
  EXPECT_THAT(en, HasSubstr("Needs: SUBMITTED"));
  EXPECT_THAT(en, HasSubstr("Needs: care of the elderly"));
  EXPECT_THAT(en, HasSubstr("\r\nD,区域D,Total,"));
}

TEST(ReportSheetsTest, EveryRowHasEveryFigure) {
  const Sheet sheet = AreaSheet(SmallReports(), Locale::kEn);
  ASSERT_THAT(sheet.rows, SizeIs(9)) << "three areas, each a total and two months";
  for (const auto& row : sheet.rows) EXPECT_THAT(row, SizeIs(sheet.headings.size()));
  const auto cell = [&](size_t row, const std::string& heading) {
    const auto at = std::ranges::find(sheet.headings, heading) - sheet.headings.begin();
    return sheet.rows[row].at(static_cast<size_t>(at));
  };
  EXPECT_EQ(cell(1, "Month"), SheetCell("2026-10"));
  EXPECT_EQ(cell(1, "Needs"), SheetCell(int64_t{2}));
  EXPECT_EQ(cell(1, "Needs: SUBMITTED"), SheetCell(int64_t{2}));
  EXPECT_EQ(cell(1, "Needs: walking_dogs"), SheetCell(int64_t{1}));
  EXPECT_EQ(cell(2, "Needs: walking_dogs"), SheetCell(int64_t{0}));
  EXPECT_EQ(cell(0, "Slots filled (%)"), SheetCell(75.0));
  EXPECT_EQ(cell(0, "Mean rating"), SheetCell(5.0));
  EXPECT_EQ(cell(0, "Time to accept, p90 (s)"), SheetCell(int64_t{5}));
  EXPECT_EQ(cell(3, "Area code"), SheetCell("A"));
  EXPECT_EQ(cell(6, "Tasks"), SheetCell(int64_t{0}));
}

TEST(ReportSheetsTest, AUnitsHasItsMonthsAndAreas) {
  UnitTally tally(Months(TwoMonths()), [](const std::string&) { return true; });
  tally.Add(MemberFact{"A1", At("2026-10-05T00:00:00Z"), "per_1"});
  tally.Add(UnitMinutesFact{"A1", At("2026-10-05T00:00:00Z"), {60, 5}});
  tally.Add(UnitMinutesFact{"A1", At("2026-10-06T00:00:00Z"), {20, 10}, true});
  EXPECT_EQ(Csv(UnitSheet(tally.Finish(), {{"A1", "平凉社区"}}, Locale::kEn)),
            "\xef\xbb\xbf"
            "Area code,Area,Month,Members,Services,\"Minutes, automatic\",\"Minutes, manual\","
            "Of these at the unit's post\r\n"
            ",,Total,1,1,80,15,30\r\n"
            ",,2026-10,1,1,80,15,30\r\n"
            ",,2026-11,0,0,0,0,0\r\n"
            "A1,平凉社区,Total,1,1,80,15,30\r\n");
}

TEST(RowsOfTest, ARegistrationThatBecomesOrCeasesToBeActiveIsNoted) {
  using namespace registration::v1;  // NOLINT
  const auto delta = [](RegistrationState before, RegistrationState after,
                        const char* subject = "per_1") {
    events::v1::Event event;
    *event.mutable_time() = ToTimestamp(Time(Millis(9'000)));
    event.mutable_registration_changed()->set_before(before);
    Registration& registration = *event.mutable_registration_changed()->mutable_registration();
    registration.set_registration_id("reg_1");
    registration.set_subject_id(subject);
    registration.set_area_code("A1");
    registration.set_state(after);
    return RowsOf(event, {7, 1}).activation;
  };
  EXPECT_FALSE(delta(REGISTRATION_STATE_UNSPECIFIED, REGISTRATION_STATE_PENDING));
  EXPECT_FALSE(delta(REGISTRATION_STATE_ACTIVE, REGISTRATION_STATE_ACTIVE));
  EXPECT_FALSE(delta(REGISTRATION_STATE_SUSPENDED, REGISTRATION_STATE_ENDED));
  const auto begun = delta(REGISTRATION_STATE_PENDING, REGISTRATION_STATE_ACTIVE, "unt_1");
  ASSERT_TRUE(begun);
  EXPECT_EQ(begun->delta, 1);
  EXPECT_EQ(begun->of_unit, 1);
  EXPECT_EQ(begun->time_ms, 9'000);
  EXPECT_EQ(begun->event_ms, 7);
  const auto ended = delta(REGISTRATION_STATE_ACTIVE, REGISTRATION_STATE_ENDED);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->delta, -1);
  EXPECT_EQ(ended->of_unit, 0);
}

TEST(RowsOfTest, ATaskThatHasEnoughPeopleIsNoted) {
  events::v1::Event event;
  *event.mutable_time() = ToTimestamp(Time(Millis(9'000)));
  events::v1::AssignmentChanged& change = *event.mutable_assignment_changed();
  change.mutable_assignment()->set_task_id("tsk_1");
  change.mutable_task()->set_before(dispatch::v1::TASK_STATE_OPEN);
  change.mutable_task()->set_state(dispatch::v1::TASK_STATE_STAFFED);
  const auto staffed = RowsOf(event, {7, 1}).staffed;
  ASSERT_TRUE(staffed);
  EXPECT_EQ(staffed->task_id, "tsk_1");
  EXPECT_EQ(staffed->time_ms, 9'000);
  change.mutable_task()->set_before(dispatch::v1::TASK_STATE_STAFFED);
  EXPECT_FALSE(RowsOf(event, {7, 1}).staffed);
}

}  // namespace
}  // namespace baodao::records
