#include "tests/integration/lists/world.h"

#include "common/status/macros.h"
#include "common/testing/areas.h"

namespace baodao::lists {
namespace {

areas::Area PlaceOf(const std::string& code, const std::string& parent, areas::AreaLevel level) {
  areas::Area area = testing::AreaOf(code, parent, level, "区域" + code);
  area.mutable_center()->set_latitude(31.27);
  area.mutable_center()->set_longitude(121.52);
  area.set_coordinate(registration::v1::COORDINATE_SYNTHETIC);
  return area;
}

}  // namespace

std::vector<areas::Area> TestAreas() {
  using namespace registration::v1;  // NOLINT
  std::vector<areas::Area> all;
  all.push_back(PlaceOf(kDistrict, "", AREA_LEVEL_DISTRICT));
  for (const std::string subdistrict : {"310110009", "310110016", "310110018"}) {
    all.push_back(PlaceOf(subdistrict, kDistrict, AREA_LEVEL_SUBDISTRICT));
    for (const std::string community : {"001", "002", "003"}) {
      all.push_back(PlaceOf(subdistrict + community, subdistrict, AREA_LEVEL_COMMUNITY));
    }
  }
  all.push_back(PlaceOf(kUncharted, "310110018", AREA_LEVEL_COMMUNITY));
  all.back().clear_center();
  all.push_back(PlaceOf(kMergedAway, "310110018", AREA_LEVEL_COMMUNITY));
  all.back().set_successor_code("310110018001");
  return all;
}

Task<absl::StatusOr<std::vector<areas::Area>>> ReadAreas(
    std::map<std::string, std::string> successors) {
  std::vector<areas::Area> all = TestAreas();
  for (areas::Area& area : all) {
    const auto closed = successors.find(area.code());
    if (closed != successors.end()) area.set_successor_code(closed->second);
  }
  co_return all;
}

Task<absl::StatusOr<dispatch::v1::Task>> FakePeers::PublishTask(
    rpc::CallOptions, dispatch::v1::PublishTaskRequest request) {
  Fate fate = Fate::kWell;
  if (!fates.empty()) {
    fate = fates.front();
    fates.pop_front();
  }
  requests.push_back(request);
  if (before_answer) before_answer();
  if (fate == Fate::kUnreachable) co_return Refuse(Reason::PEER_UNAVAILABLE);
  if (fate == Fate::kRefused) co_return Refuse(Reason::WINDOW_INVALID);
  if (fate == Fate::kAreaUnknown) {
    co_return Refuse(Reason::AREA_UNKNOWN, {{"area", request.area_code()}});
  }
  if (fate == Fate::kTagUnknown) co_return RefuseField("category", ViolationKind::UNKNOWN_TAG);
  dispatch::v1::Task& task = tasks[{request.need_id(), request.need_attempt()}];
  if (task.task_id().empty()) {
    task.set_task_id(ids::New("tsk", 1));
    task.set_need_id(request.need_id());
    task.set_state(dispatch::v1::TASK_STATE_OPEN);
    task.set_version(1);
  }
  if (fate == Fate::kLostAnswer) co_return Refuse(Reason::PEER_UNAVAILABLE);
  co_return task;
}

Task<absl::StatusOr<dispatch::v1::Task>> FakePeers::CancelTask(
    rpc::CallOptions, dispatch::v1::CancelTaskRequest request) {
  Fate fate = Fate::kWell;
  if (!cancel_fates.empty()) {
    fate = cancel_fates.front();
    cancel_fates.pop_front();
  }
  if (before_answer) before_answer();
  if (fate == Fate::kUnreachable) co_return Refuse(Reason::PEER_UNAVAILABLE);
  const auto known = cancelled.find(request.request_id());
  if (known != cancelled.end()) co_return known->second;
  for (auto& [attempt, task] : tasks) {
    if (task.task_id() != request.task_id()) continue;
    if (task.state() != dispatch::v1::TASK_STATE_OPEN) {
      co_return WrongState(dispatch::v1::TaskState_Name(task.state()).substr(11));
    }
    task.set_state(dispatch::v1::TASK_STATE_CANCELLED);
    task.set_version(task.version() + 1);
    task.set_cancel_reason(request.reason());
    task.set_need_outcome(request.need_outcome());
    cancelled[request.request_id()] = task;
    if (fate == Fate::kLostAnswer) co_return Refuse(Reason::PEER_UNAVAILABLE);
    co_return task;
  }
  co_return NotFound("task", request.task_id());
}

Task<absl::StatusOr<registration::v1::Unit>> FakePeers::GetUnit(rpc::CallOptions options,
                                                                std::string unit_id) {
  unit_asked_for = std::move(options.parent);
  const auto found = liaisons.find(unit_id);
  if (found == liaisons.end()) co_return NotFound("unit", unit_id);
  registration::v1::Unit unit;
  unit.set_unit_id(unit_id);
  unit.add_liaison_ids(found->second);
  co_return unit;
}

Task<absl::StatusOr<registration::v1::Identity>> FakePeers::GetIdentity(rpc::CallOptions,
                                                                        std::string person_id) {
  ++identities_asked;
  registration::v1::Identity person;
  person.set_consent_required(consent_required);
  person.set_person_id(std::move(person_id));
  person.set_display_name("王秀英");
  person.set_phone("13812345678");
  co_return person;
}

Replica::Replica(asio::io_context& loop, store::Store& store, Clock& clock,
                 const crypto::KeyRing& ring, Peers& peers, areas::AreaSource source)
    : areas(std::move(source), clock),
      records(
          store, clock, ring, [this] { return areas.tree(); }, metrics),
      app{records, clock, ring, peers},
      publications(app),
      services(app, publications),
      follower(app, publications) {
  AddRecords(app);
  testing::Run(loop, areas.Load());
  services.Register(router);
}

ListsTest::ListsTest() : ServiceFixture(GetParam(), "lists", kShards) {
  for (int i = 0; i < 2; ++i) AddReplica(OpenStore(), peers_);
}

void ListsTest::AddReplica(store::Store& store, Peers& peers) {
  replicas_.push_back(std::make_unique<Replica>(loop_, store, clock_, ring_, peers,
                                                [this] { return ReadAreas(successors_); }));
  Replica& replica = *replicas_.back();
  Serve(replica.router, replica.metrics, replica.records.Access());
}

v1::CreateNeedRequest ListsTest::RequestFor(const std::string& area, const std::string& category) {
  v1::CreateNeedRequest request;
  request.set_request_id(NextRequest());
  request.set_title("陪诊");
  request.set_category(category);
  request.set_area_code(area);
  *request.mutable_window()->mutable_start() = ToTimestamp(clock_.Now() + std::chrono::hours(24));
  *request.mutable_window()->mutable_end() = ToTimestamp(clock_.Now() + std::chrono::hours(26));
  request.mutable_contact()->set_name("王秀英");
  request.mutable_contact()->set_phone("13812345678");
  request.mutable_contact()->set_address("平凉路1234弄5号601室");
  return request;
}

absl::StatusOr<v1::Need> ListsTest::CreateNeed(const std::string& token, const std::string& area,
                                               const std::string& category) {
  return Call<v1::NeedService>(&Needs::CreateNeed, token, RequestFor(area, category));
}

absl::StatusOr<v1::Need> ListsTest::GetNeed(const std::string& token, const std::string& id) {
  v1::GetNeedRequest request;
  request.set_need_id(id);
  return Call<v1::NeedService>(&Needs::GetNeed, token, request);
}

absl::StatusOr<v1::Need> ListsTest::Review(const std::string& token, const std::string& id,
                                           v1::NeedVerdict verdict,
                                           const std::string& merged_into) {
  v1::ReviewNeedRequest request;
  request.set_request_id(NextRequest());
  request.set_need_id(id);
  request.set_verdict(verdict);
  request.set_comment("请补充");
  request.set_merged_into_id(merged_into);
  return Call<v1::NeedService>(&Needs::ReviewNeed, token, request);
}

absl::StatusOr<v1::Need> ListsTest::Publish(const std::string& token, const std::string& id,
                                            const std::string& request_id, int replica) {
  v1::PublishNeedRequest request;
  request.set_request_id(request_id);
  request.set_need_id(id);
  return Call<v1::NeedService>(&Needs::PublishNeed, token, request, replica);
}

absl::StatusOr<v1::Need> ListsTest::Resolve(const std::string& id) {
  v1::ResolveNeedRequest request;
  request.set_request_id(NextRequest());
  request.set_need_id(id);
  return Call<v1::NeedService>(&Needs::ResolveNeed, coordinator_, request);
}

absl::StatusOr<v1::Project> ListsTest::CreateProject() {
  v1::CreateProjectRequest request;
  request.set_request_id(NextRequest());
  request.set_title("适老化改造");
  request.set_category("repair");
  request.set_area_code(kSubdistrict);
  request.set_campaign_days(100);
  return Call<v1::ProjectService>(&rpc::AsyncOf<v1::ProjectService>::CreateProject, coordinator_,
                                  request);
}

v1::CreateResourceRequest ListsTest::RoomIn(const std::string& area) {
  v1::CreateResourceRequest request;
  request.set_request_id(NextRequest());
  request.set_title("会议室");
  request.set_category("room");
  request.set_area_code(area);
  request.set_capacity(20);
  return request;
}

v1::Need ListsTest::AcceptedNeed() {
  const v1::Need created = Ok(CreateNeed(requester_, kCommunity));
  return Ok(Review(coordinator_, created.need_id(), v1::NEED_VERDICT_ACCEPT));
}

events::Delivery ListsTest::TaskEvent(const std::string& need_id, const std::string& task_id,
                                      dispatch::v1::TaskState state, uint64_t version) {
  events::Delivery delivery;
  delivery.service = "dispatch";
  auto* changed = delivery.event.mutable_task_changed();
  changed->mutable_task()->set_task_id(task_id);
  changed->mutable_task()->set_need_id(need_id);
  changed->mutable_task()->set_state(state);
  changed->mutable_task()->set_version(version);
  return delivery;
}

absl::Status ListsTest::TellTask(const std::string& need_id, const std::string& task_id,
                                 dispatch::v1::TaskState state, uint64_t version) {
  const events::Delivery delivery = TaskEvent(need_id, task_id, state, version);
  return testing::Run(loop_, replicas_[0]->follower.OnEvent(delivery));
}

absl::Status ListsTest::TellTask(const dispatch::v1::Task& task, const std::string& actor) {
  events::Delivery delivery;
  delivery.service = "dispatch";
  delivery.event.set_actor_id(actor);
  *delivery.event.mutable_task_changed()->mutable_task() = task;
  return testing::Run(loop_, replicas_[0]->follower.OnEvent(delivery));
}

absl::StatusOr<v1::Need> ListsTest::Cancel(const std::string& token, const std::string& id,
                                           const std::string& request_id, int replica) {
  v1::CancelNeedRequest request;
  request.set_request_id(request_id);
  request.set_need_id(id);
  request.set_reason("女儿回来了");
  return Call<v1::NeedService>(&Needs::CancelNeed, token, request, replica);
}

absl::Status ListsTest::Resume(const std::string& need_id, int replica) {
  return testing::Run(loop_, replicas_[replica]->publications.Resume(need_id));
}

v1::NeedRecord ListsTest::Record(const std::string& need_id) {
  return Ok(replicas_[0]->records.Load(kNeed, need_id)).record;
}

void ListsTest::SetFaults(const store::FaultHook& faults) {
  for (auto& store : stores_) static_cast<store::MemoryStore&>(*store).SetFaults(faults);
}

store::FaultHook ListsTest::AnyFault(std::mt19937& random) {
  return [&random](std::string_view method, std::string_view) {
    store::Fault fault;
    if (method != "Apply" && method != "Get") return fault;
    const auto dice = random() % 10;
    fault.fail_before = dice == 0;
    fault.fail_after = dice == 1 && method == "Apply";
    fault.conflict = dice == 2 && method == "Apply";
    fault.yield = dice == 3;
    return fault;
  };
}

}  // namespace baodao::lists
