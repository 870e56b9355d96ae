// Finding tasks: in an area and near a place.
#include <functional>
#include <set>

#include "common/testing/matchers.h"
#include "common/testing/vocabulary_in_use.h"
#include "services/dispatch/workers/task_feed.h"
#include "tests/integration/dispatch/handlers_fixture.h"

namespace baodao::dispatch {
namespace {

using std::chrono::hours;

using FindTest = HandlersTest;

TEST_F(FindTest, TasksOfAClosedAreaAreListedUnderItsSuccessorAndServedFromThere) {
  v1::PublishTaskRequest request = NewTask(hours(3), 1, 2);
  request.set_area_code("310110003001");  // 310110002001 took its place
  const int shard = TestTree()->ShardOf(request.area_code(), replicas_[0]->app.keys.base());
  request.set_need_id(ids::New("ned", shard));
  request.set_need_attempt(1);
  const auto left = Run(replicas_[0]->tasks.PublishTask(Lists(), request));
  ASSERT_THAT(left, testing::IsOk());
  const auto listed = [&](const std::string& area) {
    v1::ListTasksRequest list;
    list.set_area_code(area);
    const auto page = Run(replicas_[1]->tasks.ListTasks(Coordinator(), list));
    EXPECT_THAT(page, testing::IsOk());
    return page.ok() ? page->tasks_size() : -1;
  };
  for (const char* area : {"310110003001", "310110003", "310110002001", "310110002", "310110"}) {
    EXPECT_EQ(listed(area), 1) << area;
  }
  EXPECT_EQ(listed("310110001"), 0);

  const auto claim = [&](const std::string& area, const std::string& task_id) {
    const std::string person = NewPerson();
    registration::v1::Profile& profile = replicas_[0]->source.people[person];
    profile.set_person_id(person);
    profile.add_area_codes(area);
    return Run(Claim(0, person, task_id, "claim")).status();
  };
  EXPECT_THAT(claim("310110001001", left->task_id()),
              testing::IsRefusal(Reason::NOT_ELIGIBLE_AREA));
  EXPECT_EQ(claim("310110002001", left->task_id()), absl::OkStatus());
  v1::PublishTaskRequest here = NewTask(hours(3), 1, 2);
  here.set_area_code("310110002001");
  EXPECT_EQ(claim("310110003001", Publish(here).task_id()), absl::OkStatus());
}

TEST_F(FindTest, ListsGoDownTheTreeInStablePages) {
  std::set<std::string> published;
  for (int i = 0; i < 30; ++i) {
    v1::PublishTaskRequest request = NewTask(hours(3), 1, 1);
    request.set_area_code(i % 3 == 0 ? "310110002001" : i % 3 == 1 ? kCommunity : "310110001002");
    // All at the same moment, as tasks are: at nine.
    const Time start = std::chrono::floor<std::chrono::days>(SystemClock().Now()) + hours(49);
    *request.mutable_window()->mutable_start() = ToTimestamp(start);
    *request.mutable_window()->mutable_end() = ToTimestamp(start + hours(2));
    published.insert(Publish(request).task_id());
  }
  const auto list = [&](const std::string& area, int size) {
    std::vector<std::string> found;
    v1::ListTasksRequest request;
    request.set_area_code(area);
    request.set_claimable(true);
    request.set_page_size(size);
    do {
      const auto page = Run(replicas_[1]->tasks.ListTasks(Coordinator(), request));
      if (!page.ok()) throw std::runtime_error(page.status().ToString());
      for (const v1::Task& task : page->tasks()) found.push_back(task.task_id());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return found;
  };
  const std::vector<std::string> all = list("310110", 7);
  EXPECT_EQ(all.size(), 30u);
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()), published);
  EXPECT_EQ(list("310110", 200), all);
  EXPECT_EQ(list("310110001", 4).size(), 20u);
  EXPECT_EQ(list("310110001002", 3).size(), 10u);
  // A full task leaves the list, a cancelled one too.
  const std::vector<std::string> here = list("310110001", 200);
  ASSERT_THAT(Run(Claim(0, NewPerson(), here[0], "c")), testing::IsOk());
  v1::CancelTaskRequest cancel;
  cancel.set_request_id("cancel");
  cancel.set_task_id(here[1]);
  cancel.set_reason("暴雨");
  ASSERT_THAT(Run(replicas_[0]->tasks.CancelTask(Coordinator(), cancel)), testing::IsOk());
  EXPECT_EQ(list("310110", 7).size(), 28u);

