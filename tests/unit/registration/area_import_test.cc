#include "services/registration/domain/area_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "common/areas/tree.h"
#include "common/status/status.h"
#include "common/testing/matchers.h"
#include "common/testing/paths.h"

namespace baodao::registration {
namespace {

using ::testing::HasSubstr;

const std::string kHeader = "code,name,level,parent_code,latitude,longitude,coordinate\n";

AreaSheet Sheet(const std::string& rows) {
  auto sheet = ParseAreaSheet(kHeader + rows);
  EXPECT_THAT(sheet, testing::IsOk());
  return sheet.ok() ? *std::move(sheet) : AreaSheet();
}

ImportPlan Plan(std::vector<v1::Area> current, const std::string& rows) {
  auto plan = PlanImport(std::move(current), Sheet(rows));
  EXPECT_THAT(plan, testing::IsOk());
  return plan.ok() ? *std::move(plan) : ImportPlan();
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(testing::SourceFile(path), std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(AreaSheet, ReadsEveryColumn) {
  const auto sheet = ParseAreaSheet(
      "\xEF\xBB\xBF"
      "level,code,name,coordinate,longitude,latitude,parent_code,overlay_party_grid\r\n"
      "grid,310110-1,\"一号, 网格\",official,121.5,31.25,310110,D-07\r\n"
      "district,310110,杨浦区,,,,31,\r\n");
  ASSERT_THAT(sheet, testing::IsOk());
  ASSERT_EQ(sheet->areas.size(), 2u);
  const v1::Area& grid = sheet->areas[0];
  EXPECT_EQ(grid.code(), "310110-1");
  EXPECT_EQ(grid.name(), "一号, 网格");
  EXPECT_EQ(grid.level(), v1::AREA_LEVEL_GRID);
  EXPECT_EQ(grid.parent_code(), "310110");
  EXPECT_EQ(grid.center().latitude(), 31.25);
  EXPECT_EQ(grid.center().longitude(), 121.5);
  EXPECT_EQ(grid.coordinate(), v1::COORDINATE_OFFICIAL);
  EXPECT_EQ(grid.overlay_codes().at("party_grid"), "D-07");
  EXPECT_FALSE(sheet->areas[1].has_center());
  EXPECT_TRUE(sheet->areas[1].overlay_codes().empty());
}

struct Bad {
  std::string csv;
  std::string line;
  std::string problem;
};

class BadSheet : public ::testing::TestWithParam<Bad> {};

TEST_P(BadSheet, NamesLineAndProblem) {
  const auto sheet = ParseAreaSheet(GetParam().csv);
  absl::Status status = sheet.status();
  if (status.ok()) status = PlanImport({}, *sheet).status();
  EXPECT_THAT(status, testing::IsRefusal(Reason::IMPORT_INVALID)) << status;
  EXPECT_EQ(MetadataOf(status)["line"], GetParam().line);
  EXPECT_THAT(Localise(status, Locale::kEn), HasSubstr(GetParam().problem));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadSheet,
    ::testing::Values(
        Bad{"", "1", "header"}, Bad{"code,name\n", "1", "column level is missing"},
        Bad{"code,name,level,parent_code,latitude,longitude,coordinate,color\n", "1",
            "unknown column color"},
        Bad{"code,code,name,level,parent_code,latitude,longitude,coordinate\n", "1", "twice"},
        Bad{"code,name,level,parent_code,latitude,longitude,coordinate,overlay_A b\n", "1",
            "does not name a system"},
        Bad{kHeader + "a,A,grid,,,,\nb,B,grid,,,\n", "3", "6 fields"},
        Bad{kHeader + "a b,A,grid,,,,\n", "2", "not an area code"},
        Bad{kHeader + "a,,grid,,,,\n", "2", "name is empty"},
        Bad{kHeader + "a," + std::string(101, 'x') + ",grid,,,,\n", "2", "too long"},
        Bad{kHeader + "a,A,galaxy,,,,\n", "2", "unknown level galaxy"},
        Bad{kHeader + "a,\"A\nB\",grid,,,,\n", "2", "name has line breaks"},
        Bad{kHeader + "a,A\x07,grid,,,,\n", "2", "cannot be shown"},
        Bad{kHeader + "a,A,grid,,,,,x\n", "2", "8 fields, the header 7"},
        Bad{kHeader + "p,P,province,,,,\nc,C,city,,,,\nq,Q,province,c,,,\n", "4",
            "level cannot stand"},
        Bad{kHeader + "a,A,grid,,91,0,official\n", "2", "latitude"},
        Bad{kHeader + "a,A,grid,,nan,0,official\n", "2", "latitude"},
        Bad{kHeader + "a,A,grid,,31,181,official\n", "2", "longitude"},
        Bad{kHeader + "a,A,grid,,31,,official\n", "2", "longitude"},
        Bad{kHeader + "a,A,grid,,31,121,guess\n", "2", "coordinate must be one of official"},
        Bad{kHeader + "a,A,grid,,,,official\n", "2", "without a coordinate"},
        Bad{kHeader + "a,A,grid,,,,\n\na,A,grid,,,,\n", "4", "in line 2 already"},
        Bad{kHeader + "a,A,grid,,,,\nb,B,grid,c,,,\n", "3", "its parent c is missing"},
        Bad{kHeader + "a,A,grid,b,,,\nb,B,grid,a,,,\n", "2", "below itself"},
        Bad{kHeader + "a,A,grid,,,,\nb,B,district,a,,,\n", "3", "level cannot stand"}));

TEST(PlanImport, CountsWhatItDoes) {
  const std::string rows = "d,D,district,,31,121,official\ns,S,subdistrict,d,,,\n";
  ImportPlan plan = Plan({}, rows);
  EXPECT_EQ(plan.added, 2);
  EXPECT_TRUE(plan.changes());
  plan = Plan(plan.areas, rows);
  EXPECT_EQ(plan.unchanged, 2);
  EXPECT_FALSE(plan.changes());
  plan = Plan(plan.areas, "s,S renamed,subdistrict,d,,,\nc,C,community,s,,,\n");
  EXPECT_EQ(plan.added, 1);
  EXPECT_EQ(plan.changed, 1);
  EXPECT_EQ(plan.areas.size(), 3u);  // what the file leaves out stays
  EXPECT_EQ(plan.areas[1].name(), "S renamed");
}

TEST(PlanImport, AnAreaStaysWhereItIs) {
  const ImportPlan plan = Plan(
      {}, "d,D,district,,,,\ns,S,subdistrict,d,,,\nt,T,subdistrict,d,,,\nc,C,community,s,,,\n");
  const absl::Status moved = PlanImport(plan.areas, Sheet("c,C,community,t,,,\n")).status();
  EXPECT_THAT(moved, testing::IsRefusal(Reason::IMPORT_INVALID));
  EXPECT_EQ(MetadataOf(moved)["problem"], "PARENT_FIXED");
  EXPECT_EQ(Localise(moved, Locale::kZh), "导入文件有误，第 2 行：区域 c 属于 s，不能移动");
  const absl::Status level = PlanImport(plan.areas, Sheet("c,C,grid,s,,,\n")).status();
  EXPECT_EQ(MetadataOf(level)["problem"], "LEVEL_FIXED");
}

TEST(AreaSheet, TakesWhatExcelLeavesBehind) {
  const auto sheet = ParseAreaSheet(
      "code , name,level,parent_code,latitude,longitude,coordinate,,\r\n"
      "31,上海市,province ,,,,,,\r\n"
      ",,,,,,,,\r\n"
      " 310110 , 杨浦区\u3000,district,31, 31.25 ,121.5,official\r\n"
      ",,,,\r\n");
  ASSERT_THAT(sheet, testing::IsOk());
  ASSERT_EQ(sheet->areas.size(), 2u);
  EXPECT_EQ(sheet->areas[0].level(), v1::AREA_LEVEL_PROVINCE);
  EXPECT_EQ(sheet->areas[1].code(), "310110");
  EXPECT_EQ(sheet->areas[1].name(), "杨浦区");
  EXPECT_EQ(sheet->areas[1].center().latitude(), 31.25);
  EXPECT_EQ(sheet->lines[1], 4);
}

const std::string kSuccessors =
    "code,name,level,parent_code,latitude,longitude,coordinate,successor_code\n";

TEST(PlanImport, SuccessorsCloseAreasAndStay) {
  const ImportPlan before = Plan({}, "a,A,community,,,,\nb,B,community,,,,\nc,C,community,,,,\n");
  const auto sheet = ParseAreaSheet(kSuccessors + "a,A,community,,,,,b\nb,B,community,,,,,c\n");
  ASSERT_THAT(sheet, testing::IsOk());
  auto plan = PlanImport(before.areas, *sheet);
  ASSERT_THAT(plan, testing::IsOk());
  EXPECT_EQ(plan->changed, 2);
  const auto tree = areas::AreaTree::Build(plan->areas);
  EXPECT_EQ((*tree)->SuccessorOf("a")->code(), "c");
  // A file without the column says nothing about successors; one with it opens an area again.
  EXPECT_FALSE(Plan(plan->areas, "a,A,community,,,,\n").changes());
  plan = PlanImport(plan->areas, *ParseAreaSheet(kSuccessors + "a,A,community,,,,,\n"));
  EXPECT_EQ(plan->areas[0].successor_code(), "");
}

TEST(PlanImport, ACircleOfSuccessorsIsRefusedWithItsLine) {
  const auto first =
      PlanImport({}, *ParseAreaSheet(kSuccessors + "a,A,grid,,,,,b\nb,B,grid,,,,,\n"));
  ASSERT_THAT(first, testing::IsOk());
  const auto circle =
      PlanImport(first->areas, *ParseAreaSheet(kSuccessors + "c,C,grid,,,,,\nb,B,grid,,,,,a\n"));
  EXPECT_EQ(MetadataOf(circle.status())["problem"], "SUCCESSOR_CIRCLE");
  EXPECT_EQ(MetadataOf(circle.status())["line"], "3");
  for (const char* rows : {"a,A,grid,,,,,a\n", "a,A,grid,,,,,b\nb,B,grid,a,,,,\n"}) {
    const auto plan = PlanImport({}, *ParseAreaSheet(kSuccessors + rows));
    EXPECT_EQ(MetadataOf(plan.status())["problem"], "SUCCESSOR_CIRCLE") << rows;
    EXPECT_EQ(MetadataOf(plan.status())["line"], "2") << rows;
  }
  const auto missing = PlanImport({}, *ParseAreaSheet(kSuccessors + "a,A,grid,,,,,x\n"));
  EXPECT_EQ(MetadataOf(missing.status())["problem"], "SUCCESSOR_MISSING");
}

TEST(PlanImport, KeepsOverlaysTheFileDoesNotSpeakOf) {
  v1::Area area;
  area.set_code("g");
  area.set_name("G");
  area.set_level(v1::AREA_LEVEL_GRID);
  (*area.mutable_overlay_codes())["party_grid"] = "P1";
  EXPECT_FALSE(Plan({area}, "g,G,grid,,,,\n").changes());
  const auto sheet = ParseAreaSheet(
      "code,name,level,parent_code,latitude,longitude,coordinate,overlay_party_grid\n"
      "g,G,grid,,,,,\n");
  const auto plan = PlanImport({area}, *sheet);
  EXPECT_EQ(plan->changed, 1);
  EXPECT_TRUE(plan->areas[0].overlay_codes().empty());
}

TEST(PlanImport, LoadsTheShippedTrees) {
  const std::pair<const char*, int> files[] = {{"ops/data/yangpu/areas.csv", 315},
                                               {"ops/data/shanghai/areas.csv", 6760}};
  for (const auto& [path, count] : files) {
    const auto sheet = ParseAreaSheet(ReadFile(path));
    ASSERT_THAT(sheet, testing::IsOk());
    const auto plan = PlanImport({}, *sheet);
    ASSERT_THAT(plan, testing::IsOk());
    EXPECT_EQ(plan->added, count);
    const auto tree = areas::AreaTree::Build(plan->areas);
    ASSERT_THAT(tree, testing::IsOk());
    EXPECT_TRUE((*tree)->Covers("31", "310110"));
  }
}

}  // namespace
}  // namespace baodao::registration
