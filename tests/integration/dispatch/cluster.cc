#include "tests/integration/dispatch/cluster.h"

#include <utility>

#include "common/async/for_each.h"
#include "common/clock/timestamp.h"
#include "common/testing/areas.h"

namespace baodao::dispatch {

Task<absl::StatusOr<registration::v1::Profile>> PeopleSource::Get(rpc::CallOptions,
                                                                  std::string person_id) {
  if (const auto it = people.find(person_id); it != people.end()) co_return it->second;
  registration::v1::Profile profile;
  profile.set_person_id(std::move(person_id));
  profile.add_area_codes("310110001");
  profile.set_unit_id("unt_01JWN8Z0000000000000000001");
  profile.set_version(1);
  co_return profile;
}

std::shared_ptr<const areas::AreaTree> TestTree() {
  using namespace registration::v1;  // NOLINT
  std::vector<areas::Area> areas;
  const auto add = [&](const char* code, AreaLevel level, const char* parent) -> areas::Area& {
    return areas.emplace_back(testing::AreaOf(code, parent, level));
  };
  areas::Area& district = add("310110", AREA_LEVEL_DISTRICT, "");
  district.mutable_center()->set_latitude(31.27);
  district.mutable_center()->set_longitude(121.52);
  add("310110001", AREA_LEVEL_SUBDISTRICT, "310110");
  add("310110001001", AREA_LEVEL_COMMUNITY, "310110001");
  add("310110001002", AREA_LEVEL_COMMUNITY, "310110001");
  add("310110002", AREA_LEVEL_SUBDISTRICT, "310110");
  add("310110002001", AREA_LEVEL_COMMUNITY, "310110002");
  add("310110002002", AREA_LEVEL_COMMUNITY, "310110002").set_successor_code("310110002001");
  add("310110003", AREA_LEVEL_SUBDISTRICT, "310110");
  add("310110003001", AREA_LEVEL_COMMUNITY, "310110003").set_successor_code("310110002001");
  return *areas::AreaTree::Build(std::move(areas));
}

Replica::Replica(asio::io_context& loop, store::Store& store, const crypto::KeyRing& ring,
                 std::shared_ptr<const areas::AreaTree> tree)
    : store(store),
      profiles(source),
      app(
          loop, store, SystemClock(), ring, profiles, [tree] { return tree; }, registry,
          AppOptions()),
      tasks(app, near),
      assignments(app),
      changes(app),
      ledgers(app),
      deadlines(app),
      standings(app) {}

ReplicasTest::ReplicasTest() : ServiceFixture(testing::Backend::kRedis, "dispatch", kShards) {
  const auto tree = TestTree();
  for (int i = 0; i < 2; ++i) {
    replicas_.push_back(std::make_unique<Replica>(loop_, OpenStore(), ring_, tree));
  }
}

void ReplicasTest::RunAll(std::vector<Task<void>> tasks) {
  std::function<Task<void>(size_t)> each = [&](size_t i) { return std::move(tasks[i]); };
  const size_t count = tasks.size();
  Run(ForEach(count, count, std::move(each)));
}

rpc::CallContext ReplicasTest::As(const std::string& person) {
  return rpc::CallContext::Internal(auth::Principal::Person(person), "test");
}

rpc::CallContext ReplicasTest::Coordinator() {
  static const std::string id = NewPerson();
  std::vector<auth::RoleGrant> grants(1);
  grants[0] = {auth::v1::ROLE_COORDINATOR, "310110"};
  return rpc::CallContext::Internal(auth::Principal::Person(id, grants), "test");
}

rpc::CallContext ReplicasTest::Stranger() {
  static const std::string id = NewPerson();
  std::vector<auth::RoleGrant> grants(1);
  grants[0] = {auth::v1::ROLE_COORDINATOR, "310110002"};
  return rpc::CallContext::Internal(auth::Principal::Person(id, grants), "test");
}

rpc::CallContext ReplicasTest::Operator() {
  std::vector<auth::RoleGrant> grants(1);
  grants[0] = {auth::v1::ROLE_OPERATOR, ""};
  return rpc::CallContext::Internal(auth::Principal::Person(NewPerson(), grants), "test");
}

rpc::CallContext ReplicasTest::Lists() {
  return rpc::CallContext::Internal(auth::Principal::Service("lists"), "test");
}

v1::PublishTaskRequest ReplicasTest::NewTask(Millis ahead, int slots_min, int slots_max) {
  static int number = 0;
  v1::PublishTaskRequest request;
  request.set_request_id("publish-" + std::to_string(++number));
  request.set_title("陪老人就诊");
  request.set_category("elderly_care");
  request.set_area_code(kCommunity);
  request.mutable_place()->set_latitude(31.274567);
  request.mutable_place()->set_longitude(121.523449);
  const Time start = SystemClock().Now() + ahead;
  *request.mutable_window()->mutable_start() = ToTimestamp(start);
  *request.mutable_window()->mutable_end() = ToTimestamp(start + std::chrono::hours(2));
  request.set_slots_min(slots_min);
  request.set_slots_max(slots_max);
  request.mutable_contact()->set_name("王阿姨");
  request.mutable_contact()->set_phone("13800001234");
  request.mutable_contact()->set_address("平凉路1700弄3号");
  // As lists does for a need; a person's own is that of the task anyway.
  *request.mutable_contact()->mutable_place() = request.place();
  return request;
}

v1::Task ReplicasTest::Publish(const v1::PublishTaskRequest& request) {
  return Ok(replicas_[0]->tasks.PublishTask(Coordinator(), request));
}

Task<absl::StatusOr<v1::Assignment>> ReplicasTest::Claim(int replica, std::string person,
                                                         std::string task, std::string request_id) {
  v1::ClaimTaskRequest request;
  request.set_request_id(std::move(request_id));
  request.set_task_id(std::move(task));
  Replica& at = *replicas_[static_cast<size_t>(replica)];
  co_return co_await at.assignments.ClaimTask(As(person), std::move(request));
}

v1::CalendarRecord ReplicasTest::CalendarOf(const std::string& person) {
  return Ok(replicas_[0]->app.calendars.Read(person));
}

}  // namespace baodao::dispatch
