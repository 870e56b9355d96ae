// One connection to the database, used by one thread at a time.
#pragma once

#include <absl/status/status.h>
#include <soci/soci.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace baodao::records {

enum class Dialect { kSqlite, kPostgres };

// PostgreSQL for postgresql://… and postgres://…, a file of SQLite otherwise.
Dialect DialectOf(std::string_view target);

// A URL of PostgreSQL with limits for a server that does not answer any more (seconds; half a
// minute at most), where it has none of its own.
std::string WithTimeouts(std::string url);

class StreamPositions;
class Upserts;

// Everything throws what SOCI throws: then the connection is not to be used any more, and what was
// begun on it is undone when it goes.
class Connection {
 public:
  explicit Connection(const std::string& target);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  soci::session& sql() { return sql_; }
  Dialect dialect() const { return dialect_; }
  // Prepared once, when first asked for.
  StreamPositions& positions();
  Upserts& upserts();

  // For writing: alone in SQLite, read committed in PostgreSQL.
  void Begin();
  // Everything read in it is of one moment.
  void BeginRead();
  void Commit();
  void Rollback();

  // After a write. SQLite begins its log (-wal) anew only in a moment in which nobody reads: where
  // reads follow one another without a gap it would grow until the disk is full. A large one is
  // emptied, for which the reads that have begun are waited for, though not long: where some take
  // longer it may grow on for a while.
  void BoundLog();

 private:
  Dialect dialect_;
  std::string log_file_;  // of SQLite
  uint64_t log_limit_;    // from where on it is emptied
  soci::session sql_;
  // These end before their session.
  std::unique_ptr<StreamPositions> positions_;
  std::unique_ptr<Upserts> upserts_;
};

// The status of a failure: INTERNAL for data that the database will never take, UNAVAILABLE for
// everything that may pass. Without the values of the statement.
absl::Status StatusOf(const soci::soci_error& error);

}  // namespace baodao::records
