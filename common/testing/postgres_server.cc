#include "common/testing/postgres_server.h"

#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "common/testing/until.h"

namespace baodao::testing {
namespace {

namespace fs = std::filesystem;

// The newest of the versions that Debian installs side by side.
std::string NewestBin() {
  std::vector<std::pair<int, std::string>> found;
  std::error_code none;
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", none)) {
    const fs::path bin = version.path() / "bin";
    if (fs::exists(bin / "postgres")) {
      found.emplace_back(std::stoi(version.path().filename()), bin.string());
    }
  }
  if (found.empty()) throw std::runtime_error("PostgreSQL is not installed: ops/dev/setup.sh");
  return std::max_element(found.begin(), found.end())->second;
}

constexpr char kPrefix[] = "/tmp/baodao-pg-";

// A test that was killed leaves its directory, which names its process.
void RemoveLeftovers() {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/tmp", ignored)) {
    const std::string path = entry.path();
    if (!path.starts_with(kPrefix)) continue;
    const pid_t pid = ::atoi(path.c_str() + sizeof(kPrefix) - 1);
    if (pid > 0 && ::kill(pid, 0) != 0 && errno == ESRCH) fs::remove_all(path, ignored);
  }
}

}  // namespace

PostgresServer::PostgresServer(Options options) : options_(options), bin_(NewestBin()) {
  RemoveLeftovers();
  // A short path: a socket's has 107 bytes at most.
  std::string name = kPrefix + std::to_string(::getpid()) + "-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
  directory_ = name;
  if (::geteuid() == 0) {
    const passwd* const user = ::getpwnam("postgres");
    if (user == nullptr || ::chown(name.c_str(), user->pw_uid, user->pw_gid) != 0) {
      throw std::runtime_error("cannot give " + name + " to postgres");
    }
  }
  Do({bin_ + "/initdb", "-D", directory_ + "/data", "-U", "baodao", "--auth=trust", "-E", "UTF8",
      "--locale=C.UTF-8", "--no-sync"});
  if (!Start()) throw std::runtime_error("postgres did not start: " + LogText());
}

PostgresServer::~PostgresServer() {
  if (process_) process_->End(SIGQUIT);
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

// Root's rights are given up, and with them the wish to die with the parent: it is said again.
std::vector<std::string> PostgresServer::Unprivileged(std::vector<std::string> argv) const {
  if (::geteuid() != 0) return argv;
  std::vector<std::string> all = {"/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres",
                                  "--init-groups", "--pdeathsig=SIGKILL"};
  all.insert(all.end(), argv.begin(), argv.end());
  return all;
}

void PostgresServer::Do(std::vector<std::string> argv) const {
  const std::string program = argv.front();
  ChildProcess process(Unprivileged(std::move(argv)), {}, directory_ + "/log");
  if (process.Wait() != 0) throw std::runtime_error(program + " failed: " + LogText());
}

std::string PostgresServer::LogText() const {
  std::ifstream file(directory_ + "/log");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// False where it has ended again.
bool PostgresServer::Start() {
  const std::string ready = "ready to accept connections";
  const auto count = [&] {
    const std::string log = LogText();
    int times = 0;
    for (size_t at = log.find(ready); at != std::string::npos; at = log.find(ready, at + 1)) {
      ++times;
    }
    return times;
  };
  const int before = count();
  process_ = std::make_unique<ChildProcess>(
      Unprivileged({bin_ + "/postgres", "-D", directory_ + "/data", "-k", directory_, "-c",
                    "listen_addresses=", "-c", options_.fsync ? "fsync=on" : "fsync=off"}),
      std::map<std::string, std::string>{}, directory_ + "/log");
  return Until([&] { return count() > before || !process_->Running(); }) && count() > before;
}

std::string PostgresServer::NewDatabase() {
  const std::string name = "records" + std::to_string(++databases_);
  Do({bin_ + "/createdb", "-h", directory_, "-U", "baodao", name});
  return "postgresql://baodao@/" + name + "?host=" + directory_;
}

void PostgresServer::Kill() {
  process_->End(SIGKILL);
  process_.reset();
}

// The children of the one that was killed end by themselves; until then they hold its memory.
void PostgresServer::Restart() {
  if (!Until([this] { return Start(); })) {
    throw std::runtime_error("postgres did not start again: " + LogText());
  }
}

}  // namespace baodao::testing
