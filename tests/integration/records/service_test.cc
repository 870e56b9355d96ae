// records as a whole: events through a real Redis into a real database, asked over gRPC.
#include <gmock/gmock.h>

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
#include "common/testing/matchers.h"
#include "common/testing/redis_server.h"
#include "common/testing/rpc_server.h"
#include "common/testing/rpc_tokens.h"
#include "services/records/app/horizon.h"
#include "services/records/app/sight.h"
#include "services/records/rpc/archive.h"
#include "services/records/rpc/history.h"
#include "services/records/store/claim.h"
#include "services/records/workers/alignment.h"
#include "services/records/workers/ingest.h"
#include "tests/integration/records/database_fixture.h"

namespace baodao::records {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Histories = rpc::AsyncOf<v1::HistoryService>;

constexpr int kShards = 4;
constexpr char kHere[] = "310110009001";
constexpr char kThere[] = "310110012001";

areas::Area AreaOf(const std::string& code, const std::string& parent, areas::AreaLevel level) {
  areas::Area area;
  area.set_code(code);
  area.set_name("区域" + code);
  area.set_parent_code(parent);
  area.set_level(level);
  return area;
}

Task<absl::StatusOr<std::vector<areas::Area>>> SomeAreas() {
  using namespace registration::v1;  // NOLINT
  std::vector<areas::Area> all;
  all.push_back(AreaOf("310110", "", AREA_LEVEL_DISTRICT));
  all.push_back(AreaOf("310110009", "310110", AREA_LEVEL_SUBDISTRICT));
  all.push_back(AreaOf(kHere, "310110009", AREA_LEVEL_COMMUNITY));
  all.push_back(AreaOf("310110012", "310110", AREA_LEVEL_SUBDISTRICT));
  all.push_back(AreaOf(kThere, "310110012", AREA_LEVEL_COMMUNITY));
  co_return all;
}

testing::RedisServer& SharedRedis() {
  static testing::RedisServer server;
  return server;
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
    SharedRedis().Do({"FLUSHALL"});
    return Get(redis::Connect(loop_, SharedRedis().config()));
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

  absl::StatusOr<v1::ListHistoryResponse> List(const std::string& token,
                                               v1::ListHistoryRequest request = {}) {
    request.set_person_id(person_);
    rpc::Client<v1::HistoryService> client(server_->channel());
    return testing::Run(loop_,
                        client.Call(&Histories::ListHistory, rpc::CallOptions::As(token), request));
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
    const redis::Reply reply = SharedRedis().Do({"HGET", key, "records"});
    return reply.text.substr(0, reply.text.find('|'));
  }
  static std::string LastId(int shard) {
    const std::string key = events::detail::EventsKey("dispatch", shard);
    const redis::Reply reply = SharedRedis().Do({"XREVRANGE", key, "+", "-", "COUNT", "1"});
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
  Horizon horizon_{*database_, *client_, SystemClock(), metrics_, services_, kShards};
  Sight sight_{*database_, areas_, metrics_};
  HistoryHandlers handlers_{*database_, horizon_, sight_, areas_, ring_, SystemClock(), metrics_};
  ArchiveHandlers archive_{*database_, horizon_, metrics_};
  rpc::Router router_;
  std::unique_ptr<testing::RpcServer> server_;
};

TEST_P(RecordsTest, WhatHappenedIsInTheHistoryAndTheStatement) {
  StartIngest();
  Serve("tsk_1", kHere, 60);
  Serve("tsk_2", kThere, 30);
  const Time before = SystemClock().Now();
  AwaitAll();
  const auto list = List(own_);
  ASSERT_THAT(list, testing::IsOk());
  EXPECT_THAT(TasksOf(*list), ElementsAre("tsk_2", "tsk_1"));
  EXPECT_EQ(list->total_size(), 2);
  EXPECT_GE(ToTime(list->as_of()), before);
  const v1::HistoryItem& item = list->items(1);
  EXPECT_EQ(item.title(), "楼道清理");
  EXPECT_EQ(item.category(), "cleaning");
  EXPECT_EQ(item.area_name(), std::string("区域") + kHere);
  EXPECT_EQ(item.state(), dispatch::v1::ASSIGNMENT_STATE_CREDITED);
  EXPECT_EQ(item.minutes(), 60);
  EXPECT_EQ(ToTime(item.window().end()) - ToTime(item.window().start()), std::chrono::hours(1));
  const auto statement = Statement(own_);
  ASSERT_THAT(statement, testing::IsOk());
  EXPECT_EQ(statement->total().automatic_minutes(), 90);
  EXPECT_EQ(statement->total().manual_minutes(), 0);
  ASSERT_EQ(statement->areas_size(), 2);
  EXPECT_EQ(statement->areas(0).key(), kHere);
  EXPECT_EQ(statement->areas(0).name(), std::string("区域") + kHere);
  EXPECT_EQ(statement->areas(0).automatic_minutes(), 60);
  EXPECT_EQ(statement->total_size(), 2);
  EXPECT_EQ(statement->entries(0).task_id(), "tsk_1");
}

TEST_P(RecordsTest, CoordinatorsSeeWhatHappenedInTheirAreas) {
  StartIngest();
  Serve("tsk_1", kHere, 60);
  Serve("tsk_2", kThere, 30);
  AwaitAll();
  const auto of = [this](const std::string& area) {
    return tokens_.Coordinator("per_01J00000000000000000000098", area);
  };
  EXPECT_THAT(TasksOf(*List(of("310110009"))), ElementsAre("tsk_1"));
  EXPECT_EQ(List(of("310110009"))->total_size(), 1);
  EXPECT_EQ(Statement(of("310110009"))->total().automatic_minutes(), 60);
  EXPECT_EQ(Statement(of("310110009"))->entries_size(), 1);
  EXPECT_THAT(TasksOf(*List(of("310110"))), ElementsAre("tsk_2", "tsk_1"));
  v1::ListHistoryRequest there;
  there.set_area_code("310110012");
  EXPECT_THAT(TasksOf(*List(of("310110"), there)), ElementsAre("tsk_2"));
  EXPECT_THAT(TasksOf(*List(of("310110009"), there)), IsEmpty());
  EXPECT_THAT(TasksOf(*List(own_, there)), ElementsAre("tsk_2"));
  EXPECT_THAT(TasksOf(*List(tokens_.Operator())), ElementsAre("tsk_2", "tsk_1"));
  EXPECT_THAT(TasksOf(*List(tokens_.Service("lists"))), ElementsAre("tsk_2", "tsk_1"));
}

TEST_P(RecordsTest, NobodyElseSeesAnything) {
  StartIngest();
  Serve("tsk_1", kHere, 60);
  AwaitAll();
  const std::string elsewhere = tokens_.Coordinator("per_01J00000000000000000000098", "310110012");
  const std::string stranger = tokens_.Person("per_01J00000000000000000000097");
  for (const std::string& token : {elsewhere, stranger}) {
    EXPECT_THAT(List(token), testing::IsRefusal(Reason::PERMISSION_DENIED));
    EXPECT_THAT(Statement(token), testing::IsRefusal(Reason::PERMISSION_DENIED));
  }
}

// For whoever compares it with the owners.
TEST_P(RecordsTest, TheWholeArchiveIsReadInPages) {
  StartIngest();
  const std::string prefix = "tsk_01J0000000000000000000000";
  for (int i = 1; i <= 5; ++i) Serve(prefix + std::to_string(i), kHere, 10);
  AwaitAll();
  rpc::Client<v1::ArchiveService> client(server_->channel());
  const auto as = [](const std::string& token) { return rpc::CallOptions::As(token); };
  const std::string service = tokens_.Service("lists");
  v1::ListArchivedTasksRequest tasks;
  tasks.set_page_size(3);
  std::vector<std::string> ids;
  for (const int size : {3, 2, 0}) {
    const auto page = testing::Run(
        loop_,
        client.Call(&rpc::AsyncOf<v1::ArchiveService>::ListArchivedTasks, as(service), tasks));
    ASSERT_THAT(page, testing::IsOk());
    ASSERT_EQ(page->tasks_size(), size);
    for (const v1::ArchivedTask& task : page->tasks()) ids.push_back(task.task_id());
    tasks.set_after_task_id(ids.back());
  }
  EXPECT_THAT(ids,
              ElementsAre(prefix + "1", prefix + "2", prefix + "3", prefix + "4", prefix + "5"));
  const v1::ListArchivedBalancesRequest balances;
  const auto of_all = testing::Run(
      loop_,
      client.Call(&rpc::AsyncOf<v1::ArchiveService>::ListArchivedBalances, as(service), balances));
  ASSERT_THAT(of_all, testing::IsOk());
  ASSERT_EQ(of_all->balances_size(), 1);
  EXPECT_EQ(of_all->balances(0).person_id(), person_);
  EXPECT_EQ(of_all->balances(0).minutes(), 50);
  EXPECT_EQ(of_all->balances(0).entries(), 5);
  const auto refused =
      testing::Run(loop_, client.Call(&rpc::AsyncOf<v1::ArchiveService>::ListArchivedBalances,
                                      as(tokens_.Operator()), balances));
  EXPECT_THAT(refused, testing::IsRefusal(Reason::PERMISSION_DENIED));
}

struct Account final : rpc::Charger {
  void Charge(const rpc::CallContext&, double calls) override { charged += calls; }
  double charged = 0;
};

// A page costs what is counted and added up for it.
TEST_P(RecordsTest, WhoHasALongPastPaysForReadingIt) {
  Ensure();
  std::vector<Entry> entries;
  for (int i = 1; i <= 600; ++i) {
    const StreamId id{i, 0};
    Entry entry{id, false, {}};
    entry.rows.ledger = LedgerRow(id);
    entry.rows.ledger->person_id = person_;
    entry.rows.ledger->sequence = i;
    entry.rows.ledger->time_ms = SystemClock().Now().time_since_epoch().count();
    entries.push_back(entry);
  }
  Put(entries);
  Account account;
  auto state = std::make_shared<rpc::CallContext::State>();
  state->caller = std::make_shared<auth::Principal>(auth::Principal::Person(person_, {}));
  state->charger = &account;
  v1::GetStatementRequest request;
  request.set_person_id(person_);
  const Time now = SystemClock().Now();
  *request.mutable_period()->mutable_start() = ToTimestamp(now - std::chrono::days(1));
  *request.mutable_period()->mutable_end() = ToTimestamp(now + std::chrono::days(1));
  const auto answer = testing::Run(loop_, handlers_.GetStatement(rpc::CallContext(state), request));
  ASSERT_THAT(answer, testing::IsOk());
  EXPECT_EQ(account.charged, paging::CallsOwed(600, 20));
  EXPECT_GT(account.charged, 1);
}

// The look at the database may hang: who waits for news of it hears how old the last is.
TEST_P(RecordsTest, TheLagGrowsWhileNobodyCanLook) {
  StartIngest();
  AwaitAll();
  asio::cancellation_signal cancel;
  bool measuring = true;
  asio::co_spawn(
      loop_, horizon_.Measure(),
      asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr) { measuring = false; }));
  EXPECT_TRUE(Await([&] { return metrics_.lag_seconds->Value() > 1.5; }));
  cancel.emit(asio::cancellation_type::all);
  EXPECT_TRUE(Await([&] { return !measuring; }));
}

