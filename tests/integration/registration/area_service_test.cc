#include "common/testing/areas.h"
#include "common/testing/matchers.h"
#include "tests/integration/registration/fixture.h"

namespace baodao::registration {
namespace {

using ::testing::ElementsAre;

class AreaServiceTest : public ServiceTest {
 protected:
  // Community c9 of s2, by another replica: no event of it has been heard.
  void ImportElsewhere() {
    const std::string key = app_->keys.Areas();
    const store::Stored stored = Ok(store_->Get(key));
    v1::AreaTreeRecord record;
    ASSERT_TRUE(record.ParseFromString(stored.bytes));
    *record.add_areas() = testing::AreaOf("c9", "s2", v1::AREA_LEVEL_COMMUNITY, "九社区");
    store::Commit commit(RegistrationKeys::kAreasShard);
    commit.Put(key, stored.version, record.SerializeAsString());
    ASSERT_THAT(Run(store_->Apply(std::move(commit))), testing::IsOk());
  }
  std::vector<std::string> List(const std::string& parent, bool recursive, int page_size) {
    std::vector<std::string> codes;
    v1::ListAreasRequest request;
    request.set_parent_code(parent);
    request.set_recursive(recursive);
    request.set_page_size(page_size);
    do {
      const auto page = Call(*area_client_, &Areas::ListAreas, "", request);
      EXPECT_THAT(page, testing::IsOk());
      if (!page.ok()) break;
      EXPECT_LE(page->areas_size(), page_size);
      for (const v1::Area& area : page->areas()) codes.push_back(area.code());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return codes;
  }
  int Imports() {
    return CountEvents([](const auto& event) { return event.has_areas_imported(); });
  }
};

TEST_P(AreaServiceTest, ImportIsIdempotentAndAnnouncedWhenItChangesSomething) {
  EXPECT_EQ(Imports(), 1);
  const auto again = Import(kAreas);
  ASSERT_THAT(again, testing::IsOk());
  EXPECT_EQ(again->added() + again->changed(), 0);
  EXPECT_EQ(again->unchanged(), 11);
  EXPECT_EQ(Imports(), 1);
  const auto changed = Import(
      "code,name,level,parent_code,latitude,longitude,coordinate\n"
      "c1,第一社区,community,s1,31.271,121.551,synthetic\nc9,九社区,community,s2,,,\n");
  ASSERT_THAT(changed, testing::IsOk());
  EXPECT_EQ(changed->added(), 1);
  EXPECT_EQ(changed->changed(), 1);
  EXPECT_EQ(Imports(), 2);
  EXPECT_EQ(areas_->tree()->Find("c1")->name(), "第一社区");
}

TEST_P(AreaServiceTest, ImportIsAllOrNothing) {
  const auto bad = Import(
      "code,name,level,parent_code,latitude,longitude,coordinate\n"
      "c8,八社区,community,s1,,,\nc9,九社区,community,nowhere,,,\n");
  EXPECT_EQ(ReasonName(bad), "IMPORT_INVALID");
  EXPECT_EQ(MetadataOf(bad.status())["line"], "3");
  EXPECT_EQ(areas_->tree()->Find("c8"), nullptr);
  EXPECT_EQ(areas_->tree()->size(), 11u);
}

TEST_P(AreaServiceTest, OnlyOperatorsImport) {
  v1::ImportAreasRequest request;
  request.set_request_id("x");
  request.set_csv(kAreas);
  EXPECT_EQ(ReasonName(Call(*area_client_, &Areas::ImportAreas, "", request)), "UNAUTHENTICATED");
  EXPECT_EQ(ReasonName(Call(*area_client_, &Areas::ImportAreas, Coordinator("31"), request)),
            "PERMISSION_DENIED");
}

// An operator of one subdistrict could rewrite the whole tree.
TEST_P(AreaServiceTest, OnlyOperatorsOfEverythingImport) {
  v1::ImportAreasRequest request;
  request.set_request_id("x");
  request.set_csv(
      "code,name,level,parent_code,latitude,longitude,coordinate\nc4,改名,community,s3,,,\n");
  for (const char* area : {"s1", "31"}) {
    const std::string local =
        tokens_.Person("per_01J00000000000000000000098", {{auth::v1::ROLE_OPERATOR, area}});
    EXPECT_EQ(ReasonName(Call(*area_client_, &Areas::ImportAreas, local, request)),
              "PERMISSION_DENIED");
  }
  EXPECT_EQ(areas_->tree()->Find("c4")->name(), "四社区");
  const auto done = Call(*area_client_, &Areas::ImportAreas, tokens_.Operator(), request);
  EXPECT_THAT(done, testing::IsOk());
}

TEST_P(AreaServiceTest, AnotherReplicasImportIsFoundOnDemand) {
  AreaBook other(*store_, clock_);
  metrics::Registry metrics;
  record::Repository records(
      *store_, clock_, ring_, [&other] { return other.tree(); }, metrics,
      [&other] { return other.Newest(); });
  const auto tree = Run(records.TreeWith("c1"));
  ASSERT_THAT(tree, testing::IsOk());
  EXPECT_EQ((*tree)->size(), 11u);
  EXPECT_EQ(ReasonName(Run(records.TreeWith("nowhere"))), "AREA_UNKNOWN");
}

// A service that hears of an import reads the list at once, perhaps from a replica that has not
// heard of it: it kept the old tree for minutes.
TEST_P(AreaServiceTest, AListIsNeverOlderThanAnImportThroughAnotherReplica) {
  ImportElsewhere();
  EXPECT_THAT(List("s2", false, 10), ElementsAre("c3", "c9"));
}

// The report was refused, though the area had just been found: it was filed by the tree of before.
TEST_P(AreaServiceTest, PeopleReportAtAnAreaThatAnotherReplicaImportedAMomentAgo) {
  const Account account = LogIn("13812345678");
  ImportElsewhere();
  EXPECT_THAT(Report(account.token, "c9"), testing::IsOk());
}

TEST_P(AreaServiceTest, ListsChildrenAndSubtreesInPages) {
  for (const int size : {1, 2, 3, 100}) {
    EXPECT_THAT(List("", false, size), ElementsAre("31"));
    EXPECT_THAT(List("d1", false, size), ElementsAre("s1", "s2"));
    EXPECT_THAT(List("s1", true, size), ElementsAre("c1", "g1", "c2"));
    EXPECT_THAT(List("", true, size),
                ElementsAre("31", "d1", "s1", "c1", "g1", "c2", "s2", "c3", "d2", "s3", "c4"));
  }
}

TEST_P(AreaServiceTest, PageTokensBelongToTheirList) {
  v1::ListAreasRequest request;
  request.set_recursive(true);
  request.set_page_size(2);
  const auto page = Call(*area_client_, &Areas::ListAreas, "", request);
  ASSERT_THAT(page, testing::IsOk());
  request.set_page_token(page->next_page_token());
  request.set_parent_code("d1");
  EXPECT_EQ(ReasonName(Call(*area_client_, &Areas::ListAreas, "", request)), "PAGE_TOKEN_INVALID");
  request.clear_parent_code();
  clock_.Advance(std::chrono::hours(25));
  EXPECT_EQ(ReasonName(Call(*area_client_, &Areas::ListAreas, "", request)), "PAGE_TOKEN_EXPIRED");
}

TEST_P(AreaServiceTest, FindsAncestorsAndNeighbours) {
  v1::ListAreaAncestorsRequest up;
  up.set_code("g1");
  const auto ancestors = Call(*area_client_, &Areas::ListAreaAncestors, "", up);
  ASSERT_THAT(ancestors, testing::IsOk());
  ASSERT_EQ(ancestors->areas_size(), 4);
  EXPECT_EQ(ancestors->areas(0).code(), "c1");
  EXPECT_EQ(ancestors->areas(3).code(), "31");
  v1::FindNearestAreasRequest near;
  near.mutable_point()->set_latitude(31.2745);
  near.mutable_point()->set_longitude(121.5545);
  near.set_limit(2);
  const auto hits = Call(*area_client_, &Areas::FindNearestAreas, "", near);
  ASSERT_THAT(hits, testing::IsOk());
  ASSERT_EQ(hits->hits_size(), 2);
  EXPECT_EQ(hits->hits(0).area().code(), "c2");
  EXPECT_LT(hits->hits(0).distance_m(), 100);
  v1::GetAreaRequest get;
  get.set_code("nowhere");
  EXPECT_EQ(ReasonName(Call(*area_client_, &Areas::GetArea, "", get)), "AREA_UNKNOWN");
}

// As 社区 merge: people and what they do move to another one, the old code stays known.
TEST_P(AreaServiceTest, AClosedAreaSendsToItsSuccessor) {
  const Account account = LogIn("13812345678");
  const v1::Registration old = Join(account, "c1");
  const auto merged = Import(
      "code,name,level,parent_code,latitude,longitude,coordinate,successor_code\n"
      "c1,一社区,community,s1,31.271,121.551,synthetic,c2\n");
  ASSERT_THAT(merged, testing::IsOk());
  EXPECT_EQ(merged->changed(), 1);

  v1::GetAreaRequest get;
  get.set_code("c1");
  EXPECT_EQ(Call(*area_client_, &Areas::GetArea, "", get)->successor_code(), "c2");
  EXPECT_THAT(List("s1", true, 2), ElementsAre("c2"));
  v1::ListAreasRequest list;
  list.set_parent_code("s1");
  const auto all = Call(*area_client_, &Areas::ListAreas, tokens_.Operator(), list);
  ASSERT_THAT(all, testing::IsOk());
  EXPECT_EQ(all->areas_size(), 2);
  v1::FindNearestAreasRequest near;
  near.mutable_point()->set_latitude(31.271);
  near.mutable_point()->set_longitude(121.551);
  const auto hits = Call(*area_client_, &Areas::FindNearestAreas, "", near);
  ASSERT_THAT(hits, testing::IsOk());
  EXPECT_EQ(hits->hits(0).area().code(), "c2");

  const Account newcomer = LogIn("13912345678");
  for (const char* closed : {"c1", "g1"}) {
    const auto refused = Report(newcomer.token, closed);
    EXPECT_EQ(ReasonName(refused), "AREA_CLOSED");
    EXPECT_EQ(MetadataOf(refused.status())["successor"], "c2");
  }
  // The successor's coordinators look after the people who are there.
  v1::ChangeRegistrationRequest suspend;
  suspend.set_request_id("suspend");
  suspend.set_registration_id(old.registration_id());
  suspend.set_comment("合并后核实");
  EXPECT_THAT(
      Call(*registration_client_, &Registrations::SuspendRegistration, Coordinator("c2"), suspend),
      testing::IsOk());
}

TEST_P(AreaServiceTest, WhatIsInAClosedAreaIsListedUnderItsSuccessor) {
  const Account account = LogIn("13812345678");
  const v1::Registration old = Join(account, "c1");
  const Account grid = LogIn("13812345679");
  Join(grid, "g1");
  const v1::Unit unit = MakeUnit("c1", account.id);
  const auto close = [&](const std::string& line) {
    const auto imported =
        Import("code,name,level,parent_code,latitude,longitude,coordinate,successor_code\n" + line);
    ASSERT_THAT(imported, testing::IsOk());
  };
  // The lists of `area`: people, registrations, units.
  const auto listed = [&](const std::string& area) {
    v1::ListPeopleRequest people;
    people.set_area_code(area);
    const auto found = Call(*person_client_, &People::ListPeople, Coordinator(area), people);
    v1::ListRegistrationsRequest registrations;
    registrations.set_area_code(area);
    registrations.add_states(v1::REGISTRATION_STATE_ACTIVE);
    const auto reported = Call(*registration_client_, &Registrations::ListRegistrations,
                               Coordinator(area), registrations);
    v1::ListUnitsRequest units;
    units.set_area_code(area);
    const auto of_units = Call(*unit_client_, &Units::ListUnits, Coordinator(area), units);
    EXPECT_TRUE(found.ok() && reported.ok() && of_units.ok()) << area;
    return std::vector<int>{found->people_size(), reported->registrations_size(),
                            of_units->units_size()};
  };
  const std::vector<int> all{2, 2, 1};
  const std::vector<int> none{0, 0, 0};
  EXPECT_EQ(listed("c3"), none);
  close("c1,一社区,community,s1,31.271,121.551,synthetic,c3\n");
  for (const char* area : {"c3", "s2", "c1", "s1", "d1"}) EXPECT_EQ(listed(area), all) << area;
  EXPECT_EQ(listed("c4"), none);
  // Closed in turn, with its subdistrict; the grid goes its own way.
  close(
      "s2,平凉路街道,subdistrict,d1,31.26,121.53,approximate,s3\n"
      "g1,一网格,grid,c1,,,,c2\n");
  EXPECT_EQ(listed("s3"), (std::vector<int>{1, 1, 1}));
  EXPECT_EQ(listed("d2"), (std::vector<int>{1, 1, 1}));
  EXPECT_EQ(listed("c2"), (std::vector<int>{1, 1, 0}));
  EXPECT_EQ(listed("c4"), none);
}

INSTANTIATE_TEST_SUITE_P(Stores, AreaServiceTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis), BackendName);

}  // namespace
}  // namespace baodao::registration
