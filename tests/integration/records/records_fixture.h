// records as a whole: events through a real Redis into a real database, asked over gRPC.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <map>
#include <vector>

#include "baodao/records/v1/archive.grpc.pb.h"
#include "baodao/records/v1/history.grpc.pb.h"
#include "common/clock/timestamp.h"
#include "common/events/detail/streams.h"
#include "common/events/group_consumer.h"
#include "common/events/readers.h"
#include "common/ids/ids.h"
#include "common/paging/page_token.h"
#include "common/rpc/client.h"
#include "common/store/redis_store.h"
#include "common/testing/areas.h"
#include "common/testing/matchers.h"
#include "common/testing/rpc_server.h"
#include "common/testing/rpc_tokens.h"
#include "common/testing/store_fixture.h"
#include "services/records/app/horizon.h"
#include "services/records/app/sight.h"
#include "services/records/rpc/archive.h"
#include "services/records/rpc/history.h"
#include "services/records/rpc/search.h"
#include "services/records/store/claim.h"
#include "services/records/workers/alignment.h"
#include "services/records/workers/ingest.h"
#include "tests/integration/records/database_fixture.h"

namespace baodao::records {

using Histories = rpc::AsyncOf<v1::HistoryService>;

inline constexpr int kShards = 4;
inline constexpr char kHere[] = "310110009001";
inline constexpr char kThere[] = "310110012001";
inline constexpr char kClosed[] = "310110012002";  // kThere took its place

inline Task<absl::StatusOr<std::vector<areas::Area>>> SomeAreas() {
  using namespace registration::v1;  // NOLINT
  std::vector<areas::Area> all;
  all.push_back(testing::AreaOf("310110", "", AREA_LEVEL_DISTRICT));
  all.push_back(testing::AreaOf("310110009", "310110", AREA_LEVEL_SUBDISTRICT));
  all.push_back(
      testing::AreaOf(kHere, "310110009", AREA_LEVEL_COMMUNITY, std::string("区域") + kHere));
  all.push_back(testing::AreaOf("310110012", "310110", AREA_LEVEL_SUBDISTRICT));
  all.push_back(testing::AreaOf(kThere, "310110012", AREA_LEVEL_COMMUNITY));
  all.push_back(testing::AreaOf(kClosed, "310110012", AREA_LEVEL_COMMUNITY, "原区域"));
  all.back().set_successor_code(kThere);
  co_return all;
}

class RecordsTest : public DatabaseTest {
 protected:
  RecordsTest() {
    for (const std::string& service : services_) {
      stores_[service] =
          Get(store::RedisStore::Open(loop_, *client_, store::Keys(service, kShards)));
    }
    testing::Run(loop_, areas_.Load());
    handlers_.Register(&router_);
    archive_.Register(&router_);
    search_.Register(&router_);
    rpc::ServerOptions options = testing::TestServerOptions(tokens_, registry_);
    options.access = sight_.Policy();
    server_ = std::make_unique<testing::RpcServer>(loop_, router_, options);
  }
  ~RecordsTest() override {
    StopIngest();
    StopAlignment();
    testing::Run(loop_, server_->server().Drain(Millis(1000)));
    stores_.clear();
    testing::Run(loop_, client_->Close());
  }

  std::unique_ptr<redis::Client> ConnectToEmpty() {
    testing::SharedRedis().Do({"FLUSHALL"});
    return Get(redis::Connect(loop_, testing::SharedRedis().config()));
  }
  template <class T>
  T Get(Task<absl::StatusOr<T>> task) {
    absl::StatusOr<T> result = testing::Run(loop_, std::move(task));
    if (!result.ok()) throw std::runtime_error(result.status().ToString());
    return *std::move(result);
  }

