// The answers of records, and who gets them.
#include <gmock/gmock.h>

#include "tests/integration/records/records_fixture.h"

namespace baodao::records {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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

TEST_P(RecordsTest, WhatAPersonHasRaisedIsListedWhereItWas) {
  StartIngest();
  Raise("ned_1", kHere);
  Raise("ned_2", kThere);
  Raise("ned_3", kHere);
  AwaitAll();
  v1::ListNeedHistoryRequest request;
  request.set_page_size(2);
  auto page = Needs(own_, request);
  ASSERT_THAT(page, testing::IsOk());
  EXPECT_EQ(page->total_size(), 3);
  ASSERT_EQ(page->items_size(), 2);
  EXPECT_EQ(page->items(0).need_id(), "ned_3");
  EXPECT_EQ(page->items(0).title(), "陪诊");
  EXPECT_EQ(page->items(0).area_name(), std::string("区域") + kHere);
  EXPECT_EQ(page->items(0).state(), lists::v1::NEED_STATE_CANCELLED);
  request.set_page_token(page->next_page_token());
  page = Needs(own_, request);
  ASSERT_THAT(page, testing::IsOk());
  ASSERT_EQ(page->items_size(), 1);
  EXPECT_EQ(page->items(0).need_id(), "ned_1");
  EXPECT_EQ(page->next_page_token(), "");
  const auto coordinator =
      Needs(tokens_.Coordinator("per_01J00000000000000000000098", "310110012"));
  ASSERT_THAT(coordinator, testing::IsOk());
  ASSERT_EQ(coordinator->items_size(), 1) << "of their area alone";
  EXPECT_EQ(coordinator->items(0).need_id(), "ned_2");
}

TEST_P(RecordsTest, NobodyElseSeesAnything) {
  StartIngest();
  Serve("tsk_1", kHere, 60);
  Raise("ned_1", kHere);
  AwaitAll();
  const std::string elsewhere = tokens_.Coordinator("per_01J00000000000000000000098", "310110012");
  const std::string stranger = tokens_.Person("per_01J00000000000000000000097");
  for (const std::string& token : {elsewhere, stranger}) {
    EXPECT_THAT(List(token), testing::IsRefusal(Reason::PERMISSION_DENIED));
    EXPECT_THAT(Needs(token), testing::IsRefusal(Reason::PERMISSION_DENIED));
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
  for (const int size : {3, 2}) {
    const auto page = testing::Run(
        loop_,
        client.Call(&rpc::AsyncOf<v1::ArchiveService>::ListArchivedTasks, as(service), tasks));
    ASSERT_THAT(page, testing::IsOk());
    ASSERT_EQ(page->tasks_size(), size);
    for (const v1::ArchivedTask& task : page->tasks()) ids.push_back(task.task_id());
    tasks.set_page_token(page->next_page_token());
  }
  EXPECT_EQ(tasks.page_token(), "");
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

// The answer about somebody of whom nothing has happened yet.
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

INSTANTIATE_TEST_SUITE_P(OverGrpc, RecordsTest,
                         ::testing::Values(Dialect::kSqlite, Dialect::kPostgres), DialectName);

}  // namespace
}  // namespace baodao::records
