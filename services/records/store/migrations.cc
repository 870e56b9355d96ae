#include "services/records/store/migrations.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>

#include <optional>

#include "common/log/log.h"

namespace baodao::records {
namespace {

// Locks out whoever else migrates this database, until the transaction ends. SQLite's writer is
// alone anyway.
void LockSchema(Connection& connection) {
  if (connection.dialect() == Dialect::kPostgres) {
    connection.sql() << "SELECT pg_advisory_xact_lock(71067106)";
    // A migration of a large table takes its time.
    connection.sql() << "SET LOCAL statement_timeout = 0";
  }
}

int64_t VersionOf(Connection& connection) {
  int64_t version = 0;
  connection.sql() << "SELECT COALESCE(MAX(number), 0) FROM migrations", soci::into(version);
  return version;
}

void CreateTable(Connection& connection) {
  connection.Begin();
  LockSchema(connection);
  connection.sql() << "CREATE TABLE IF NOT EXISTS migrations (number BIGINT NOT NULL PRIMARY KEY, "
                      "name TEXT NOT NULL, time_ms BIGINT NOT NULL)";
  connection.Commit();
}

// The next one that is missing; false when there is none.
bool ApplyNext(Connection& connection, const std::vector<Migration>& migrations, Time now) {
  connection.Begin();
  LockSchema(connection);
  const int64_t version = VersionOf(connection);
  const bool missing = version < static_cast<int64_t>(migrations.size());
  if (missing) {
    const Migration& migration = migrations[static_cast<size_t>(version)];
    for (const std::string& statement : StatementsOf(migration.text, connection.dialect())) {
      connection.sql() << statement;
    }
    const int64_t number = version + 1;
    const std::string name(migration.name);
    const int64_t time_ms = now.time_since_epoch().count();
    connection.sql() << "INSERT INTO migrations (number, name, time_ms) VALUES (:n, :name, :time)",
        soci::use(number, "n"), soci::use(name, "name"), soci::use(time_ms, "time");
    log::Info("records.migrated", {{"migration", name}});
  }
  connection.Commit();
  return missing;
}

}  // namespace

const std::vector<Migration>& Migrations() {
  static const std::vector<Migration> all = {
#include "services/records/store/migrations.inc"
  };
  return all;
}

std::vector<std::string> StatementsOf(std::string_view text, Dialect dialect) {
  std::vector<std::string> statements;
  std::string statement;
  std::optional<Dialect> only;  // that the next statement is for
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::string bare(absl::StripAsciiWhitespace(absl::string_view(line.data(), line.size())));
    if (bare == "-- sqlite:") only = Dialect::kSqlite;
    if (bare == "-- postgres:") only = Dialect::kPostgres;
    if (bare.empty() || bare.starts_with("--")) continue;
    if (!statement.empty()) statement += '\n';
    statement += line;
    if (!bare.ends_with(';')) continue;
    statement.erase(statement.rfind(';'));
    if (only.value_or(dialect) == dialect) statements.push_back(std::move(statement));
    statement.clear();
    only.reset();
  }
  if (!statement.empty()) statements.push_back(std::move(statement));
  return statements;
}

absl::StatusOr<int64_t> Migrate(Connection& connection, const std::vector<Migration>& migrations,
                                Time now) {
  CreateTable(connection);
  while (ApplyNext(connection, migrations, now)) {
  }
  // After that: a newer program may migrate at the same time.
  const int64_t version = VersionOf(connection);
  const auto known = static_cast<int64_t>(migrations.size());
  if (version == known) return version;
  return absl::FailedPreconditionError(absl::StrCat("the database of records has schema ", version,
                                                    ", this program knows ", known,
                                                    ": start a newer one"));
}

}  // namespace baodao::records
