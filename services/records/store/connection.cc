#include "services/records/store/connection.h"

#include <absl/strings/str_cat.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "common/log/log.h"
#include "services/records/store/positions.h"
#include "services/records/store/upserts.h"

namespace baodao::records {
namespace {

// Primary result codes of SQLite: too big, constraint, mismatch.
constexpr int kTooBig = 18, kConstraint = 19, kMismatch = 20;

// How long a connection of SQLite waits for others; and for readers, to empty its log.
constexpr int kWaitSeconds = 10;
constexpr int kWaitForReadersSeconds = 1;
// From 4 MB on SQLite itself takes over the content of the log.
constexpr uint64_t kLargeLog = 16 * uint64_t{1'048'576};

// Time limits for a server that cannot be reached, or is no longer there.
constexpr std::pair<const char*, const char*> kTimeouts[] = {{"connect_timeout", "5"},
                                                             {"keepalives_idle", "10"},
                                                             {"keepalives_interval", "5"},
                                                             {"keepalives_count", "3"},
                                                             {"tcp_user_timeout", "15000"}};

soci::connection_parameters ParametersOf(const std::string& target) {
  if (DialectOf(target) == Dialect::kPostgres) {
    return soci::connection_parameters(*soci::factory_postgresql(), WithTimeouts(target));
  }
  return soci::connection_parameters(
      *soci::factory_sqlite3(), absl::StrCat("timeout=", kWaitSeconds, " db=\"", target, "\""));
}

void WaitForOthers(soci::session& sql, int seconds) {
  sql << absl::StrCat("PRAGMA busy_timeout = ", 1'000 * seconds);
}

}  // namespace

Dialect DialectOf(std::string_view target) {
  const bool postgres = target.starts_with("postgresql://") || target.starts_with("postgres://");
  return postgres ? Dialect::kPostgres : Dialect::kSqlite;
}

std::string WithTimeouts(std::string url) {
  const bool has_options = url.find('?') != url.npos;
  char sign = has_options ? '&' : '?';
  for (const auto& [name, value] : kTimeouts) {
    if (url.find(absl::StrCat(name, "=")) != url.npos) continue;
    url += absl::StrCat(std::string(1, std::exchange(sign, '&')), name, "=", value);
  }
  return url;
}

Connection::Connection(const std::string& target)
    : dialect_(DialectOf(target)),
      log_file_(target + "-wal"),
      log_limit_(kLargeLog),
      sql_(ParametersOf(target)) {
  if (dialect_ == Dialect::kPostgres) {
    // A commit is on disk before the events are acknowledged.
    sql_ << "SET synchronous_commit = on";
    // A statement that hangs holds up a thread and, while it writes, the others.
    sql_ << "SET statement_timeout = '30s'";
    sql_ << "SET lock_timeout = '10s'";
    sql_ << "SET client_min_messages = 'warning'";
    // To compile a report's statements takes longer than to run them.
    sql_ << "SET jit = off";
    return;
  }
  std::string mode;
  sql_ << "PRAGMA journal_mode = WAL", soci::into(mode);
  sql_ << "PRAGMA synchronous = FULL";
  sql_ << "PRAGMA foreign_keys = ON";
  sql_ << absl::StrCat("PRAGMA journal_size_limit = ", kLargeLog);
}

Connection::~Connection() = default;

StreamPositions& Connection::positions() {
  if (!positions_) positions_ = std::make_unique<StreamPositions>(sql_);
  return *positions_;
}

Upserts& Connection::upserts() {
  if (!upserts_) upserts_ = std::make_unique<Upserts>(sql_, dialect_);
  return *upserts_;
}

void Connection::Begin() { sql_ << (dialect_ == Dialect::kSqlite ? "BEGIN IMMEDIATE" : "BEGIN"); }

void Connection::BeginRead() {
  sql_ << (dialect_ == Dialect::kSqlite ? "BEGIN"
                                        : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

void Connection::Commit() { sql_ << "COMMIT"; }

void Connection::Rollback() { sql_ << "ROLLBACK"; }

void Connection::BoundLog() {
  if (dialect_ != Dialect::kSqlite) return;
  std::error_code error;
  const uint64_t size = std::filesystem::file_size(log_file_, error);
  if (error || size < log_limit_) return;
  int busy = 1, pages = 0, moved = 0;
  try {
    WaitForOthers(sql_, kWaitForReadersSeconds);
    sql_ << "PRAGMA wal_checkpoint(TRUNCATE)", soci::into(busy), soci::into(pages),
        soci::into(moved);
    WaitForOthers(sql_, kWaitSeconds);
  } catch (const soci::soci_error& failed) {
    // The rows are in the log, on disk, whatever becomes of it.
    log::Warn("records.log_not_emptied", {{"status", StatusOf(failed)}});
  }
  if (busy != 0) log::Warn("records.log_grows", {{"bytes", static_cast<int64_t>(size)}});
  log_limit_ = kLargeLog + (busy == 0 ? 0 : size);
}

absl::Status StatusOf(const soci::soci_error& error) {
  bool hopeless = false;
  if (const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error)) {
    const int code = sqlite->result() & 0xff;
    hopeless = code == kTooBig || code == kConstraint || code == kMismatch;
  } else if (const auto* postgres = dynamic_cast<const soci::postgresql_soci_error*>(&error)) {
    const std::string state = postgres->sqlstate();
    hopeless = state.starts_with("22") || state.starts_with("23");
  }
  std::string what = "database: " + error.get_error_message();
  // The further lines that PostgreSQL adds (DETAIL) may hold values of the row.
  what = what.substr(0, what.find('\n'));
  return hopeless ? absl::InternalError(what) : absl::UnavailableError(what);
}

}  // namespace baodao::records