  void StartIngest() {
    ASSERT_THAT(testing::Run(loop_, alignment_.Align()), testing::IsOk());
    consumers_.push_back(events::NewBatchConsumer(loop_, *client_, SystemClock(), Options(),
                                                  [this](std::vector<events::Delivery> batch) {
                                                    return ingest_.OnEvents(std::move(batch));
                                                  }));
    ++running_;
    asio::co_spawn(loop_, consumers_.back()->Run(), [this](std::exception_ptr) { --running_; });
  }
  void StopIngest() {
    for (const auto& consumer : consumers_) consumer->Stop();
    EXPECT_TRUE(Await([this] { return running_ == 0; }));
    consumers_.clear();
  }
  static events::GroupOptions Options() {
    events::GroupOptions options;
    options.group = "records";
    options.services = events::ServicesReadBy("records");
    options.shards = kShards;
    options.heartbeat = Millis(50);
    options.claim_idle = Millis(400);
    options.save_every = Millis(20);
    options.retry_max = Millis(20);
    return options;
  }
  // As a service that runs keeps aligning.
  void StartAlignment() {
    aligning_ = true;
    asio::co_spawn(loop_, alignment_.Run(),
                   asio::bind_cancellation_slot(cancel_.slot(),
                                                [this](std::exception_ptr) { aligning_ = false; }));
  }
  void StopAlignment() {
    cancel_.emit(asio::cancellation_type::all);
    EXPECT_TRUE(Await([this] { return !aligning_; }));
  }
  bool Await(const std::function<bool()>& done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) return false;
      loop_.restart();
      loop_.run_for(std::chrono::milliseconds(2));
    }
    return true;
  }
  // Until everything that has happened is in the archive.
  void AwaitAll() {
    const Time now = SystemClock().Now();
    EXPECT_TRUE(Await([&] {
      EXPECT_THAT(testing::Run(loop_, horizon_.Look()), testing::IsOk());
      return horizon_.as_of() >= now;
    }));
  }

  void Emit(const std::string& service, int shard, const events::v1::Event& event) {
    store::Commit commit(shard);
    commit.Emit(event.SerializeAsString());
    Get(stores_.at(service)->Apply(std::move(commit)));
  }
  // The task is published in an area, taken and served by the person, and credited.
  void Serve(const std::string& task_id, const std::string& area, int64_t minutes) {
    const Time start = SystemClock().Now() - std::chrono::hours(10 - number_);
    events::v1::Event published;
    dispatch::v1::Task& task = *published.mutable_task_changed()->mutable_task();
    task.set_task_id(task_id);
    task.set_title("楼道清理");
    task.set_category("cleaning");
    task.set_area_code(area);
    *task.mutable_window()->mutable_start() = ToTimestamp(start);
    *task.mutable_window()->mutable_end() = ToTimestamp(start + std::chrono::hours(1));
    Emit("dispatch", 1, published);
    events::v1::Event taken;
    events::v1::AssignmentChanged& change = *taken.mutable_assignment_changed();
    change.mutable_assignment()->set_task_id(task_id);
    change.mutable_assignment()->set_person_id(person_);
    change.mutable_assignment()->set_state(dispatch::v1::ASSIGNMENT_STATE_CREDITED);
    change.mutable_task()->set_title("楼道清理");
    change.mutable_task()->set_area_code(area);
    *change.mutable_task()->mutable_start_time() = ToTimestamp(start);
    *change.mutable_task()->mutable_end_time() = ToTimestamp(start + std::chrono::hours(1));
    Emit("dispatch", 1, taken);
    events::v1::Event credited;
    dispatch::v1::LedgerEntry& entry = *credited.mutable_hours_credited()->mutable_entry();
    entry.set_person_id(person_);
    entry.set_sequence(static_cast<uint64_t>(++number_));
    entry.set_task_id(task_id);
    entry.set_minutes(minutes);
    *entry.mutable_time() = ToTimestamp(SystemClock().Now());
    Emit("dispatch", 2, credited);
  }

  // The person raises a need, which is cancelled.
  void Raise(const std::string& need_id, const std::string& area) {
    events::v1::Event event;
    lists::v1::Need& need = *event.mutable_need_changed()->mutable_need();
    need.set_need_id(need_id);
    need.set_title("陪诊");
    need.set_category("escort");
    need.set_area_code(area);
    need.set_requester_id(person_);
    need.set_state(lists::v1::NEED_STATE_CANCELLED);
    const Time now = SystemClock().Now();
    *need.mutable_window()->mutable_start() = ToTimestamp(now);
    *need.mutable_window()->mutable_end() = ToTimestamp(now + std::chrono::hours(1));
    *need.mutable_create_time() = ToTimestamp(now - std::chrono::days(40) + Millis(++number_));
    Emit("lists", 1, event);
  }

  absl::StatusOr<v1::ListHistoryResponse> List(const std::string& token,
                                               v1::ListHistoryRequest request = {}) {
    request.set_person_id(person_);
    rpc::Client<v1::HistoryService> client(server_->channel());
    return testing::Run(loop_,
                        client.Call(&Histories::ListHistory, rpc::CallOptions::As(token), request));
  }
  absl::StatusOr<v1::ListNeedHistoryResponse> Needs(const std::string& token,
                                                    v1::ListNeedHistoryRequest request = {}) {
    request.set_person_id(person_);
    rpc::Client<v1::HistoryService> client(server_->channel());
    return testing::Run(
        loop_, client.Call(&Histories::ListNeedHistory, rpc::CallOptions::As(token), request));
  }
  absl::StatusOr<v1::GetStatementResponse> Statement(const std::string& token,
                                                     v1::GetStatementRequest request = {}) {
    request.set_person_id(person_);
    if (!request.has_period()) {
      const Time now = SystemClock().Now();
      *request.mutable_period()->mutable_start() = ToTimestamp(now - std::chrono::days(365));
      *request.mutable_period()->mutable_end() = ToTimestamp(now + std::chrono::days(1));
    }
    rpc::Client<v1::HistoryService> client(server_->channel());
    return testing::Run(
        loop_, client.Call(&Histories::GetStatement, rpc::CallOptions::As(token), request));
  }
  static std::vector<std::string> TasksOf(const v1::ListHistoryResponse& response) {
    std::vector<std::string> tasks;
    for (const v1::HistoryItem& item : response.items()) tasks.push_back(item.task_id());
    return tasks;
  }

  // As the group keeps it.
  std::string Cursor(int shard) {
    const std::string key = events::detail::CursorsKey("dispatch", shard);
    const redis::Reply reply = testing::SharedRedis().Do({"HGET", key, "records"});
    return reply.text.substr(0, reply.text.find('|'));
  }
  static std::string LastId(int shard) {
    const std::string key = events::detail::EventsKey("dispatch", shard);
    const redis::Reply reply =
        testing::SharedRedis().Do({"XREVRANGE", key, "+", "-", "COUNT", "1"});
    return reply.items.at(0).items[0].text;
  }
  int64_t Events() {
    return Number("SELECT CAST(COALESCE(SUM(events), 0) AS BIGINT) FROM positions");
  }

  const std::vector<std::string> services_ = events::ServicesReadBy("records");
  const std::string person_ = ids::New("per", 2);
  testing::Tokens tokens_;
  const std::string own_ = tokens_.Person(person_);
  std::unique_ptr<redis::Client> client_ = ConnectToEmpty();
  std::map<std::string, std::unique_ptr<store::RedisStore>> stores_;
  metrics::Registry registry_;
  RecordsMetrics metrics_{registry_};
  areas::AreaTreeFeed areas_{SomeAreas, SystemClock()};
  crypto::KeyRing ring_ = crypto::KeyRing::Generate();
  Ingest ingest_{*database_, metrics_};
  Alignment alignment_{
      *database_, *client_, SystemClock(), metrics_, {"records", services_, kShards}};
  std::vector<std::unique_ptr<events::GroupConsumer>> consumers_;
  int running_ = 0;
  asio::cancellation_signal cancel_;
  bool aligning_ = false;
  int number_ = 0;
  Horizon horizon_{*database_, *client_, SystemClock(), metrics_, {"records", services_, kShards}};
  Sight sight_{*database_, areas_, metrics_};
  HistoryHandlers handlers_{*database_, horizon_, sight_, areas_, ring_, SystemClock(), metrics_};
  ArchiveHandlers archive_{*database_, horizon_, ring_, SystemClock(), metrics_};
  SearchHandlers search_{*database_, horizon_, areas_, ring_, SystemClock(), metrics_};
  rpc::Router router_;
  std::unique_ptr<testing::RpcServer> server_;
};

}  // namespace baodao::records
