#include "common/areas/tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/areas/geo.h"
#include "common/status/status.h"
#include "common/testing/matchers.h"

namespace baodao::areas {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace registration::v1;

Area Make(const std::string& code, AreaLevel level, const std::string& parent = "",
          double latitude = 0, double longitude = 0) {
  Area area;
  area.set_code(code);
  area.set_name("name of " + code);
  area.set_level(level);
  area.set_parent_code(parent);
  area.mutable_center()->set_latitude(latitude);
  area.mutable_center()->set_longitude(longitude);
  return area;
}

// 31 ─ 310110 ─┬ 001 ─┬ 001A ─┬ g1 ─┬ g1b ─ b1
//              │      │       │     └ g1c
//              │      └ 001B
//              └ 002 ─ 002A
std::vector<Area> Sample() {
  return {Make("002A", AREA_LEVEL_COMMUNITY, "002", 31.30, 121.50),
          Make("g1", AREA_LEVEL_GRID, "001A"),
          Make("31", AREA_LEVEL_CITY),
          Make("g1c", AREA_LEVEL_GRID, "g1"),
          Make("310110", AREA_LEVEL_DISTRICT, "31"),
          Make("001B", AREA_LEVEL_COMMUNITY, "001", 31.28, 121.53),
          Make("001", AREA_LEVEL_SUBDISTRICT, "310110"),
          Make("b1", AREA_LEVEL_BUILDING, "g1b"),
          Make("g1b", AREA_LEVEL_GRID, "g1"),
          Make("001A", AREA_LEVEL_COMMUNITY, "001", 31.27, 121.53),
          Make("002", AREA_LEVEL_SUBDISTRICT, "310110")};
}

std::shared_ptr<const AreaTree> Tree(std::vector<Area> areas = Sample()) {
  auto tree = AreaTree::Build(std::move(areas));
  EXPECT_THAT(tree, testing::IsOk());
  return *tree;
}

template <class List>
std::vector<std::string> Codes(const List& areas) {
  std::vector<std::string> codes;
  for (const auto& area : areas) {
    if constexpr (std::is_pointer_v<std::decay_t<decltype(area)>>) {
      codes.push_back(area->code());
    } else {
      codes.push_back(area.code());
    }
  }
  return codes;
}

TEST(AreaTree, OrdersParentsFirstAndSiblingsByCode) {
  EXPECT_THAT(Codes(Tree()->All()), ElementsAre("31", "310110", "001", "001A", "g1", "g1b", "b1",
                                                "g1c", "001B", "002", "002A"));
}

TEST(AreaTree, FindsChildrenSubtreesAndAncestors) {
  const auto tree = Tree();
  EXPECT_EQ(tree->Find("001A")->name(), "name of 001A");
  EXPECT_EQ(tree->Find("nowhere"), nullptr);
  EXPECT_THAT(Codes(tree->Children("")), ElementsAre("31"));
  EXPECT_THAT(Codes(tree->Children("001")), ElementsAre("001A", "001B"));
  EXPECT_THAT(Codes(tree->Children("b1")), ElementsAre());
  EXPECT_THAT(Codes(tree->Children("nowhere")), ElementsAre());
  EXPECT_THAT(Codes(tree->Subtree("g1")), ElementsAre("g1", "g1b", "b1", "g1c"));
  EXPECT_EQ(tree->Subtree("").size(), tree->size());
  EXPECT_TRUE(tree->Subtree("nowhere").empty());
  EXPECT_THAT(Codes(tree->Ancestors("b1")),
              ElementsAre("g1b", "g1", "001A", "001", "310110", "31"));
  EXPECT_TRUE(tree->Ancestors("31").empty());
}

// Every pair, against walking up.
TEST(AreaTree, CoversExactlyTheSubtree) {
  const auto tree = Tree();
  for (const Area& above : tree->All()) {
    for (const Area& below : tree->All()) {
      bool expected = above.code() == below.code();
      for (const Area* ancestor : tree->Ancestors(below.code())) {
        expected |= ancestor->code() == above.code();
      }
      EXPECT_EQ(tree->Covers(above.code(), below.code()), expected)
          << above.code() << " " << below.code();
    }
  }
  EXPECT_FALSE(tree->Covers("nowhere", "nowhere"));
  EXPECT_FALSE(tree->Covers("31", "nowhere"));
  EXPECT_FALSE(tree->Covers("", "31"));
}

TEST(AreaTree, ShardsBySubdistrict) {
  const auto tree = Tree();
  const store::Keys keys("dispatch", 1024);
  EXPECT_EQ(tree->SubdistrictOf("b1")->code(), "001");
  EXPECT_EQ(tree->SubdistrictOf("001")->code(), "001");
  EXPECT_EQ(tree->SubdistrictOf("310110"), nullptr);
  EXPECT_EQ(tree->SubdistrictOf("nowhere"), nullptr);
  EXPECT_EQ(tree->ShardOf("b1", keys), keys.ShardOfText("001"));
  EXPECT_EQ(tree->ShardOf("002A", keys), keys.ShardOfText("002"));
  EXPECT_EQ(tree->ShardOf("310110", keys), keys.ShardOfText("310110"));
  EXPECT_EQ(tree->ShardOf("nowhere", keys), keys.ShardOfText("nowhere"));
}

TEST(AreaTree, FindsTheNearestOfALevel) {
  const auto tree = Tree();
  common::v1::GeoPoint point;
  point.set_latitude(31.271);
  point.set_longitude(121.53);
  const auto nearest = tree->Nearest(point, AREA_LEVEL_COMMUNITY, 2);
  ASSERT_EQ(nearest.size(), 2u);
  EXPECT_EQ(nearest[0].area->code(), "001A");
  EXPECT_EQ(nearest[1].area->code(), "001B");
  // A thousandth of a degree of latitude is 111.2 m everywhere.
  EXPECT_NEAR(nearest[0].distance_m, 111.2, 0.2);
  EXPECT_NEAR(nearest[1].distance_m, 1000.8, 1);
  EXPECT_NEAR(DistanceMetres(point, nearest[1].area->center()), nearest[1].distance_m, 0.1);
  // No grid has a centre.
  EXPECT_TRUE(tree->Nearest(point, AREA_LEVEL_GRID, 5).empty());
  EXPECT_TRUE(tree->Nearest(point, AREA_LEVEL_COMMUNITY, 0).empty());
}

TEST(AreaTree, LoadsTreesOfOtherShapes) {
  // 街道—片区—居民区, several roots.
  EXPECT_EQ(Tree({Make("s", AREA_LEVEL_SUBDISTRICT), Make("p", AREA_LEVEL_SECTION, "s"),
                  Make("j", AREA_LEVEL_COMMUNITY, "p"), Make("t", AREA_LEVEL_SUBDISTRICT)})
                ->size(),
            4u);
  // 区—街道—网格—小区—楼栋, and estates above grids.
  EXPECT_EQ(Tree({Make("d", AREA_LEVEL_DISTRICT), Make("s", AREA_LEVEL_SUBDISTRICT, "d"),
                  Make("g", AREA_LEVEL_GRID, "s"), Make("e", AREA_LEVEL_ESTATE, "g"),
                  Make("b", AREA_LEVEL_BUILDING, "e"), Make("h", AREA_LEVEL_GRID, "e")})
                ->size(),
            6u);
  // 大网格—中网格—微网格
  EXPECT_EQ(Tree({Make("1", AREA_LEVEL_GRID), Make("2", AREA_LEVEL_GRID, "1"),
                  Make("3", AREA_LEVEL_GRID, "2")})
                ->size(),
            3u);
  // A town directly below its city.
  EXPECT_EQ(Tree({Make("c", AREA_LEVEL_CITY), Make("s", AREA_LEVEL_SUBDISTRICT, "c")})->size(), 2u);
  EXPECT_EQ(Tree({})->size(), 0u);
}

TEST(AreaTree, ProvincesStandAboveCities) {
  const auto tree =
      Tree({Make("s", AREA_LEVEL_SUBDISTRICT, "d"), Make("d", AREA_LEVEL_DISTRICT, "c"),
            Make("c", AREA_LEVEL_CITY, "p"), Make("p", AREA_LEVEL_PROVINCE)});
  EXPECT_TRUE(tree->Covers("p", "s"));
  EXPECT_LT(RankOf(AREA_LEVEL_PROVINCE), RankOf(AREA_LEVEL_CITY));
  EXPECT_LT(RankOf(AREA_LEVEL_CITY), RankOf(AREA_LEVEL_DISTRICT));
}

Area Closed(const std::string& code, AreaLevel level, const std::string& parent,
            const std::string& successor) {
  Area area = Make(code, level, parent);
  area.set_successor_code(successor);
  return area;
}

// a, with a grid, became b; b became c of another subdistrict.
std::shared_ptr<const AreaTree> Merged() {
  return Tree({Make("s", AREA_LEVEL_SUBDISTRICT), Make("t", AREA_LEVEL_SUBDISTRICT),
               Closed("a", AREA_LEVEL_COMMUNITY, "s", "b"), Make("a1", AREA_LEVEL_GRID, "a"),
               Closed("b", AREA_LEVEL_COMMUNITY, "s", "c"), Make("c", AREA_LEVEL_COMMUNITY, "t")});
}

TEST(AreaTree, WhatIsClosedLeadsToItsSuccessor) {
  const auto tree = Merged();
  for (const char* code : {"a", "a1", "b"}) EXPECT_EQ(tree->SuccessorOf(code)->code(), "c") << code;
  for (const char* code : {"c", "s", "t", "x"}) EXPECT_EQ(tree->SuccessorOf(code), nullptr) << code;
  EXPECT_THAT(CheckOpen(*tree, "c"), testing::IsOk());
  EXPECT_THAT(CheckOpen(*tree, "x"), testing::IsRefusal(Reason::AREA_UNKNOWN));
  const absl::Status closed = CheckOpen(*tree, "a1");
  EXPECT_THAT(closed, testing::IsRefusal(Reason::AREA_CLOSED));
  EXPECT_EQ(Localise(closed, Locale::kZh), "区域 a1 已停用，由 c 接替");
}

TEST(AreaTree, SuccessorsCoverWhatTheyTookOver) {
  const auto tree = Merged();
  for (const char* above : {"a", "b", "c", "s", "t"})
    EXPECT_TRUE(tree->Covers(above, "a1")) << above;
  EXPECT_TRUE(tree->Covers("t", "b"));
  // Not the other way round.
  EXPECT_FALSE(tree->Covers("a", "c"));
  EXPECT_FALSE(tree->Covers("b", "c"));
  EXPECT_FALSE(tree->Covers("s", "c"));
  // Where things are filed does not change.
  EXPECT_EQ(tree->SubdistrictOf("a1")->code(), "s");
}

TEST(AreaTree, WhatIsClosedIsIndexedUnderWhatTookItsPlace) {
  const auto tree = Merged();
  // Neither a1, which lies in a, nor what its own index holds already.
  for (const char* code : {"c", "t"}) {
    EXPECT_THAT(tree->IndexedUnder(code), ElementsAre(code, "a", "b")) << code;
  }
  for (const char* code : {"s", "a", "b", "x", ""}) {
    EXPECT_THAT(tree->IndexedUnder(code), ElementsAre(code)) << code;
  }
  EXPECT_EQ(tree->CurrentOf("a1")->code(), "c");
  EXPECT_EQ(tree->CurrentOf("t")->code(), "t");
  EXPECT_EQ(tree->CurrentOf("x"), nullptr);
}

// s, with its communities, went to t; only b of it to d of another district.
TEST(AreaTree, OfAClosedSubdistrictAPartMayHaveGoneElsewhere) {
  const auto tree = Tree(
      {Make("q", AREA_LEVEL_DISTRICT), Make("r", AREA_LEVEL_DISTRICT),
       Closed("s", AREA_LEVEL_SUBDISTRICT, "q", "t"), Make("a", AREA_LEVEL_COMMUNITY, "s"),
       Closed("b", AREA_LEVEL_COMMUNITY, "s", "d"), Closed("c", AREA_LEVEL_COMMUNITY, "s", "t"),
       Make("t", AREA_LEVEL_SUBDISTRICT, "q"), Make("d", AREA_LEVEL_COMMUNITY, "r")});
  EXPECT_THAT(tree->IndexedUnder("t"), ElementsAre("t", "s"));
  EXPECT_THAT(tree->IndexedUnder("d"), ElementsAre("d", "b"));
  EXPECT_THAT(tree->IndexedUnder("r"), ElementsAre("r", "b"));
  EXPECT_THAT(tree->IndexedUnder("q"), ElementsAre("q"));
  EXPECT_TRUE(tree->IsElsewhere("t", "b"));
  for (const char* code : {"s", "a", "c", "t", "x"}) EXPECT_FALSE(tree->IsElsewhere("t", code));
  EXPECT_FALSE(tree->IsElsewhere("d", "b"));
}

TEST(AreaTree, ClosedAreasAreNotNear) {
  Area open = Make("o", AREA_LEVEL_COMMUNITY);
  Area closed = Closed("c", AREA_LEVEL_COMMUNITY, "", "o");
  for (Area* area : {&open, &closed}) {
    area->mutable_center()->set_latitude(31);
    area->mutable_center()->set_longitude(121);
  }
  const auto tree = Tree({open, closed});
  const auto nearest = tree->Nearest(open.center(), AREA_LEVEL_COMMUNITY, 5);
  ASSERT_EQ(nearest.size(), 1u);
  EXPECT_EQ(nearest[0].area->code(), "o");
}

struct Broken {
  std::string says;
  std::vector<Area> areas;
  size_t culprit;
};

class BrokenTree : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenTree, IsRefusedNamingTheArea) {
  size_t culprit = 99;
  const auto tree = AreaTree::Build(GetParam().areas, &culprit);
  EXPECT_EQ(tree.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(tree.status().message()), HasSubstr(GetParam().says));
  EXPECT_EQ(culprit, GetParam().culprit);
}

