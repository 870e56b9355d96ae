// A server program that the services are compared with.
#pragma once

#include <string>
#include <vector>

#include "common/testing/ports.h"
#include "common/testing/process.h"
#include "common/testing/temp_dir.h"
#include "tests/bench/connections.h"

namespace baodao::bench {

// Runs `argv` with an address of 127.0.0.1 and `arguments` behind it, until it is destroyed.
class Program {
 public:
  // Returns when the program has said that it is serving. Throws std::runtime_error with what it
  // said otherwise.
  Program(asio::io_context& loop, std::vector<std::string> argv,
          const std::vector<std::string>& arguments);

  pid_t pid() const { return process_->pid(); }
  Connection& operator[](size_t i) { return connections_[i]; }

 private:
  testing::TempDir dir_;
  testing::Ports ports_;
  std::unique_ptr<testing::ChildProcess> process_;
  Connections connections_;
};

}  // namespace baodao::bench