// Of somebody of whom nothing has happened yet.
TEST_P(RecordsTest, ANewPersonsHistoryIsEmpty) {
  ASSERT_THAT(List(own_), testing::IsOk());
  EXPECT_EQ(List(own_)->total_size(), 0);
  EXPECT_EQ(Statement(own_)->months_size(), 0);
}

TEST_P(RecordsTest, PagesGoOnWithTheTokenOfTheSameQuestion) {
  StartIngest();
  for (int i = 1; i <= 5; ++i) Serve("tsk_" + std::to_string(i), kHere, 10);
  AwaitAll();
  v1::ListHistoryRequest request;
  request.set_page_size(2);
  std::vector<std::string> all;
  do {
    const auto page = List(own_, request);
    ASSERT_THAT(page, testing::IsOk());
    EXPECT_EQ(page->total_size(), 5);
    for (const std::string& task : TasksOf(*page)) all.push_back(task);
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(all, ElementsAre("tsk_5", "tsk_4", "tsk_3", "tsk_2", "tsk_1"));
  request.set_page_token(List(own_, request)->next_page_token());
  request.set_category("escort");
  EXPECT_THAT(List(own_, request), testing::IsRefusal(Reason::PAGE_TOKEN_INVALID));
  v1::GetStatementRequest statement;
  statement.set_page_size(3);
  const Time now = SystemClock().Now();
  *statement.mutable_period()->mutable_start() = ToTimestamp(now - std::chrono::days(1));
  *statement.mutable_period()->mutable_end() = ToTimestamp(now);
  const auto first = Statement(own_, statement);
  ASSERT_THAT(first, testing::IsOk());
  EXPECT_EQ(first->entries_size(), 3);
  statement.set_page_token(first->next_page_token());
  const auto second = Statement(own_, statement);
  ASSERT_THAT(second, testing::IsOk());
  EXPECT_EQ(second->entries_size(), 2);
  EXPECT_EQ(second->total().automatic_minutes(), 50);
}

TEST_P(RecordsTest, QuestionsThatMakeNoSenseAreRefused) {
  v1::ListHistoryRequest request;
  request.set_area_code("999999");
  EXPECT_THAT(List(own_, request), testing::IsRefusal(Reason::AREA_UNKNOWN));
  const Time now = SystemClock().Now();
  v1::GetStatementRequest statement;
  *statement.mutable_period()->mutable_start() = ToTimestamp(now);
  *statement.mutable_period()->mutable_end() = ToTimestamp(now);
  EXPECT_THAT(Statement(own_, statement), testing::IsRefusal(Reason::INVALID_ARGUMENT_FIELDS));
  *statement.mutable_period()->mutable_end() = ToTimestamp(now + std::chrono::days(3'661));
  EXPECT_THAT(Statement(own_, statement), testing::IsRefusal(Reason::INVALID_ARGUMENT_FIELDS));
}

// The database is the truth about what is in it: an older copy gets again what came after it.
TEST_P(RecordsTest, AnOlderDatabaseCatchesUp) {
  StartIngest();
  Serve("tsk_1", kHere, 60);
  AwaitAll();
  const int64_t events = Events();
  EXPECT_TRUE(Await([&] { return Cursor(2) != "0-0"; }));
  StopIngest();
  Do<bool>([](Connection& connection) -> absl::StatusOr<bool> {
    for (const char* table : {"ledger", "assignments", "tasks"}) {
      connection.sql() << std::string("DELETE FROM ") + table;
    }
    connection.sql() << "UPDATE positions SET stream_id = '0-0', events = 0";
    return true;
  });
  StartIngest();
  AwaitAll();
  EXPECT_EQ(Events(), events);
  EXPECT_EQ(Statement(own_)->total().automatic_minutes(), 60);
  EXPECT_EQ(Number("SELECT CAST(SUM(complete_since_ms) AS BIGINT) FROM positions"), 0);
  EXPECT_FALSE(Statement(own_)->has_complete_since());
  const auto lag =
      Get(events::ReadGroupLag(*client_, SystemClock(), "records", services_, kShards));
  EXPECT_EQ(lag.unread, 0);
  EXPECT_EQ(lag.dead_letters, 0);
}

// What was trimmed before it came here is said, not passed over.
TEST_P(RecordsTest, AStreamThatLacksItsBeginningIsNoted) {
  for (int i = 0; i < 3; ++i) Serve("tsk_" + std::to_string(i), kHere, 60);
  const std::string key = events::detail::EventsKey("dispatch", 2);
  SharedRedis().Do({"XTRIM", key, "MAXLEN", "1"});
  StartIngest();
  AwaitAll();
  const std::string incomplete = "SELECT COUNT(*) FROM positions WHERE complete_since_ms > 0";
  EXPECT_EQ(Number(incomplete), 1);
  EXPECT_EQ(Text("SELECT service FROM positions WHERE complete_since_ms > 0"), "dispatch");
  EXPECT_THAT(registry_.Text(), HasSubstr("baodao_records_incomplete_streams 1"));
  const int64_t first =
      events::detail::MsOf(SharedRedis().Do({"XRANGE", key, "-", "+"}).items.at(0).items[0].text);
  EXPECT_EQ(ToTime(List(own_)->complete_since()), Time(Millis(first)));
  EXPECT_EQ(ToTime(Statement(own_)->complete_since()), Time(Millis(first)));
  StopIngest();
  StartIngest();
  EXPECT_EQ(Number(incomplete), 1);
}

// What cannot be read is set aside; the others of its batch come in.
TEST_P(RecordsTest, AnEventThatIsNoneHoldsBackNoOther) {
  Serve("tsk_1", kHere, 60);
  store::Commit commit(2);
  commit.Emit("\xff\xff");
  Get(stores_.at("dispatch")->Apply(std::move(commit)));
  Serve("tsk_2", kHere, 30);
  StartIngest();
  AwaitAll();
  EXPECT_EQ(Statement(own_)->total().automatic_minutes(), 90);
  const auto lag =
      Get(events::ReadGroupLag(*client_, SystemClock(), "records", services_, kShards));
  EXPECT_EQ(lag.dead_letters, 1);
}

// It is passed like any other, so that nobody takes what is behind it for missing.
TEST_P(RecordsTest, ADeadLetterAtTheEndHoldsBackNothing) {
  StartIngest();
  Serve("tsk_1", kHere, 60);
  store::Commit commit(2);
  commit.Emit("\xff\xff");
  Get(stores_.at("dispatch")->Apply(std::move(commit)));
  AwaitAll();
  EXPECT_TRUE(Await([&] { return Cursor(2) == LastId(2); }));
  EXPECT_EQ(Text("SELECT stream_id FROM positions WHERE service = 'dispatch' AND shard = 2"),
            LastId(2));
  const std::string key = events::detail::EventsKey("dispatch", 2);
  SharedRedis().Do({"XTRIM", key, "MAXLEN", "0"});
  StopIngest();
  StartIngest();
  EXPECT_EQ(Number("SELECT COUNT(*) FROM positions WHERE complete_since_ms > 0"), 0);
  EXPECT_TRUE(Await([&] { return consumers_[0]->stats().shards == kShards; }));
  const auto lag =
      Get(events::ReadGroupLag(*client_, SystemClock(), "records", services_, kShards));
  EXPECT_EQ(lag.dead_letters, 1) << "not once more";
}

// Nothing is acknowledged that is not on disk, and nothing is lost or given up meanwhile.
TEST_P(RecordsTest, AnOutageOfTheDatabaseIsWaitedOut) {
  StartIngest();
  Serve("tsk_1", kHere, 60);
  AwaitAll();
  const bool postgres = GetParam() == Dialect::kPostgres;
  if (postgres) {
    SharedPostgres().Kill();
  } else {
    // What the writer has open is read-only, until it opens another connection.
    Do<bool>([](Connection& connection) -> absl::StatusOr<bool> {
      connection.sql() << "PRAGMA query_only = 1";
      return true;
    });
  }
  for (int i = 2; i <= 5; ++i) Serve("tsk_" + std::to_string(i), kHere, 30);
  EXPECT_TRUE(Await([&] { return metrics_.write_failures->Value() >= (postgres ? 3 : 1); }));
  if (postgres) {
    EXPECT_EQ(List(own_).status().code(), absl::StatusCode::kUnavailable);
    EXPECT_GE(metrics_.read_failures->Value(), 1);
    SharedPostgres().Restart();
  }
  EXPECT_TRUE(Await([&] {
    const auto statement = Statement(own_);
    return statement.ok() && statement->total().automatic_minutes() == 60 + 4 * 30;
  }));
  AwaitAll();
  const auto lag =
      Get(events::ReadGroupLag(*client_, SystemClock(), "records", services_, kShards));
  EXPECT_EQ(lag.dead_letters, 0);
}

// An older copy was put in its place, or a standby without the latest took over. Whether or not
// anything comes meanwhile.
TEST_P(RecordsTest, ADatabaseThatGoesBackWhileItRunsGetsAgainWhatItLost) {
  StartIngest();
  StartAlignment();
  Serve("tsk_1", kHere, 60);
  AwaitAll();
  for (const bool at_rest : {true, false}) {
    const int64_t events = Events();
    EXPECT_TRUE(Await([&] { return Cursor(1) == LastId(1) && Cursor(2) == LastId(2); }));
    Do<bool>([](Connection& connection) -> absl::StatusOr<bool> {
      for (const char* table : {"ledger", "assignments", "tasks"}) {
        connection.sql() << std::string("DELETE FROM ") + table;
      }
      connection.sql() << "UPDATE positions SET stream_id = '0-0', events = 0";
      return true;
    });
    if (!at_rest) Serve("tsk_2", kHere, 30);
    EXPECT_TRUE(Await([&] { return Events() == events + (at_rest ? 0 : 3); }));
    AwaitAll();
    EXPECT_EQ(Statement(own_)->total().automatic_minutes(), at_rest ? 60 : 90);
    EXPECT_EQ(List(own_)->total_size(), at_rest ? 1 : 2);
  }
  const auto lag =
      Get(events::ReadGroupLag(*client_, SystemClock(), "records", services_, kShards));
  EXPECT_EQ(lag.dead_letters, 0);
  EXPECT_EQ(Number("SELECT COUNT(*) FROM positions WHERE complete_since_ms > 0"), 0);
}

// Redis was restored from an older copy: its next events have lower ids than what the archive has.
TEST_P(RecordsTest, AStreamThatLostItsEndIsFollowedFromThere) {
  StartIngest();
  Serve("tsk_1", kHere, 60);
  AwaitAll();
  Do<bool>([](Connection& connection) -> absl::StatusOr<bool> {
    connection.sql() << "UPDATE positions SET stream_id = '99999999999999-0' WHERE shard = 2";
    return true;
  });
  for (const std::string& service : services_) {
    const std::string key = events::detail::CursorsKey(service, 2);
    SharedRedis().Do({"HSET", key, "records", "99999999999999-0|7|9"});
  }
  StopIngest();
  StartIngest();
  EXPECT_EQ(metrics_.positions_reset->Value(), 3) << "one of each service";
  EXPECT_EQ(Text("SELECT stream_id FROM positions WHERE service = 'dispatch' AND shard = 2"),
            LastId(2));
  Serve("tsk_2", kHere, 30);
  AwaitAll();
  EXPECT_EQ(Statement(own_)->total().automatic_minutes(), 90);
}

// A newcomer that starts beside them, too.
TEST_P(RecordsTest, TwoReplicasWriteEverythingOnce) {
  StartIngest();
  StartIngest();
  for (int i = 1; i <= 30; ++i) {
    Serve("tsk_" + std::to_string(i), kHere, 10);
    if (i == 15) StartIngest();
  }
  AwaitAll();
  EXPECT_EQ(Events(), 90);
  EXPECT_EQ(Statement(own_)->total().automatic_minutes(), 300);
  EXPECT_TRUE(Await([&] {
    return std::ranges::all_of(consumers_, [](const auto& one) { return one->stats().shards > 0; });
  }));
  const auto lag =
      Get(events::ReadGroupLag(*client_, SystemClock(), "records", services_, kShards));
  EXPECT_EQ(lag.dead_letters, 0);
}

// Two files of SQLite: each would hold a part of what happened.
TEST_P(RecordsTest, AReplicaWithAnotherDatabaseIsRefused) {
  ASSERT_THAT(testing::Run(loop_, alignment_.Align()), testing::IsOk());
  ASSERT_THAT(testing::Run(loop_, alignment_.Align()), testing::IsOk()) << "itself";
  EXPECT_EQ(testing::Run(loop_, ClaimDatabase(*client_, "another")).code(),
            absl::StatusCode::kFailedPrecondition);
  SharedRedis().Do({"DEL", "{00}records:database"});
  ASSERT_THAT(testing::Run(loop_, ClaimDatabase(*client_, "another")), testing::IsOk());
  StartAlignment();
  EXPECT_TRUE(Await([this] { return !aligning_; })) << "its process ends";
}

// Strangers are refused without a look, and people read their own without one more.
TEST_P(RecordsTest, OnlyCoordinatorsHaveTheirAreasLookedUp) {
  EXPECT_THAT(List(tokens_.Person("per_01J00000000000000000000097")),
              testing::IsRefusal(Reason::PERMISSION_DENIED));
  EXPECT_THAT(List(own_), testing::IsOk());
  EXPECT_THAT(registry_.Text(), HasSubstr("baodao_records_query_seconds_count{query=\"areas\"} 0"));
  EXPECT_THAT(List(tokens_.Coordinator("per_01J00000000000000000000098", "310110012")),
              testing::IsRefusal(Reason::PERMISSION_DENIED));
  EXPECT_THAT(registry_.Text(), HasSubstr("baodao_records_query_seconds_count{query=\"areas\"} 1"));
}

INSTANTIATE_TEST_SUITE_P(All, RecordsTest, ::testing::Values(Dialect::kSqlite, Dialect::kPostgres),
                         DialectName);

}  // namespace
}  // namespace baodao::records
