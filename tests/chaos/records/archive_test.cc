// kill -9 of records, Redis and PostgreSQL while people do all kinds of things: the archive has
// what its owners have, and whatever it is made from again, it is the same.
#include "services/records/store/archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <optional>
#include <random>
#include <thread>

#include "common/events/readers.h"
#include "common/testing/postgres_server.h"
#include "tests/chaos/records/bustle.h"
#include "tests/ctl.h"
#include "tests/e2e/archive_rows.h"

namespace baodao::testing {
namespace {

using records::Dialect;
using ::testing::IsEmpty;

class ArchiveCrashTest : public ::testing::TestWithParam<Dialect> {
 protected:
  ArchiveCrashTest() {
    Town::Options options;
    options.people = 30;
    options.units = 2;
    if (GetParam() == Dialect::kPostgres) {
      postgres_.emplace();
      database_ = postgres_->NewDatabase();
      options.deployment.environment["BAODAO_RECORDS_DATABASE"] = database_;
    }
    town_.emplace(options);
    if (database_.empty()) database_ = deployment().records_file();
  }

  Deployment& deployment() { return town_->deployment; }

  // Twice each, in any order, at any moment.
  void KillAll(std::mt19937& random) {
    const auto pause = [&random](int most_ms) {
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % most_ms));
    };
    std::vector<std::string> all = {"records", "redis", "records", "redis"};
    if (postgres_) all.insert(all.end(), {"postgres", "postgres"});
    std::shuffle(all.begin(), all.end(), random);
    for (const std::string& one : all) {
      pause(1'000);
      if (one == "records") {
        deployment().Kill(one);
        pause(500);
        deployment().Start(one);
      } else if (one == "redis") {
        deployment().redis().Kill();
        pause(500);
        deployment().redis().Restart();
      } else {
        postgres_->Kill();
        pause(500);
        postgres_->Restart();
      }
    }
  }

  std::vector<std::string> Positions() {
    records::Connection connection(database_);
    std::vector<std::string> ids;
    for (const records::Position& at : *records::ReadPositions(connection)) {
      ids.push_back(at.id.Text());
    }
    return ids;
  }
  // Until everything is in, and nothing begins by itself any more.
  void Settle() {
    std::vector<std::string> before;
    do {
      before = Positions();
      std::this_thread::sleep_for(std::chrono::seconds(1));
      town_->Run(town_->AwaitRecords());
    } while (Positions() != before);
  }

  // records begins anew with nothing.
  void Empty() {
    deployment().Kill("records");
    if (postgres_) {
      records::Connection connection(database_);
      connection.sql() << "DROP SCHEMA public CASCADE";
      connection.sql() << "CREATE SCHEMA public";
    } else {
      for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(database_ + suffix);
    }
    // It would wait 15 seconds for the one that was killed.
    deployment().redis().Do({"DEL", "{00}records:database"});
    deployment().Start("records");
  }
  // As the trimmer does a while later: the last event stays.
  void Trim() {
    for (const std::string& service : events::ServicesReadBy("records")) {
      for (int shard = 0; shard < 16; ++shard) {
        const std::string tag = (shard < 10 ? "{0" : "{") + std::to_string(shard) + "}";
        deployment().redis().Do({"XTRIM", tag + service + ":events", "MAXLEN", "1"});
      }
    }
  }
  ctl::Outcome Ctl(const std::string& command) {
    return ctl::OutcomeOf({"--port-base", std::to_string(deployment().port_base()), "--keys",
                           deployment().keys_dir(), "records", command});
  }
  void ExpectCheckFindsNothing() {
    const ctl::Outcome check = Ctl("check");
    EXPECT_EQ(check.code, ctl::kOk) << check.out << check.err;
  }

  std::optional<PostgresServer> postgres_;
  std::string database_;
  std::optional<Town> town_;
};

TEST_P(ArchiveCrashTest, TheArchiveIsTheSameWhateverIsKilledAndHoweverItIsMade) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  Bustle bustle(*town_, seed);
  auto load = std::async(std::launch::async, [&] { town_->Run(bustle.Run()); });
  KillAll(random);
  bustle.Stop();
  load.get();
  town_->Run(bustle.Finish());
  Settle();
  ExpectCheckFindsNothing();
  const std::vector<std::string> events = ArchiveRows::OfEvents(database_);
  const std::vector<std::string> state = ArchiveRows::OfState(database_);
  EXPECT_GT(
      std::ranges::count_if(state, [](const auto& row) { return row.starts_with("ledger|"); }), 0);

  Empty();
  Settle();
  EXPECT_THAT(ArchiveRows::Differing(events, ArchiveRows::OfEvents(database_)), IsEmpty())
      << "all events once more";

  Trim();
  Empty();
  const ctl::Outcome rebuilt = Ctl("rebuild");
  EXPECT_EQ(rebuilt.code, ctl::kOk) << rebuilt.err;
  Settle();
  ExpectCheckFindsNothing();
  EXPECT_THAT(ArchiveRows::Differing(state, ArchiveRows::OfState(database_)), IsEmpty())
      << "from the owners";
}

INSTANTIATE_TEST_SUITE_P(All, ArchiveCrashTest,
                         ::testing::Values(Dialect::kSqlite, Dialect::kPostgres),
                         [](const auto& info) {
                           return info.param == Dialect::kSqlite ? "Sqlite" : "Postgres";
                         });

}  // namespace
}  // namespace baodao::testing
