#include "tests/integration/inbox/world.h"

namespace baodao::inbox {

Task<absl::StatusOr<std::vector<areas::Area>>> InboxTest::ReadAreas() {
  using namespace registration::v1;  // NOLINT
  ++areas_read_;
  if (registration_is_down_) co_return Refuse(Reason::PEER_UNAVAILABLE);
  std::vector<areas::Area> all;
  all.push_back(testing::AreaOf("310110", "", AREA_LEVEL_DISTRICT, "杨浦区"));
  all.push_back(testing::AreaOf("310110009", "310110", AREA_LEVEL_SUBDISTRICT, "四平路街道"));
  all.push_back(testing::AreaOf(kCommunity, "310110009", AREA_LEVEL_COMMUNITY, "同济新村"));
  all.insert(all.end(), imported_.begin(), imported_.end());
  co_return all;
}

Replica::Replica(asio::io_context& loop, store::Store& store, Clock& clock,
                 areas::AreaSource source, UnitSource units, NearbySource nearby_tasks,
                 People& people)
    : areas(std::move(source), clock),
      inbox(store, kKeep),
      channels(store, ring),
      handlers(inbox, hub, areas, ring, clock),
      channel_handlers(channels, inbox, clock),
      records(
          store, clock, ring, [this] { return areas.tree(); }, metrics),
      announcements(records, people, clock),
      announcement_handlers(records, announcements, inbox, clock),
      liaisons(std::move(units), clock),
      nearby(std::move(nearby_tasks), clock),
      deliverer(inbox, channels, liaisons, nearby, areas, clock) {
  testing::Run(loop, areas.Load());
  records.Add(kAnnouncement);
  handlers.Register(&router);
  announcement_handlers.Register(&router);
  channel_handlers.Register(&router);
}

InboxTest::InboxTest() : ServiceFixture(GetParam(), "inbox", kShards) {
  for (int i = 0; i < 2; ++i) {
    UnitSource units = [this](rpc::CallOptions options, std::string unit_id) {
      return GetUnit(std::move(options), std::move(unit_id));
    };
    NearbySource nearby = [this](rpc::CallOptions options,
                                 dispatch::v1::GetNearbyTasksRequest request) {
      return GetNearby(std::move(options), std::move(request));
    };
    areas::AreaSource source = [this] { return ReadAreas(); };
    replicas_.push_back(std::make_unique<Replica>(loop_, OpenStore(), clock_, source,
                                                  std::move(units), std::move(nearby), people_));
    Replica& replica = *replicas_.back();
    Serve(replica.router, replica.metrics, replica.records.Access());
    WakeOn(replica);
  }
}

void InboxTest::TearDown() {
  StopServing();
  for (auto& replica : replicas_) {
    if (replica->tail) replica->tail->Stop();
  }
  EXPECT_TRUE(Await([this] { return tails_running_ == 0; }));
  ServiceFixture::TearDown();
}

// As main.cc does it; the memory double has no streams to tail, but tells of appends.
void InboxTest::WakeOn(Replica& replica) {
  if (GetParam() == Backend::kMemory) {
    data_.OnAppend([&replica](const std::string& key) {
      if (key.ends_with("inbox:events")) replica.hub.WakeAll();
    });
    return;
  }
  events::TailOptions options;
  options.services = {"inbox"};
  options.shards = kShards;
  replica.tail = events::NewTail(
      loop_, client(), SystemClock(), options,
      [&replica](const events::Delivery& delivery) -> Task<absl::Status> {
        replica.hub.Wake(delivery.event.notification_added().owner_id());
        co_return absl::OkStatus();
      },
      [](std::string, int) -> Task<void> { co_return; });
  if (!testing::Run(loop_, replica.tail->Prepare()).ok()) throw std::runtime_error("no tail");
  ++tails_running_;
  asio::co_spawn(loop_, replica.tail->Run(), [this](std::exception_ptr) { --tails_running_; });
}

Task<absl::StatusOr<registration::v1::Unit>> InboxTest::GetUnit(rpc::CallOptions options,
                                                                std::string unit_id) {
  ++units_asked_;
  trace_asked_ = options.parent->trace_id();
  if (registration_is_down_) co_return Refuse(Reason::PEER_UNAVAILABLE);
  const auto found = unit_liaisons_.find(unit_id);
  if (found == unit_liaisons_.end()) co_return NotFound("unit", unit_id);
  registration::v1::Unit unit;
  unit.set_unit_id(unit_id);
  unit.add_liaison_ids(found->second);
  co_return unit;
}

Task<absl::StatusOr<dispatch::v1::NearbyTasks>> InboxTest::GetNearby(
    rpc::CallOptions options, dispatch::v1::GetNearbyTasksRequest request) {
  EXPECT_TRUE(options.timeout.has_value());
  near_asked_.push_back(request.person_id());
  if (dispatch_is_down_) co_return Refuse(Reason::PEER_UNAVAILABLE);
  const auto found = near_.find(request.person_id());
  if (found == near_.end()) co_return NotFound("person", request.person_id());
  co_return found->second;
}

absl::StatusOr<v1::ListNotificationsResponse> InboxTest::List(int page_size, int replica,
                                                              const std::string& language) {
  v1::ListNotificationsRequest request;
  request.set_person_id(reader_id_);
  request.set_page_size(page_size);
  return Call(&Inbox::ListNotifications, reader_, request, replica, language);
}

absl::StatusOr<v1::MarkReadResponse> InboxTest::MarkRead(const std::string& cursor, int replica) {
  v1::MarkReadRequest request;
  request.set_request_id(NextRequest());
  request.set_person_id(reader_id_);
  request.set_cursor(cursor);
  return Call(&Inbox::MarkRead, reader_, request, replica);
}

events::Delivery InboxTest::Hours(int number, const std::string& unit) {
  events::Delivery delivery;
  delivery.service = "dispatch";
  delivery.shard = 3;
  delivery.id = "1748736000000-" + std::to_string(number);
  delivery.event.set_actor_id("dispatch");
  *delivery.event.mutable_time() = ToTimestamp(clock_.Now());
  auto* credited = delivery.event.mutable_hours_credited();
  credited->mutable_entry()->set_person_id(reader_id_);
  credited->mutable_entry()->set_task_id("tsk_" + std::to_string(number));
  credited->mutable_entry()->set_minutes(60);
  credited->set_task_title("陪诊");
  credited->set_unit_id(unit);
  return delivery;
}

events::Delivery InboxTest::Accepted(int number, dispatch::v1::AssignmentState state, Time start) {
  events::Delivery delivery;
  delivery.service = "dispatch";
  delivery.shard = 3;
  delivery.id = "1748736000001-" + std::to_string(number);
  delivery.event.set_actor_id(reader_id_);
  *delivery.event.mutable_time() = ToTimestamp(clock_.Now());
  auto* changed = delivery.event.mutable_assignment_changed();
  changed->mutable_assignment()->set_task_id("tsk_1");
  changed->mutable_assignment()->set_person_id(reader_id_);
  changed->mutable_assignment()->set_state(state);
  changed->mutable_task()->set_title("陪诊");
  changed->mutable_task()->set_area_code(kCommunity);
  *changed->mutable_task()->mutable_start_time() = ToTimestamp(start);
  return delivery;
}

}  // namespace baodao::inbox
