// The answers of searches, and who gets them.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "baodao/records/v1/search.grpc.pb.h"
#include "common/search/blind_terms.h"
#include "common/unicode/unicode.h"
#include "tests/integration/records/records_fixture.h"

namespace baodao::records {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using Searches = rpc::AsyncOf<v1::SearchService>;

constexpr char kName[] = "欧阳小明";
constexpr char kPhone[] = "13800001234";
constexpr char kWholeDistrict[] = "310110";

class SearchServiceTest : public RecordsTest {
 protected:
  SearchServiceTest() { StartIngest(); }

  template <class Request, class Response>
  absl::StatusOr<Response> Ask(rpc::detail::UnaryMember<Searches, Request, Response> method,
                               const std::string& token, const Request& request) {
    rpc::Client<v1::SearchService> client(server_->channel());
    return testing::Run(loop_, client.Call(method, rpc::CallOptions::As(token), request));
  }
  template <class Request>
  static Request For(const std::string& query, const std::string& area = "") {
    Request request;
    request.set_query(query);
    request.set_area_code(area);
    return request;
  }
  auto Tasks(const std::string& query, const std::string& area = "") {
    return Ask(&Searches::SearchTasks, own_, For<v1::SearchTasksRequest>(query, area));
  }
  auto Needs(const std::string& token, const std::string& query, const std::string& area) {
    return Ask(&Searches::SearchNeeds, token, For<v1::SearchNeedsRequest>(query, area));
  }
  auto People(const std::string& token, const std::string& query, const std::string& area) {
    return Ask(&Searches::SearchPeople, token, For<v1::SearchPeopleRequest>(query, area));
  }
  std::string CoordinatorOf(const std::string& area) {
    return tokens_.Coordinator("per_01J00000000000000000000098", area);
  }

  void Raise(const std::string& title, const std::string& area) {
    events::v1::Event event;
    lists::v1::Need& need = *event.mutable_need_changed()->mutable_need();
    need.set_need_id(ids::New("ned", 1));
    need.set_title(title);
    need.set_area_code(area);
    need.set_state(lists::v1::NEED_STATE_SUBMITTED);
    Emit("lists", 1, event);
  }
  void Enter(const std::string& name, const std::string& area) {
    events::v1::Event event;
    registration::v1::Unit& unit = *event.mutable_unit_changed()->mutable_unit();
    unit.set_unit_id(ids::New("unt", 1));
    unit.set_name(name);
    unit.set_area_code(area);
    unit.set_kind(registration::v1::UNIT_KIND_ENTERPRISE);
    unit.add_categories("caring_merchant");
    Emit("registration", 1, event);
  }
  // A person by this name reports to the area.
  std::string Report(const std::string& name, const std::string& phone, const std::string& area) {
    const std::string id = ids::New("per", 1);
    events::v1::Event profile;
    events::v1::ProfileChanged& change = *profile.mutable_profile_changed();
    change.mutable_profile()->set_person_id(id);
    change.mutable_profile()->add_categories("veteran");
    const std::vector<std::string> terms = search::BlindTerms(ring_, name, phone);
    change.mutable_search_terms()->Assign(terms.begin(), terms.end());
    Emit("registration", 1, profile);
    Register(id, area, registration::v1::REGISTRATION_STATE_ACTIVE);
    return id;
  }
  void Register(const std::string& person_id, const std::string& area,
                registration::v1::RegistrationState state) {
    events::v1::Event event;
    registration::v1::Registration& registration =
        *event.mutable_registration_changed()->mutable_registration();
    registration.set_registration_id("reg_" + person_id + area);
    registration.set_subject_id(person_id);
    registration.set_area_code(area);
    registration.set_state(state);
    Emit("registration", 1, event);
  }

