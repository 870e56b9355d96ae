// From the index to a plan: sparse graphs against complete ones, and the size that a city asks for.
#include "services/matching/domain/graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "services/matching/domain/plan.h"
#include "tests/unit/matching/world.h"

namespace baodao::matching {
namespace {

using namespace testing;  // NOLINT

// A district of `communities` on a square, people and tasks spread over them.
class City {
 public:
  City(int communities, int people, int tasks, uint32_t seed) : random_(seed) {
    std::vector<areas::Area> areas;
    areas.push_back(MakeArea("310110", "", registration::v1::AREA_LEVEL_DISTRICT, 31.3, 121.5));
    for (int i = 0; i < communities; ++i) {
      const std::string sub = "3101101" + std::to_string(10 + i / 25);
      if (i % 25 == 0) {
        areas.push_back(
            MakeArea(sub, "310110", registration::v1::AREA_LEVEL_SUBDISTRICT, 31.3, 121.5));
      }
      areas.push_back(MakeArea(sub + std::to_string(100 + i % 25), sub,
                               registration::v1::AREA_LEVEL_COMMUNITY, 31.26 + Unit() * 0.07,
                               121.46 + Unit() * 0.08));
      communities_.push_back(areas.back());
    }
    index.SetTree(*areas::AreaTree::Build(areas));
    for (int i = 0; i < people; ++i) index.Apply(RandomProfile(i));
    for (int i = 0; i < tasks; ++i) index.Apply(RandomTask(i), kNow);
  }

  std::vector<std::shared_ptr<const OpenTask>> Tasks() const {
    std::vector<std::shared_ptr<const OpenTask>> tasks;
    for (const auto& [id, task] : index.tasks()) tasks.push_back(task);
    std::sort(tasks.begin(), tasks.end(),
              [](const auto& a, const auto& b) { return a->id() < b->id(); });
    return tasks;
  }
  Roster::Options Everybody() const { return {index.ScopeOf("310110"), true}; }

  CandidateIndex index;

 private:
  static areas::Area MakeArea(const std::string& code, const std::string& parent,
                              areas::AreaLevel level, double latitude, double longitude) {
    areas::Area area;
    area.set_code(code);
    area.set_name("区域" + code);
    area.set_parent_code(parent);
    area.set_level(level);
    area.mutable_center()->set_latitude(latitude);
    area.mutable_center()->set_longitude(longitude);
    return area;
  }
  double Unit() { return static_cast<double>(random_() % 1'000'000) / 1e6; }
  void Near(const areas::Area& area, common::v1::GeoPoint* point) {
    point->set_latitude(area.center().latitude() + (Unit() - 0.5) * 0.008);
    point->set_longitude(area.center().longitude() + (Unit() - 0.5) * 0.008);
  }
  const areas::Area& AnyCommunity() { return communities_[random_() % communities_.size()]; }

  Profile RandomProfile(int i) {
    const areas::Area& home = AnyCommunity();
    Profile profile = MakeProfile("per_" + std::to_string(1'000'000 + i), home.code());
    Near(home, profile.mutable_home());
    static const char* const kSkills[] = {"first_aid", "elderly_care", "tutoring", "repair",
                                          "medical"};
    for (int skill = 0; skill < 5; ++skill) {
      if (random_() % (3 + 4 * skill) == 0) profile.add_skills(kSkills[skill]);
    }
    if (random_() % 3 == 0) profile.add_categories("party_member");
    if (random_() % 2 == 0) profile.add_willing(kSkills[random_() % 5]);
    if (random_() % 3 == 0) {
      for (int weekday = 1; weekday <= 5; ++weekday) {
        common::v1::WeeklySlot& slot = *profile.add_availability();
        slot.set_weekday(weekday);
        slot.set_start_minute(60 * static_cast<int>(6 + random_() % 6));
        slot.set_end_minute(60 * 20);
      }
    }
    return profile;
  }

