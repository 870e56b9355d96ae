// The scripts of ops/dev as people start them, and who asks the backend behind them.
#pragma once

#include <asio/io_context.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/testing/process.h"
#include "common/testing/temp_dir.h"
#include "common/testing/until.h"
#include "tests/e2e/world.h"

namespace baodao::testing {

// A running script in a session of its own, as in a terminal of its own. At the end it is asked to
// stop, then made to: a killed script leaves its backend behind.
class Script {
 public:
  using Environment = std::map<std::string, std::string>;

  // `file` is named from the top of the tree. BUILD, unless given, is where this test was built.
  Script(const std::string& file, Environment environment,
         const std::vector<std::string>& arguments = {});
  ~Script();

  bool Running() { return process_.Running(); }
  // The output so far, also of all that it started.
  std::string Log() const;
  // Nullopt when it takes longer than a minute.
  std::optional<int> ExitCode();
  // To the script alone.
  void Signal(int signal) const { process_.Signal(signal); }
  // Ctrl-C: to everybody in the terminal.
  void Interrupt() const;
  // Whether anybody is left in the terminal.
  bool Deserted() const;

 private:
  TempDir dir_;
  ChildProcess process_;
};

// As the operator of the backend with this directory. Throws std::runtime_error without its key.
std::unique_ptr<demo::World> WorldAt(asio::io_context& loop, int port_base,
                                     const std::string& directory);

}  // namespace baodao::testing
