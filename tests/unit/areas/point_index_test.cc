#include "common/areas/point_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numbers>
#include <random>
#include <utility>
#include <vector>

namespace baodao::areas {
namespace {

using ::testing::ElementsAre;

Point At(double latitude, double longitude) {
  common::v1::GeoPoint place;
  place.set_latitude(latitude);
  place.set_longitude(longitude);
  return PointOf(place);
}

std::vector<int32_t> Ids(const std::vector<PointIndex::Hit>& hits) {
  std::vector<int32_t> ids;
  for (const PointIndex::Hit& hit : hits) ids.push_back(hit.id);
  return ids;
}

std::vector<PointIndex::Entry> Scattered(int count) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> latitude(31.0, 31.5), longitude(121.2, 121.8);
  std::vector<PointIndex::Entry> entries;
  for (int i = 0; i < count; ++i) entries.push_back({At(latitude(random), longitude(random)), i});
  return entries;
}

TEST(PointIndexTest, AgreesWithLookingAtEverything) {
  const auto entries = Scattered(2'000);
  const PointIndex at_once(entries);
  PointIndex one_by_one;
  for (const auto& entry : entries) one_by_one.Add(entry);
  for (const auto& [place, radius_m, limit] :
       {std::tuple(At(31.25, 121.5), 5'000.0, 50), std::tuple(At(31.0, 121.2), 900.0, 1'000),
        std::tuple(At(31.25, 121.5), 100'000.0, 7), std::tuple(At(31.4, 121.7), 0.0, 5)}) {
    std::vector<std::pair<double, int32_t>> all;
    for (const auto& entry : entries) {
      const double distance = DistanceMetres(place, entry.point);
      if (distance <= radius_m) all.emplace_back(distance, entry.id);
    }
    std::sort(all.begin(), all.end());
    all.resize(std::min(all.size(), static_cast<size_t>(limit)));
    std::vector<int32_t> expected;
    for (const auto& [distance, id] : all) expected.push_back(id);
    for (const PointIndex* index : {&at_once, &std::as_const(one_by_one)}) {
      EXPECT_EQ(Ids(index->Nearest(place, radius_m, static_cast<size_t>(limit))), expected);
    }
  }
}

TEST(PointIndexTest, OnlyWhatIsWanted) {
  const PointIndex index({{At(31, 121), 1}, {At(31, 121.001), 2}, {At(31, 121.002), 3}});
  const auto odd = [](int32_t id) { return id % 2 == 1; };
  EXPECT_THAT(Ids(index.Nearest(At(31, 121), 1'000, 2, odd)), ElementsAre(1, 3));
  EXPECT_THAT(Ids(index.Nearest(At(31, 121), 150, 2, odd)), ElementsAre(1));
  EXPECT_TRUE(index.Nearest(At(31, 121), 1'000, 0).empty());
}

TEST(PointIndexTest, RemovesOneOfSeveralAtAPlace) {
  PointIndex index;
  for (int32_t id : {1, 2, 3}) index.Add({At(31, 121), id});
  index.Remove({At(31, 121), 2});
  index.Remove({At(31, 121), 9});
  EXPECT_EQ(index.size(), 2u);
  EXPECT_THAT(Ids(index.Nearest(At(31, 121), 1, 9)), ElementsAre(1, 3));
}

TEST(PointIndexTest, AcrossTheDateLineAndThePoles) {
  const PointIndex index({{At(0, 179.9), 1}, {At(89.9, 10), 2}});
  EXPECT_NEAR(index.Nearest(At(0, -179.9), 50'000, 1).at(0).distance_m, 22'239, 5);
  EXPECT_NEAR(index.Nearest(At(89.9, -170), 50'000, 1).at(0).distance_m, 22'239, 5);
  EXPECT_EQ(index.Nearest(At(0, 0), std::numeric_limits<double>::infinity(), 9).size(), 2u);
}

}  // namespace
}  // namespace baodao::areas
