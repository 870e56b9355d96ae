// An empty archive, in SQLite or in PostgreSQL.
#pragma once

#include <gtest/gtest.h>

#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

#include "common/testing/loop.h"
#include "common/testing/postgres_server.h"
#include "common/testing/temp_dir.h"
#include "services/records/store/archive.h"
#include "services/records/store/database.h"
#include "services/records/store/migrations.h"

namespace baodao::records {

inline testing::PostgresServer& SharedPostgres() {
  static testing::PostgresServer server;
  return server;
}

inline std::string DialectName(const ::testing::TestParamInfo<Dialect>& info) {
  return info.param == Dialect::kSqlite ? "Sqlite" : "Postgres";
}

class DatabaseTest : public ::testing::TestWithParam<Dialect> {
 protected:
  DatabaseTest()
      : target_(GetParam() == Dialect::kSqlite ? dir_.File("records.db")
                                               : SharedPostgres().NewDatabase()) {
    Open();
  }

  void Open() {
    database_ = std::make_unique<Database>(loop_, target_);
    Do<int64_t>(
        [](Connection& connection) { return Migrate(connection, Migrations(), Time(Millis(1))); });
  }

  // On the writer.
  template <class T>
  absl::StatusOr<T> Try(Database::Work<T> work) {
    return testing::Run(loop_, database_->Write(std::move(work)));
  }
  template <class T>
  T Do(Database::Work<T> work) {
    absl::StatusOr<T> result = Try<T>(std::move(work));
    if (!result.ok()) throw std::runtime_error(result.status().ToString());
    return *std::move(result);
  }
  int64_t Number(const std::string& select) {
    return Do<int64_t>([select](Connection& connection) -> absl::StatusOr<int64_t> {
      int64_t number = 0;
      connection.sql() << select, soci::into(number);
      return number;
    });
  }
  std::string Text(const std::string& select) {
    return Do<std::string>([select](Connection& connection) -> absl::StatusOr<std::string> {
      std::string text;
      connection.sql() << select, soci::into(text);
      return text;
    });
  }

  // SQLite's plans for what `ask` asks, a line for each question, a semicolon after each step.
  std::string PlansOf(const std::function<void(Connection&)>& ask) {
    return Do<std::string>([&](Connection& connection) -> absl::StatusOr<std::string> {
      std::ostringstream asked;
      connection.sql().set_log_stream(&asked);
      ask(connection);
      connection.sql().set_log_stream(nullptr);
      std::istringstream lines(asked.str());
      std::string plans;
      for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("SELECT") && !line.starts_with("WITH")) continue;
        std::string step;
        int64_t id = 0, parent = 0, unused = 0;
        soci::statement explain =
            (connection.sql().prepare << "EXPLAIN QUERY PLAN " + line, soci::into(id),
             soci::into(parent), soci::into(unused), soci::into(step));
        explain.execute();
        while (explain.fetch()) plans += step + ";";
        plans += "\n";
      }
      return plans;
    });
  }

  static inline const StreamName kStream{"dispatch", 3};

  void Ensure(const StreamName& stream = kStream, int64_t complete_since_ms = 0) {
    Do<bool>([stream, complete_since_ms](Connection& connection) -> absl::StatusOr<bool> {
      EnsurePositions(connection, {{stream, complete_since_ms}});
      return true;
    });
  }
  // How many came in.
  int64_t Put(std::vector<Entry> entries) {
    Batch batch{kStream, std::move(entries), {}};
    return Do<int64_t>([batch](Connection& connection) { return Write(connection, batch); });
  }

  testing::TempDir dir_;
  std::string target_;
  asio::io_context loop_;
  std::unique_ptr<Database> database_;
};

}  // namespace baodao::records
