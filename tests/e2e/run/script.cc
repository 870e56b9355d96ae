#include "tests/e2e/run/script.h"

#include <signal.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "common/testing/paths.h"

namespace baodao::testing {
namespace {

// Who runs the tests in the background lets SIGINT be ignored, and a shell cannot trap that.
std::vector<std::string> CommandLine(const std::string& file, Script::Environment environment,
                                     const std::vector<std::string>& arguments) {
  environment.emplace("BUILD", std::filesystem::path(Binary("")).parent_path().parent_path());
  std::vector<std::string> argv = {"/usr/bin/env", "--default-signal=INT"};
  for (const auto& [name, value] : environment) argv.push_back(name + "=" + value);
  argv.insert(argv.end(), {"/usr/bin/setsid", SourceFile(file)});
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return argv;
}

}  // namespace

Script::Script(const std::string& file, Environment environment,
               const std::vector<std::string>& arguments)
    : process_(CommandLine(file, std::move(environment), arguments), {}, dir_.File("log")) {}

Script::~Script() {
  process_.Signal(SIGTERM);
  ExitCode();
  kill(-process_.pid(), SIGKILL);
}

std::string Script::Log() const {
  std::ifstream file(dir_.File("log"));
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::optional<int> Script::ExitCode() {
  if (!Until([this] { return !process_.Running(); })) return std::nullopt;
  return process_.Wait();
}

void Script::Interrupt() const { kill(-process_.pid(), SIGINT); }

bool Script::Deserted() const { return kill(-process_.pid(), 0) != 0; }

std::unique_ptr<demo::World> WorldAt(asio::io_context& loop, int port_base,
                                     const std::string& directory) {
  demo::Options options;
  options.port_base = port_base;
  options.keys_dir = directory + "/keys";
  options.codes_file = directory + "/login-codes.txt";
  return MakeWorld(loop, options);
}

}  // namespace baodao::testing