  DispatchTask RandomTask(int i) {
    const areas::Area& area = AnyCommunity();
    DispatchTask task = MakeTask("tsk_" + std::to_string(1'000'000 + i), area.code());
    Near(area, task.mutable_place());
    // Some tasks have been escalated to the subdistrict, a few to the district.
    if (random_() % 4 == 0) task.set_eligible_area_code(area.parent_code());
    if (random_() % 20 == 0) task.set_eligible_area_code("310110");
    if (random_() % 3 == 0) task.add_skills("first_aid");
    if (random_() % 8 == 0) task.add_skills("tutoring");
    if (random_() % 6 == 0) task.add_categories("party_member");
    const Time start = kNow + hours(24 + random_() % 10);
    *task.mutable_window()->mutable_start() = ToTimestamp(start);
    *task.mutable_window()->mutable_end() = ToTimestamp(start + hours(2));
    task.set_slots_max(1);
    return task;
  }

  std::mt19937 random_;
  std::vector<areas::Area> communities_;
};

struct Outcome {
  Solution optimal;
  size_t edges = 0;
};

Outcome Match(const City& city, const GraphOptions& options, int widenings) {
  const Weights weights;
  const Policy policy;
  const Terms terms(city.index, weights, kNow, {});
  Roster roster(city.index, terms, city.Everybody());
  GraphBuilder builder(roster, terms, policy, options, city.Tasks());
  while (!builder.done()) builder.Step(16);
  std::vector<Edge> filled;
  for (int i = 0; i < widenings; ++i) {
    const Problem& problem = builder.problem();
    const std::vector<int32_t> most = FillMost(problem, filled);
    filled.clear();
    for (const int32_t index : most) filled.push_back(problem.edges[index]);
    const Bottleneck bottleneck = BottleneckOf(builder, most);
    // The graph does not depend on how its slots were filled.
    const Bottleneck same = BottleneckOf(builder, SolveOptimal(problem).chosen);
    EXPECT_EQ(bottleneck.tasks, same.tasks);
    EXPECT_EQ(bottleneck.people, same.people);
    if (!builder.Widen(bottleneck)) break;
    while (!builder.done()) builder.Step(16);
    if (!builder.widened()) break;
  }
  return {SolveOptimal(builder.problem()), builder.problem().edges.size()};
}

TEST(GraphTest, NearFindsTheNearestInAnyOrder) {
  const City city(8, 500, 20, 4);
  const Weights weights;
  const Terms terms(city.index, weights, kNow, {});
  Roster roster(city.index, terms, city.Everybody());
  for (const auto& task : city.Tasks()) {
    for (const double radius_m : {300.0, 20'000.0}) {
      std::vector<int32_t> nearest = roster.Nearest(task->eligible, *task->place, radius_m, 40);
      std::vector<int32_t> near = roster.Near(task->eligible, *task->place, radius_m, 40);
      std::sort(nearest.begin(), nearest.end());
      std::sort(near.begin(), near.end());
      EXPECT_EQ(near, nearest);
    }
  }
}

TEST(GraphTest, EdgesAreExactlyTheAllowedPairsWhenNothingIsCut) {
  const City city(8, 300, 40, 3);
  const Weights weights;
  const Policy policy;
  const Terms terms(city.index, weights, kNow, {});
  Roster roster(city.index, terms, city.Everybody());
  GraphOptions options;
  options.candidates = 1'000;
  GraphBuilder builder(roster, terms, policy, options, city.Tasks());
  while (!builder.done()) builder.Step(7);
  std::vector<Edge> expected;
  const auto tasks = city.Tasks();
  for (size_t task = 0; task < tasks.size(); ++task) {
    EXPECT_FALSE(builder.tasks()[task].truncated);
    for (size_t row = 0; row < roster.rows().size(); ++row) {
      const RosterRow& entry = roster.rows()[row];
      if (FirstBroken(*entry.person, entry.slot, *tasks[task], policy)) continue;
      const Parts parts =
          PartsOf(*entry.person, entry.terms, *tasks[task], terms.Of(*tasks[task]), weights);
      expected.push_back({static_cast<int32_t>(row), static_cast<int32_t>(task), parts.total()});
    }
  }
  const auto& edges = builder.problem().edges;
  ASSERT_EQ(edges.size(), expected.size());
  for (size_t i = 0; i < edges.size(); ++i) {
    EXPECT_EQ(edges[i].person, expected[i].person);
    EXPECT_EQ(edges[i].task, expected[i].task);
    EXPECT_EQ(edges[i].cost, expected[i].cost);
  }
}

TEST(GraphTest, LongListsAreSearchedByPlaceAndStillFindTheCheapestNearby) {
  City city(8, 600, 30, 5);
  GraphOptions options;
  options.candidates = 5;
  options.spread_percent = 0;
  GraphOptions by_place = options;
  by_place.scan_limit = 1;  // everything goes through the places
  const Outcome scanned = Match(city, options, 0);
  const Outcome placed = Match(city, by_place, 0);
  EXPECT_EQ(placed.optimal.chosen.size(), scanned.optimal.chosen.size());
  EXPECT_GT(placed.edges, 0u);
}

// Only the nearest of many people in the area are looked at, unless what is asked for is rare.
TEST(GraphTest, TheOneWhoHoldsARareCredentialIsFoundHoweverFar) {
  City city(8, 600, 0, 5);
  Profile doctor = MakeProfile("per_doctor", "310110");
  doctor.mutable_home()->set_latitude(31.277 + 0.04);
  registration::v1::Credential& credential = *doctor.add_credentials();
  credential.set_kind("doctor");
  *credential.mutable_expire_time() = ToTimestamp(kNow + hours(1000));
  city.index.Apply(doctor);
  DispatchTask task = MakeTask("tsk_a", "310110");
  task.add_credentials("doctor");
  city.index.Apply(task, kNow);
  GraphOptions options;
  options.scan_limit = 8;
  options.nearest_limit = 16;
  EXPECT_EQ(Match(city, options, 0).edges, 1u);
}

TEST(GraphTest, TheOneWhoGoesFartherThanOthersIsFoundByPlace) {
  City city(8, 600, 0, 5);
  Profile walker = MakeProfile("per_walker", "310110");
  walker.mutable_home()->set_latitude(31.277 - 0.05);  // about 5.6 km
  walker.add_categories("walker");
  DispatchTask task = MakeTask("tsk_a", "310110");
  task.add_categories("walker");
  city.index.Apply(task, kNow);
  GraphOptions options;
  options.scan_limit = 8;
  for (const int radius : {0, 6'000}) {
    walker.set_radius_m(radius);
    walker.set_version(walker.version() + 1);
    city.index.Apply(walker);
    EXPECT_EQ(Match(city, options, 0).edges, radius > 0 ? 1u : 0u);
  }
}

// Widening once took place for each task by itself, and gave up before the last slots were filled.
TEST(GraphTest, SparseGraphFillsWhatTheCompleteOneFills) {
  for (const uint32_t seed : {3u, 9u, 11u}) {
    // As many tasks as people: every pair counts.
    const City city(10, 600, 560, seed);
    GraphOptions complete;
    complete.candidates = 100'000;
    complete.scan_limit = 1'000'000;
    const Outcome exact = Match(city, complete, 0);
    GraphOptions sparse;
    sparse.candidates = 6;
    const Outcome narrow = Match(city, sparse, 0);
    const Outcome widened = Match(city, sparse, 10);
    EXPECT_LT(narrow.optimal.chosen.size(), exact.optimal.chosen.size());
    EXPECT_EQ(widened.optimal.chosen.size(), exact.optimal.chosen.size());
    EXPECT_LT(widened.edges, exact.edges / 5);
  }
}

TEST(PlanTest, ABottleneckIsWhoIsMissedAndWhoIsInTheWay) {
  CandidateIndex index;
  index.SetTree(SmallTree());
  Profile medic = MakeProfile("per_a");
  medic.add_skills("medical");
  index.Apply(medic);
  index.Apply(MakeProfile("per_b"));
  DispatchTask skilled = MakeTask("tsk_a");
  skilled.add_skills("medical");
  index.Apply(skilled, kNow);
  DispatchTask plain = MakeTask("tsk_b");
  plain.set_slots_max(1);
  index.Apply(plain, kNow);
  const Weights weights;
  const Policy policy;
  const Terms terms(index, weights, kNow, {});
  Roster roster(index, terms, {index.ScopeOf("310110"), true});
  GraphBuilder builder(roster, terms, policy, {},
                       {index.tasks().find("tsk_a")->second, index.tasks().find("tsk_b")->second});
  builder.Step(2);
  // per_a on tsk_a, which has a slot more, and per_b on tsk_b: another medic is missed, nobody is
  // in the way.
  const std::vector<int32_t> most = FillMost(builder.problem(), {});
  ASSERT_EQ(most.size(), 2u);
  const Bottleneck bottleneck = BottleneckOf(builder, most);
  EXPECT_EQ(bottleneck.tasks, (std::vector<bool>{true, false}));
  EXPECT_EQ(bottleneck.people, (std::vector<bool>{false, false}));
  EXPECT_FALSE(builder.Widen(bottleneck));
  // Nobody on tsk_a: per_a could go there, from tsk_b, which per_b could take.
  ASSERT_EQ(builder.problem().edges.size(), 3u);
  const Bottleneck moved = BottleneckOf(builder, {1});
  EXPECT_EQ(moved.tasks, (std::vector<bool>{true, true}));
  EXPECT_EQ(moved.people, (std::vector<bool>{true, true}));
}

TEST(GraphTest, PeopleWithAnOpenOfferAreLeftAlone) {
  City city(2, 50, 1, 1);
  const DispatchTask other = MakeTask("tsk_other");
  city.index.Apply(other, kNow);
  for (const Person& person : city.index.people()) {
    city.index.Apply(MakeChange(other, person.id, dispatch::v1::ASSIGNMENT_STATE_OFFERED), kNow);
  }
  const Weights weights;
  const Terms terms(city.index, weights, kNow, {});
  EXPECT_TRUE(Roster(city.index, terms, city.Everybody()).rows().empty());
}

TEST(PlanTest, TasksThatOnePersonCannotBothDoAreTakenApart) {
  CandidateIndex index;
  index.SetTree(SmallTree());
  index.Apply(MakeProfile("per_a"));
  for (const std::string id : {"tsk_a", "tsk_b"}) index.Apply(MakeTask(id), kNow);
  const Weights weights;
  const Policy policy;
  const Terms terms(index, weights, kNow, {});
  Roster roster(index, terms, {index.ScopeOf("310110"), true});
  GraphOptions options;
  options.person_capacity = 3;
  std::vector<std::shared_ptr<const OpenTask>> tasks = {index.tasks().find("tsk_a")->second,
                                                        index.tasks().find("tsk_b")->second};
  GraphBuilder builder(roster, terms, policy, options, tasks);
  builder.Step(2);
  Solution solution = SolveOptimal(builder.problem());
  ASSERT_EQ(solution.chosen.size(), 2u);
  const std::vector<int32_t> conflicts = Conflicts(builder, policy.limits, solution);
  ASSERT_EQ(conflicts.size(), 1u);
  builder.Forbid(conflicts);
  solution = SolveOptimal(builder.problem());
  EXPECT_EQ(solution.chosen.size(), 1u);
  EXPECT_TRUE(Conflicts(builder, policy.limits, solution).empty());
  EXPECT_EQ(ProposalsOf(builder, solution)[0].person_id, "per_a");
}

TEST(GraphTest, TenThousandTasksFiftyThousandPeople) {
  const City city(300, 50'000, 10'000, 17);
  const Weights weights;
  const Policy policy;
  const Terms terms(city.index, weights, kNow, {});
  Roster roster(city.index, terms, city.Everybody());
  GraphBuilder builder(roster, terms, policy, {}, city.Tasks());
  while (!builder.done()) builder.Step(64);
  const Solution optimal = SolveOptimal(builder.problem());
  const Solution greedy = SolveGreedy(builder.problem());
  EXPECT_GE(optimal.chosen.size(), greedy.chosen.size());
  EXPECT_GT(optimal.chosen.size(), 9'000u);
}

}  // namespace
}  // namespace baodao::matching
