// The archive, from outside: the whole loop is in it, once, whatever is killed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "common/async/for_each.h"
#include "common/events/readers.h"
#include "services/records/store/archive.h"
#include "tests/ctl.h"
#include "tests/e2e/archive_rows.h"
#include "tests/e2e/town.h"

namespace baodao::testing {
namespace {

using dispatch::v1::ASSIGNMENT_STATE_ACCEPTED;
using dispatch::v1::ASSIGNMENT_STATE_CREDITED;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RecordsTest : public ::testing::Test {
 protected:
  static Town::Options Small() {
    Town::Options options;
    options.people = 60;
    options.communities = 2;
    options.units = 4;
    options.needs = 12;
    options.lead = std::chrono::seconds(12);
    // The demo's tasks start within seconds.
    options.deployment.environment["BAODAO_MATCHING_MATCH_OFFER_UNTIL"] = "1s";
    return options;
  }

  demo::World& world() { return *town_.world; }
  Deployment& deployment() { return town_.deployment; }

  Task<records::v1::ListHistoryResponse> History(const demo::Actor& person, std::string token) {
    records::v1::ListHistoryRequest request;
    request.set_person_id(person.person_id);
    request.set_page_size(200);
    co_return co_await demo::Must(world().backend.histories, &client::Histories::ListHistory,
                                  std::move(token), request);
  }
  Task<records::v1::GetStatementResponse> Statement(const demo::Actor& person) {
    records::v1::GetStatementRequest request;
    request.set_person_id(person.person_id);
    request.set_page_size(200);
    const Time now = SystemClock().Now();
    *request.mutable_period()->mutable_start() = ToTimestamp(now - std::chrono::days(1));
    *request.mutable_period()->mutable_end() = ToTimestamp(now + std::chrono::days(30));
    co_return co_await demo::Must(world().backend.histories, &client::Histories::GetStatement,
                                  person.token, request);
  }
  Task<int64_t> Balance(const demo::Actor& person) {
    dispatch::v1::GetBalanceRequest request;
    request.set_person_id(person.person_id);
    const auto balance = co_await demo::Must(world().backend.ledger, &client::Ledger::GetBalance,
                                             person.token, request);
    co_return balance.minutes();
  }

  static std::string KeyOf(const records::StreamName& stream, const std::string& kind) {
    return (stream.shard < 10 ? "{0" : "{") + std::to_string(stream.shard) + "}" + stream.service +
           ":" + kind;
  }
  // As if nothing that it noted in Redis had come there: everything comes again.
  void ForgetCursors() {
    for (const records::Position& position : Positions()) {
      deployment().redis().Do({"HDEL", KeyOf(position.stream, "cursors"), "records"});
    }
  }

  std::vector<records::Position> Positions() {
    records::Connection connection(deployment().records_file());
    return *records::ReadPositions(connection);
  }
  // Every event that was ever written is counted in the archive once.
  void ExpectEveryEventOnce() {
    size_t streams = 0;
    for (const records::Position& position : Positions()) {
      const std::string key = KeyOf(position.stream, "events");
      const redis::Reply info = deployment().redis().Do({"XINFO", "STREAM", key});
      int64_t entries = 0;
      for (size_t i = 0; i + 1 < info.items.size(); i += 2) {
        if (info.items[i].text == "entries-added") entries = info.items[i + 1].integer;
      }
      EXPECT_EQ(position.events, entries) << key;
      EXPECT_EQ(position.complete_since_ms, 0) << key;
      ++streams;
    }
    EXPECT_EQ(streams, 16 * events::ServicesReadBy("records").size());
  }

  // An entry of which only the reason is another, so that all sums are right.
  void ExpectCheckFindsAChangedEntry() {
    std::string person;
    {
      records::Connection connection(deployment().records_file());
      connection.sql() << "SELECT person_id FROM ledger LIMIT 1", soci::into(person);
      connection.sql() << "UPDATE ledger SET reason = reason || 'x' WHERE person_id = :person AND "
                          "sequence = 1",
          soci::use(person);
    }
    const ctl::Outcome changed = Check();
    EXPECT_EQ(changed.code, ctl::kRefused);
    EXPECT_THAT(changed.out, ContainsRegex(person + " +- +entry 1 is changed"));
    EXPECT_THAT(changed.err, HasSubstr("the hours of 0 people, the ledgers of 1"));
    records::Connection connection(deployment().records_file());
    connection.sql() << "UPDATE ledger SET reason = substr(reason, 1, length(reason) - 1) WHERE "
                        "person_id = :person AND sequence = 1",
        soci::use(person);
  }
  // The differences of owners and archive are named, and nothing else.
  void ExpectCheckFindsWhatDiffers() {
    const ctl::Outcome same = Check();
    EXPECT_EQ(same.code, ctl::kOk) << same.out << same.err;
    EXPECT_THAT(same.out, ContainsRegex("tasks CLOSED|tasks EVALUATED|tasks SERVED"));
    std::string task, person;
    {
      records::Connection connection(deployment().records_file());
      connection.sql() << "SELECT task_id FROM tasks WHERE state <> 1 LIMIT 1", soci::into(task);
      connection.sql() << "SELECT person_id FROM ledger LIMIT 1", soci::into(person);
      connection.sql() << "UPDATE tasks SET state = 1 WHERE task_id = :task", soci::use(task);
      connection.sql() << "DELETE FROM ledger WHERE person_id = :person", soci::use(person);
    }
    const ctl::Outcome other = Check();
    EXPECT_EQ(other.code, ctl::kRefused);
    EXPECT_THAT(other.out, ContainsRegex(task + " +[A-Z_]+ +OPEN"));
    EXPECT_THAT(other.out, ContainsRegex(person + " +[0-9]+ min in [0-9]+ +-"));
    EXPECT_THAT(other.err, HasSubstr("the archive differs: 1 tasks, the hours of 1 people"));
  }
  ctl::Outcome Ctl(const std::string& command) {
    return ctl::OutcomeOf({"--port-base", std::to_string(deployment().port_base()), "--keys",
                           deployment().keys_dir(), "records", command});
  }
  ctl::Outcome Check() { return Ctl("check"); }

  std::vector<std::string> Rows() { return ArchiveRows::OfState(deployment().records_file()); }
  // As if the disk were lost a week later: the trimmer leaves the last event.
  void LoseTheDatabase() {
    deployment().Kill("records");
    for (const char* suffix : {"", "-wal", "-shm"}) {
      std::filesystem::remove(deployment().records_file() + suffix);
    }
    for (const std::string& service : events::ServicesReadBy("records")) {
      for (int64_t shard = 0; shard < 16; ++shard) {
        deployment().redis().Do({"XTRIM", KeyOf({service, shard}, "events"), "MAXLEN", "1"});
      }
    }
    deployment().Start("records");
  }

  Town town_{Small()};
};

TEST_F(RecordsTest, TheWholeLoopIsInTheHistory) {
  town_.Run(demo::RaiseNeeds(world()));
  town_.Run(demo::StaffTasks(world()));
  town_.Run(demo::Serve(world()));
  town_.Run(town_.AwaitRecords());
  int64_t credited = 0;
  for (const demo::Actor& person : world().people) {
    const auto history = town_.Run(History(person, person.token));
    const auto statement = town_.Run(Statement(person));
    const int64_t balance = town_.Run(Balance(person));
    EXPECT_EQ(statement.total().automatic_minutes() + statement.total().manual_minutes(), balance);
    EXPECT_EQ(history.items_size(), history.total_size());
    int64_t minutes = 0;
    for (const records::v1::HistoryItem& item : history.items()) {
      EXPECT_FALSE(item.title().empty() || item.category().empty() || item.area_name().empty())
          << item.DebugString();
      if (item.state() == ASSIGNMENT_STATE_CREDITED) {
        ++credited;
        EXPECT_TRUE(item.has_sign_in_time() && item.has_sign_out_time());
      }
      minutes += item.minutes();
    }
    EXPECT_EQ(minutes, balance);
    // All of a community's people serve there.
    const demo::Community& community = world().communities[person.community];
    const auto seen = town_.Run(History(person, community.coordinator.token));
    EXPECT_EQ(seen.total_size(), history.total_size());
  }
  EXPECT_GT(credited, 5);
  ExpectEveryEventOnce();
  ExpectCheckFindsAChangedEntry();
  ExpectCheckFindsWhatDiffers();
}

// Rows come from the owners again, as events had made them.
TEST_F(RecordsTest, ALostDatabaseIsRebuiltFromTheOwners) {
  town_.Run(demo::RaiseNeeds(world()));
  town_.Run(demo::StaffTasks(world()));
  town_.Run(demo::Serve(world()));
  town_.Run(town_.AwaitRecords());
  const std::vector<std::string> before = Rows();
  LoseTheDatabase();
  EXPECT_EQ(Check().code, ctl::kRefused);
  const ctl::Outcome rebuilt = Ctl("rebuild");
  EXPECT_EQ(rebuilt.code, ctl::kOk) << rebuilt.err;
  EXPECT_THAT(rebuilt.out, ContainsRegex("entries +[1-9]"));
  EXPECT_THAT(ArchiveRows::Differing(before, Rows()), IsEmpty());
  EXPECT_EQ(Check().code, ctl::kOk);
  EXPECT_EQ(Ctl("rebuild").code, ctl::kOk);
  EXPECT_THAT(ArchiveRows::Differing(before, Rows()), IsEmpty()) << "again";
  // Later events come as usual.
  town_.Run(town_.Publish(0, 2, std::chrono::hours(24)));
  town_.Run(town_.AwaitRecords());
  EXPECT_EQ(Check().code, ctl::kOk);
}

// Everybody claims task after task while records is killed, and its SQLite with it.
TEST_F(RecordsTest, KilledWhileItWritesItHasEveryEventOnce) {
  constexpr int kTasks = 12;
  constexpr int kKills = 5;
  std::vector<std::string> tasks;
  for (int i = 0; i < kTasks; ++i) {
    const auto start = std::chrono::hours(24 * 2 * (i + 1));
    tasks.push_back(town_.Run(town_.Publish(static_cast<size_t>(i % 2), 40, start)).task_id());
  }
  std::function<Task<void>(size_t)> claim = [&](size_t i) -> Task<void> {
    const demo::Actor& person = world().people[i % world().people.size()];
    const size_t task = i / world().people.size();
    if (person.community != task % 2) co_return;
    dispatch::v1::ClaimTaskRequest request;
    request.set_request_id(world().RequestId());
    request.set_task_id(tasks[task]);
    co_await demo::Must(world().backend.assignments, &client::Assignments::ClaimTask, person.token,
                        request);
  };
  const size_t all = kTasks * world().people.size();
  for (int kill = 0; kill < kKills; ++kill) {
    const size_t from = all * static_cast<size_t>(kill) / kKills;
    const size_t to = all * static_cast<size_t>(kill + 1) / kKills;
    // Others claim on while it is killed.
    std::function<Task<void>(size_t)> part = [&, from, kill](size_t i) -> Task<void> {
      if (i == (to - from) / 2) {
        deployment().Kill("records");
        if (kill % 2 == 0) ForgetCursors();
      }
      co_await claim(from + i);
    };
    town_.Run(ForEach(to - from, 16, part));
    deployment().Start("records");
  }
  town_.Run(town_.AwaitRecords());
  int64_t accepted = 0;
  for (const demo::Actor& person : world().people) {
    const auto history = town_.Run(History(person, person.token));
    for (const records::v1::HistoryItem& item : history.items()) {
      accepted += item.state() == ASSIGNMENT_STATE_ACCEPTED;
    }
  }
  EXPECT_EQ(accepted, static_cast<int64_t>(all / 2));
  ExpectEveryEventOnce();
}

// Names, phones and addresses are sealed in Redis, and not at all in SQL.
TEST_F(RecordsTest, NothingPrivateIsInTheDatabase) {
  town_.Run(town_.Publish(0, 2, std::chrono::hours(24)));
  town_.Run(town_.AwaitRecords());
  std::string bytes;
  for (const char* suffix : {"", "-wal"}) {
    std::ifstream file(deployment().records_file() + suffix, std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(file), {});
  }
  EXPECT_THAT(bytes, HasSubstr("楼道清理"));
  for (const char* secret : {"王秀英", "13800001234", "平凉路1号"}) {
    EXPECT_EQ(bytes.find(secret), bytes.npos) << secret;
  }
  const std::string log = deployment().Log("records");
  for (const demo::Actor& person : world().people) {
    for (const std::string& secret : {person.phone, person.name}) {
      ASSERT_FALSE(secret.empty());
      EXPECT_EQ(bytes.find(secret), bytes.npos) << secret;
      EXPECT_EQ(log.find(secret), log.npos) << secret;
    }
  }
}

// It does not touch what it cannot understand.
TEST(RecordsStartTest, ANewerDatabaseIsRefusedInOneLine) {
  Deployment deployment;
  deployment.process("records").End(SIGTERM);
  {
    records::Connection connection(deployment.records_file());
    connection.sql() << "INSERT INTO migrations (number, name, time_ms) VALUES (99, 'later', 0)";
  }
  EXPECT_THROW(deployment.Start("records"), std::runtime_error);
  EXPECT_THAT(deployment.Log("records"), HasSubstr("the database of records has schema 99"));
}

}  // namespace
}  // namespace baodao::testing
