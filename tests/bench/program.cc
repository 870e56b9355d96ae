#include "tests/bench/program.h"

#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "common/testing/until.h"

namespace baodao::bench {

Program::Program(asio::io_context& loop, std::vector<std::string> argv,
                 const std::vector<std::string>& arguments)
    : connections_(loop, ports_.first()) {
  const std::string log = dir_.File("log");
  argv.push_back("127.0.0.1:" + std::to_string(ports_.first()));
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  process_ =
      std::make_unique<testing::ChildProcess>(argv, std::map<std::string, std::string>{}, log);
  std::string said;
  const auto serves = [&] {
    std::ifstream file(log);
    said.assign(std::istreambuf_iterator<char>(file), {});
    return said.find("serving\n") != std::string::npos;
  };
  const auto decided = [&] { return serves() || !process_->Running(); };
  if (!testing::Until(decided, std::chrono::seconds(30)) || !serves()) {
    throw std::runtime_error(argv.front() + " does not start: " + said);
  }
}

}  // namespace baodao::bench