  v1::ListTasksRequest by_state;
  by_state.set_area_code("310110");
  by_state.add_states(v1::TASK_STATE_CANCELLED);
  EXPECT_EQ(Run(replicas_[0]->tasks.ListTasks(Coordinator(), by_state))->tasks_size(), 1);
  by_state.add_states(v1::TASK_STATE_STAFFED);
  EXPECT_EQ(Run(replicas_[0]->tasks.ListTasks(Coordinator(), by_state))->tasks_size(), 2);
  by_state.set_area_code("999");
  EXPECT_EQ(Why(Run(replicas_[0]->tasks.ListTasks(Coordinator(), by_state)).status()),
            "AREA_UNKNOWN");
  by_state.set_area_code("310110");
  by_state.set_page_token("bm9uc2Vuc2U");
  EXPECT_EQ(Why(Run(replicas_[0]->tasks.ListTasks(Coordinator(), by_state)).status()),
            "PAGE_TOKEN_INVALID");
}

TEST_F(FindTest, ListsOrderByStartEitherWayAndSayHowManyThereAre) {
  std::vector<std::string> by_start;
  for (int i = 0; i < 5; ++i) {
    v1::PublishTaskRequest request = NewTask(hours(3 + i), 1, 1);
    request.set_category(i % 2 == 0 ? "elderly_care" : "cleaning");
    if (i > 2) request.set_area_code("310110002001");
    by_start.push_back(Publish(request).task_id());
  }
  ASSERT_THAT(Run(Claim(0, NewPerson(), by_start[1], "c")), testing::IsOk());
  const auto list = [&](const std::function<void(v1::ListTasksRequest&)>& ask) {
    v1::ListTasksRequest request;
    request.set_area_code("310110");
    ask(request);
    const auto page = Run(replicas_[1]->tasks.ListTasks(Coordinator(), request));
    EXPECT_THAT(page, testing::IsOk());
    std::vector<std::string> found;
    for (const v1::Task& task : page->tasks()) found.push_back(task.task_id());
    return std::pair(found, page->total_size());
  };
  const auto only = [&](std::initializer_list<size_t> which) {
    std::vector<std::string> ids;
    for (const size_t i : which) ids.push_back(by_start[i]);
    return ids;
  };
  EXPECT_EQ(list([](auto&) {}), std::pair(by_start, 5));
  EXPECT_EQ(list([](auto& r) { r.set_claimable(true); }), std::pair(only({0, 2, 3, 4}), 4));
  EXPECT_EQ(list([](auto& r) {
              r.set_claimable(true);
              r.set_order_by(v1::TASK_ORDER_START_DESC);
              r.set_page_size(2);
            }),
            std::pair(only({4, 3}), 4));
  EXPECT_EQ(list([](auto& r) {
              r.set_order_by(v1::TASK_ORDER_START_DESC);
              *r.mutable_start_after() =
                  ToTimestamp(SystemClock().Now() + std::chrono::minutes(270));
            }),
            std::pair(only({4, 3, 2}), 3));
  EXPECT_EQ(list([](auto& r) { r.set_category("cleaning"); }), std::pair(only({1, 3}), 0));
  EXPECT_EQ(list([](auto& r) { r.add_states(v1::TASK_STATE_STAFFED); }), std::pair(only({1}), 0));
  EXPECT_EQ(list([](auto& r) {
              r.add_states(v1::TASK_STATE_STAFFED);
              r.set_claimable(true);
            }),
            std::pair(only({}), 0));
}

TEST_F(FindTest, NearFindsWhatCanBeClaimed) {
  const std::string near = Publish(NewTask(hours(3), 1, 1)).task_id();
  v1::PublishTaskRequest far_request = NewTask(hours(3), 1, 1);
  far_request.mutable_place()->set_latitude(31.30);
  const std::string far = Publish(far_request).task_id();
  Replica& replica = *replicas_[1];
  metrics::Registry registry;
  Metrics metrics(registry);
  TaskFeed feed(replica.app, replica.near, metrics);
  ASSERT_THAT(Run(feed.Load()), testing::IsOk());
  v1::FindNearestTasksRequest request;
  request.mutable_point()->set_latitude(31.2746);
  request.mutable_point()->set_longitude(121.5234);
  const auto close = Run(replica.tasks.FindNearestTasks(Coordinator(), request));
  ASSERT_THAT(close, testing::IsOk());
  ASSERT_EQ(close->hits_size(), 1);
  EXPECT_EQ(close->hits(0).task().task_id(), near);
  EXPECT_LT(close->hits(0).distance_m(), 150);
  request.set_radius_m(20000);
  EXPECT_EQ(Run(replica.tasks.FindNearestTasks(Coordinator(), request))->hits_size(), 2);
  // Taken on the other replica: the record knows, even before the event arrives here.
  ASSERT_THAT(Run(Claim(0, NewPerson(), near, "c")), testing::IsOk());
  const auto left = Run(replica.tasks.FindNearestTasks(Coordinator(), request));
  ASSERT_EQ(left->hits_size(), 1);
  EXPECT_EQ(left->hits(0).task().task_id(), far);
}

TEST_F(FindTest, PeopleWhoSayHowFarTheyGoSeeThatFar) {
  v1::PublishTaskRequest far = NewTask(hours(3), 1, 1);
  far.mutable_place()->set_latitude(31.30);  // 2.8 km away
  Publish(far);
  Publish(NewTask(hours(3), 1, 1));
  Replica& replica = *replicas_[1];
  metrics::Registry registry;
  Metrics metrics(registry);
  TaskFeed feed(replica.app, replica.near, metrics);
  ASSERT_THAT(Run(feed.Load()), testing::IsOk());
  const std::string person = NewPerson();
  v1::FindNearestTasksRequest request;
  request.mutable_point()->set_latitude(31.2746);
  request.mutable_point()->set_longitude(121.5234);
  const auto found = [&] {
    return Ok(replica.tasks.FindNearestTasks(As(person), request)).hits_size();
  };
  const auto say = [&](int radius_m, uint64_t version) {
    registration::v1::Profile profile;
    profile.set_person_id(person);
    profile.set_radius_m(radius_m);
    profile.set_version(version);
    replica.profiles.Apply(profile);
  };
  EXPECT_EQ(found(), 1) << "nobody has said anything: on foot";
  say(5'000, 1);
  EXPECT_EQ(found(), 2);
  say(50'000, 2);
  EXPECT_EQ(found(), 2);
  request.set_radius_m(1'000);
  EXPECT_EQ(found(), 1) << "the request goes first";
}

TEST_F(FindTest, OnlyATaskThatServesANeedMayAskForWhatIsRetired) {
  v1::PublishTaskRequest request = NewTask(hours(3), 1, 1);
  const int shard = TestTree()->ShardOf(request.area_code(), replicas_[0]->app.keys.base());
  const testing::VocabularyInUse next(R"(
[work]
elderly_care = {zh = "助老", en = "care of the elderly"}
[skill]
telegraphy = {zh = "电报", en = "telegraphy", retired = true})");
  request.add_skills("telegraphy");
  const auto refused = Run(replicas_[0]->tasks.PublishTask(Coordinator(), request));
  ASSERT_EQ(ViolationsOf(refused.status()).size(), 1u);
  EXPECT_EQ(ViolationsOf(refused.status())[0].field, "skills[0]");
  EXPECT_EQ(ViolationsOf(refused.status())[0].kind, ViolationKind::RETIRED_TAG);
  request.set_need_id(ids::New("ned", shard));
  request.set_need_attempt(1);
  EXPECT_THAT(Run(replicas_[0]->tasks.PublishTask(Lists(), request)), testing::IsOk());
}

TEST_F(FindTest, PeopleFindWhatTheyMayTake) {
  v1::PublishTaskRequest request = NewTask(hours(3), 1, 1);
  request.set_title("陪同就医");
  const auto publish = [&] {
    request.set_request_id(NewTask(hours(3), 1, 1).request_id());
    return Publish(request).task_id();
  };
  const std::string first = publish(), overlapping = publish();
  request.add_skills("nursing");
  *request.mutable_window() = NewTask(hours(30), 1, 1).window();
  const std::string skilled = publish();
  request.clear_skills();
  request.set_title("理发");
  const std::string later = publish();

  const std::string person = NewPerson();
  const auto find = [&](const std::function<void(v1::TaskFilter&)>& ask) {
    v1::ListTasksRequest list;
    list.set_area_code("310110");
    list.set_claimable(true);
    ask(*list.mutable_filter());
    const auto page = Run(replicas_[0]->tasks.ListTasks(As(person), list));
    EXPECT_THAT(page, testing::IsOk());
    std::set<std::string> found;
    for (const v1::Task& task : page->tasks()) found.insert(task.task_id());
    EXPECT_EQ(page->total_size(), 0);
    return found;
  };
  using Found = std::set<std::string>;
  const auto may_take = [](v1::TaskFilter& filter) { filter.set_may_take(true); };
  EXPECT_EQ(find([](auto&) {}), (Found{first, overlapping, skilled, later}));
  EXPECT_EQ(find([](auto& filter) { filter.set_text("就医"); }),
            (Found{first, overlapping, skilled}));
  EXPECT_EQ(find([](auto& filter) { filter.add_skills("nursing"); }), (Found{skilled}));
  EXPECT_EQ(find([](auto& filter) { filter.add_skills("medical"); }), (Found{skilled}));
  EXPECT_EQ(find([](auto& filter) { filter.add_skills("rehabilitation"); }), Found());
  EXPECT_EQ(find(may_take), (Found{first, overlapping, later}));
  ASSERT_THAT(Run(Claim(0, person, first, "claim")), testing::IsOk());
  EXPECT_EQ(find(may_take), (Found{later}));
  v1::ListTasksRequest list;
  list.set_area_code("310110");
  list.mutable_filter()->set_may_take(true);
  EXPECT_THAT(Run(replicas_[0]->tasks.ListTasks(Lists(), list)),
              testing::IsRefusal(Reason::PERMISSION_DENIED));
}

TEST_F(FindTest, TheNearestComeInPagesThatLeaveNothingOut) {
  std::set<std::string> published;
  for (int i = 0; i < 120; ++i) {
    v1::PublishTaskRequest request = NewTask(hours(3), 1, 1);
    // Several at each place, and so at the same distance.
    request.mutable_place()->set_latitude(31.27 + 0.002 * (i % 4));
    request.set_category(i % 5 == 0 ? "cleaning" : "elderly_care");
    published.insert(Publish(request).task_id());
  }
  Replica& replica = *replicas_[1];
  metrics::Registry registry;
  Metrics metrics(registry);
  TaskFeed feed(replica.app, replica.near, metrics);
  ASSERT_THAT(Run(feed.Load()), testing::IsOk());
  v1::FindNearestTasksRequest request;
  request.mutable_point()->set_latitude(31.2746);
  request.mutable_point()->set_longitude(121.5234);
  request.set_radius_m(20000);
  const auto walk = [&] {
    std::set<std::string> found;
    double last = 0;
    int shown = 0;
    const std::string person = NewPerson();
    request.clear_page_token();
    do {
      const auto page = Run(replica.tasks.FindNearestTasks(As(person), request));
      if (!page.ok()) throw std::runtime_error(page.status().ToString());
      for (const auto& hit : page->hits()) {
        EXPECT_GE(hit.distance_m(), last);
        last = hit.distance_m();
        found.insert(hit.task().task_id());
        ++shown;
      }
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    EXPECT_EQ(static_cast<int>(found.size()), shown) << "none is shown twice";
    return found;
  };
  // A small first page looks at a part of those that are equally near.
  for (const int size : {4, 1}) {
    request.set_page_size(size);
    EXPECT_EQ(walk(), published) << size;
  }
  request.set_category("cleaning");
  EXPECT_EQ(walk().size(), 24u);
  request.clear_category();
  request.mutable_filter()->set_text("没有这样的任务");
  EXPECT_TRUE(walk().empty());
  request.set_page_token("bm9uc2Vuc2U");
  EXPECT_THAT(Run(replica.tasks.FindNearestTasks(Coordinator(), request)),
              testing::IsRefusal(Reason::PAGE_TOKEN_INVALID));
}

}  // namespace
}  // namespace baodao::dispatch