INSTANTIATE_TEST_SUITE_P(
    All, BrokenTree,
    ::testing::Values(
        Broken{"b: its parent x is missing",
               {Make("a", AREA_LEVEL_GRID), Make("b", AREA_LEVEL_GRID, "x")},
               1},
        Broken{"a: the code occurs twice",
               {Make("a", AREA_LEVEL_GRID), Make("a", AREA_LEVEL_GRID)},
               1},
        Broken{"it lies below itself",
               {Make("r", AREA_LEVEL_GRID), Make("a", AREA_LEVEL_GRID, "b"),
                Make("b", AREA_LEVEL_GRID, "a")},
               1},
        Broken{"its successor x is missing", {Closed("a", AREA_LEVEL_GRID, "", "x")}, 0},
        Broken{"its successors lead back",
               {Closed("b", AREA_LEVEL_GRID, "", "c"), Closed("c", AREA_LEVEL_GRID, "", "b")},
               0},
        Broken{"its level cannot stand below",
               {Make("c", AREA_LEVEL_CITY), Make("p", AREA_LEVEL_PROVINCE, "c")},
               1},
        Broken{"it lies below itself", {Make("a", AREA_LEVEL_GRID, "a")}, 0},
        Broken{"it has no level", {Make("a", AREA_LEVEL_UNSPECIFIED)}, 0},
        Broken{"its level cannot stand below",
               {Make("d", AREA_LEVEL_DISTRICT), Make("c", AREA_LEVEL_CITY, "d")},
               1},
        Broken{"its level cannot stand below",
               {Make("g", AREA_LEVEL_GRID), Make("s", AREA_LEVEL_SUBDISTRICT, "g")},
               1},
        Broken{"its level cannot stand below",
               {Make("s", AREA_LEVEL_SUBDISTRICT), Make("t", AREA_LEVEL_SUBDISTRICT, "s")},
               1}));

}  // namespace
}  // namespace baodao::areas
