#include "tests/bench/program.h"

#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

namespace baodao::bench {

Program::Program(asio::io_context& loop, std::vector<std::string> argv,
                 const std::vector<std::string>& arguments)
    : connections_(loop, ports_.first()) {
  const std::string log = dir_.File("log");
  argv.push_back("127.0.0.1:" + std::to_string(ports_.first()));
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  process_ =
      std::make_unique<testing::ChildProcess>(argv, std::map<std::string, std::string>{}, log);
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  for (;;) {
    std::ifstream file(log);
    const std::string said(std::istreambuf_iterator<char>(file), {});
    if (said.find("serving\n") != std::string::npos) return;
    if (!process_->Running() || std::chrono::steady_clock::now() > limit) {
      throw std::runtime_error(argv.front() + " does not start: " + said);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace baodao::bench
