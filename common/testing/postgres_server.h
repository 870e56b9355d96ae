// A real PostgreSQL for tests, in a directory of its own and on a unix socket there.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "common/testing/process.h"

namespace baodao::testing {

struct PostgresOptions {
  bool fsync = false;  // what is killed is the server, not its machine
};

// Runs as `postgres` where the test runs as root, which PostgreSQL refuses. It dies with the thread
// that started it, and its directory is removed at the end. Everything throws std::runtime_error
// when it fails, also when PostgreSQL is not installed.
class PostgresServer {
 public:
  using Options = PostgresOptions;

  // Returns when the server answers.
  explicit PostgresServer(Options options = {});
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  pid_t pid() const { return process_->pid(); }
  // A new, empty database, as records_database names it.
  std::string NewDatabase();

  void Kill();     // SIGKILL
  void Restart();  // after Kill

 private:
  std::vector<std::string> Unprivileged(std::vector<std::string> argv) const;
  // Runs one of PostgreSQL's programs to its end.
  void Do(std::vector<std::string> argv) const;
  bool Start();
  std::string LogText() const;

  const Options options_;
  std::string bin_;        // of PostgreSQL
  std::string directory_;  // also of the socket
  int databases_ = 0;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace baodao::testing