  static std::vector<std::string> PeopleIn(const absl::StatusOr<v1::SearchPeopleResponse>& found) {
    EXPECT_THAT(found, testing::IsOk());
    std::vector<std::string> ids;
    for (const v1::FoundPerson& person : found->people()) ids.push_back(person.person_id());
    return ids;
  }
};

TEST_P(SearchServiceTest, WhatHappenedIsFoundByItsWords) {
  const std::string task = ids::New("tsk", 1);
  Serve(task, kHere, 60);
  Raise("教老人用手机", kThere);
  Enter("杨浦第一百货", kHere);
  const Time before = SystemClock().Now();
  AwaitAll();
  const auto tasks = Tasks("楼道");
  ASSERT_THAT(tasks, testing::IsOk());
  ASSERT_EQ(tasks->tasks_size(), 1);
  EXPECT_EQ(tasks->tasks(0).task_id(), task);
  EXPECT_EQ(tasks->tasks(0).title(), "楼道清理");
  EXPECT_EQ(tasks->tasks(0).category(), "cleaning");
  EXPECT_EQ(tasks->tasks(0).area_code(), kHere);
  EXPECT_GE(ToTime(tasks->as_of()), before);
  EXPECT_EQ(Tasks("楼道", "310110009")->tasks_size(), 1);
  EXPECT_EQ(Tasks("楼道", "310110012")->tasks_size(), 0);
  const auto needs = Needs(CoordinatorOf(kWholeDistrict), "手机", kWholeDistrict);
  ASSERT_THAT(needs, testing::IsOk());
  ASSERT_EQ(needs->needs_size(), 1);
  EXPECT_EQ(needs->needs(0).state(), lists::v1::NEED_STATE_SUBMITTED);
  v1::SearchUnitsRequest units = For<v1::SearchUnitsRequest>("百货");
  units.add_kinds(registration::v1::UNIT_KIND_ENTERPRISE);
  units.set_category("caring_merchant");
  ASSERT_EQ(Ask(&Searches::SearchUnits, own_, units)->units_size(), 1);
  EXPECT_EQ(Ask(&Searches::SearchUnits, own_, units)->units(0).name(), "杨浦第一百货");
  units.set_category("joint_building");
  EXPECT_EQ(Ask(&Searches::SearchUnits, own_, units)->units_size(), 0);
  // As areas are called in the fixture.
  const auto areas = Ask(&Searches::SearchAreas, "", For<v1::SearchAreasRequest>("区域"));
  ASSERT_THAT(areas, testing::IsOk());
  ASSERT_EQ(areas->areas_size(), 1);
  EXPECT_EQ(areas->areas(0).code(), kHere);
  EXPECT_GT(ToTime(areas->as_of()), Time{});
}

TEST_P(SearchServiceTest, PeopleAreFoundByCoordinatorsOfWhereTheyReported) {
  const std::string id = Report(kName, kPhone, kHere);
  Report("王小明", "13900005678", kThere);
  AwaitAll();
  const std::string here = CoordinatorOf("310110009");
  for (const char* query : {"欧阳", "小明", "欧", kName, kPhone, "138 0000 1234"}) {
    EXPECT_THAT(PeopleIn(People(here, query, kHere)), ElementsAre(id)) << query;
  }
  EXPECT_THAT(PeopleIn(People(here, "王", kHere)), IsEmpty());
  EXPECT_THAT(PeopleIn(People(CoordinatorOf(kWholeDistrict), "小明", "310110009")),
              ElementsAre(id));
  EXPECT_EQ(PeopleIn(People(CoordinatorOf(kWholeDistrict), "小明", kWholeDistrict)).size(), 2u);
  const auto found = People(here, "欧阳", kHere);
  ASSERT_EQ(found->people(0).registrations_size(), 1);
  EXPECT_EQ(found->people(0).registrations(0).area_code(), kHere);
  // Nothing is told of registrations elsewhere, and who has left is not found.
  Register(id, kThere, registration::v1::REGISTRATION_STATE_PENDING);
  AwaitAll();
  EXPECT_EQ(People(here, "欧阳", kHere)->people(0).registrations_size(), 1);
  v1::SearchPeopleRequest pending = For<v1::SearchPeopleRequest>("欧阳", kWholeDistrict);
  pending.add_states(registration::v1::REGISTRATION_STATE_PENDING);
  pending.set_category("veteran");
  const auto waiting = Ask(&Searches::SearchPeople, CoordinatorOf(kWholeDistrict), pending);
  ASSERT_THAT(PeopleIn(waiting), ElementsAre(id));
  EXPECT_EQ(waiting->people(0).registrations(0).area_code(), kThere);
  Register(id, kHere, registration::v1::REGISTRATION_STATE_ENDED);
  AwaitAll();
  EXPECT_THAT(PeopleIn(People(here, "欧阳", kHere)), IsEmpty());
}

TEST_P(SearchServiceTest, OthersFindNothingOfNeedsAndPeople) {
  Report(kName, kPhone, kHere);
  Raise("教老人用手机", kHere);
  AwaitAll();
  const std::string elsewhere = CoordinatorOf("310110012");
  for (const std::string& token : {own_, elsewhere}) {
    EXPECT_THAT(People(token, kName, kHere), testing::IsRefusal(Reason::PERMISSION_DENIED));
    EXPECT_THAT(Needs(token, "手机", kHere), testing::IsRefusal(Reason::PERMISSION_DENIED));
    EXPECT_THAT(Needs(token, "手机", kWholeDistrict),
                testing::IsRefusal(Reason::PERMISSION_DENIED));
  }
  EXPECT_THAT(PeopleIn(People(elsewhere, kName, "310110012")), IsEmpty());
  EXPECT_THAT(Needs(elsewhere, "手机", "310110012")->needs(), IsEmpty());
  EXPECT_THAT(People("", kName, kHere), testing::IsRefusal(Reason::UNAUTHENTICATED));
  EXPECT_THAT(Ask(&Searches::SearchTasks, "", For<v1::SearchTasksRequest>("楼道")),
              testing::IsRefusal(Reason::UNAUTHENTICATED));
  EXPECT_THAT(PeopleIn(People(tokens_.Operator(), kName, kHere)), SizeIs(1));
}

TEST_P(SearchServiceTest, WhatLiesInAClosedAreaIsItsSuccessors) {
  Raise("教老人用手机", kClosed);
  AwaitAll();
  const std::string there = CoordinatorOf(kThere);
  EXPECT_EQ(Needs(there, "手机", kThere)->needs_size(), 1);
  EXPECT_EQ(Needs(there, "手机", kClosed)->needs_size(), 1);
  // The area itself is shown to those who look after the tree.
  const v1::SearchAreasRequest request = For<v1::SearchAreasRequest>("原区域");
  EXPECT_EQ(Ask(&Searches::SearchAreas, there, request)->areas_size(), 0);
  EXPECT_EQ(Ask(&Searches::SearchAreas, tokens_.Operator(), request)->areas_size(), 1);
}

TEST_P(SearchServiceTest, PagesGoOnWithTheTokenOfTheSameSearch) {
  for (int i = 0; i < 5; ++i) Serve(ids::New("tsk", 1), kHere, 10);
  AwaitAll();
  v1::SearchTasksRequest request = For<v1::SearchTasksRequest>("楼道");
  request.set_page_size(2);
  std::set<std::string> all;
  for (const int size : {2, 2, 1}) {
    const auto page = Ask(&Searches::SearchTasks, own_, request);
    ASSERT_THAT(page, testing::IsOk());
    EXPECT_EQ(page->tasks_size(), size);
    for (const v1::FoundTask& task : page->tasks()) all.insert(task.task_id());
    request.set_page_token(page->next_page_token());
  }
  EXPECT_EQ(all.size(), 5u);
  EXPECT_EQ(request.page_token(), "");
  request.set_page_token(Ask(&Searches::SearchTasks, own_, request)->next_page_token());
  request.set_query("清理");
  EXPECT_THAT(Ask(&Searches::SearchTasks, own_, request),
              testing::IsRefusal(Reason::PAGE_TOKEN_INVALID));
  v1::SearchAreasRequest areas = For<v1::SearchAreasRequest>("3101");
  areas.set_page_size(3);
  const auto first = Ask(&Searches::SearchAreas, "", areas);
  ASSERT_THAT(first, testing::IsOk());
  EXPECT_EQ(first->areas_size(), 3);
  areas.set_page_token(first->next_page_token());
  EXPECT_EQ(Ask(&Searches::SearchAreas, "", areas)->areas_size(), 2);
}

TEST_P(SearchServiceTest, SearchesThatMakeNoSenseAreRefused) {
  const auto refused = testing::IsRefusal(Reason::INVALID_ARGUMENT_FIELDS);
  const std::string coordinator = CoordinatorOf(kWholeDistrict);
  for (const std::string& query : {std::string(), std::string("？！"), std::string(65, 'x')}) {
    EXPECT_THAT(Tasks(query), refused) << query;
    EXPECT_THAT(People(coordinator, query, kHere), refused) << query;
    EXPECT_THAT(Ask(&Searches::SearchAreas, "", For<v1::SearchAreasRequest>(query)), refused);
  }
  // Characters that stand for words of several: more pairs than are asked for at once.
  std::string many;
  for (int i = 0; i < 64; ++i) unicode::Append(0x3300 + i, &many);
  EXPECT_THAT(Tasks(many), refused);
  // A query that looks like the language of an index is words.
  for (const char* query :
       {"楼\" OR \"道", "楼*", "NEAR(楼 道)", "terms:楼", "'楼' | !'道'", "a_s_1"}) {
    EXPECT_THAT(Tasks(query), testing::IsOk()) << query;
  }
  EXPECT_THAT(Tasks("楼道", "999999"), testing::IsRefusal(Reason::AREA_UNKNOWN));
  EXPECT_THAT(People(coordinator, kName, ""), refused);
  v1::SearchTasksRequest request = For<v1::SearchTasksRequest>("楼道");
  const auto now = ToTimestamp(SystemClock().Now());
  *request.mutable_period()->mutable_start() = now;
  *request.mutable_period()->mutable_end() = now;
  EXPECT_THAT(Ask(&Searches::SearchTasks, own_, request), refused);
  v1::SearchPeopleRequest ended = For<v1::SearchPeopleRequest>(kName, kHere);
  ended.add_states(registration::v1::REGISTRATION_STATE_ENDED);
  EXPECT_THAT(Ask(&Searches::SearchPeople, coordinator, ended), refused);
}

// Neither in rows nor in the index, and not in the log of what was written.
TEST_P(SearchServiceTest, NoNameAndNoPhoneIsInTheDatabase) {
  Report(kName, kPhone, kHere);
  Serve(ids::New("tsk", 1), kHere, 60);
  AwaitAll();
  ASSERT_THAT(PeopleIn(People(CoordinatorOf(kHere), kName, kHere)), SizeIs(1));
  EXPECT_EQ(Number("SELECT COUNT(*) FROM documents WHERE terms LIKE '%欧%' OR terms LIKE '%1380%'"),
            0);
  if (GetParam() != Dialect::kSqlite) return;
  std::string bytes;
  for (const auto& file :
       std::filesystem::directory_iterator(std::filesystem::path(target_).parent_path())) {
    std::ifstream stream(file.path(), std::ios::binary);
    std::ostringstream content;
    content << stream.rdbuf();
    bytes += content.str();
  }
  EXPECT_THAT(bytes, HasSubstr("楼道清理")) << "what is there would be seen";
  for (const char* clear : {"欧阳", "小明", "阳小", "13800001234", "1380000"}) {
    EXPECT_EQ(bytes.find(clear), bytes.npos) << clear;
  }
}

TEST_P(SearchServiceTest, SearchesAreMeasured) {
  EXPECT_THAT(Tasks("楼道"), testing::IsOk());
  EXPECT_THAT(registry_.Text(),
              HasSubstr("baodao_records_query_seconds_count{query=\"search_tasks\"} 1"));
}

INSTANTIATE_TEST_SUITE_P(OverGrpc, SearchServiceTest,
                         ::testing::Values(Dialect::kSqlite, Dialect::kPostgres), DialectName);

}  // namespace
}  // namespace baodao::records
