#include "common/testing/redis_server.h"

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "common/redis/slot.h"
#include "common/testing/paths.h"

namespace baodao::testing {
namespace {

using redis::Reply;

constexpr std::chrono::seconds kStartLimit{20};
constexpr std::chrono::milliseconds kLook{5};

std::filesystem::path MakeDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "baodao-redis-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
  return name;
}

Reply Convert(const redisReply* from) {
  Reply reply;
  switch (from->type) {
    case REDIS_REPLY_INTEGER:
      reply.kind = Reply::Kind::kInteger;
      reply.integer = from->integer;
      break;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_ERROR:
      reply.kind = from->type == REDIS_REPLY_ERROR ? Reply::Kind::kError : Reply::Kind::kString;
      reply.text.assign(from->str, static_cast<size_t>(from->len));
      break;
    case REDIS_REPLY_ARRAY:
      reply.kind = Reply::Kind::kArray;
      for (size_t i = 0; i < from->elements; ++i) reply.items.push_back(Convert(from->element[i]));
      break;
    default:
      break;
  }
  return reply;
}

// Between fork and exec only calls that are safe there.
[[noreturn]] void Exec(char** arguments, const char* log, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(126);
  const int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (fd >= 0) {
    dup2(fd, STDOUT_FILENO);
    dup2(fd, STDERR_FILENO);
  }
  execvp(arguments[0], arguments);
  _exit(127);
}

pid_t Spawn(std::vector<std::string> arguments, const std::string& log) {
  std::vector<char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error("cannot fork");
  if (pid == 0) Exec(pointers.data(), log.c_str(), parent);
  return pid;
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// By configuration epoch, of which each node has its own: the node's id and slots.
using ClusterView = std::map<std::string, std::string>;

// From the answer to CLUSTER NODES: id, address, flags, primary, ping, pong, epoch, link, slots…
ClusterView ViewOf(const std::string& nodes) {
  ClusterView view;
  std::istringstream lines(nodes);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::vector<std::string> words;
    for (std::string word; fields >> word;) words.push_back(word);
    if (words.size() < 8) continue;
    std::string& known = view[words[6]];
    known = words[0];
    for (size_t i = 8; i < words.size(); ++i) {
      if (!words[i].starts_with('[')) known += ' ' + words[i];  // "[": a slot that is on its way
    }
  }
  return view;
}

}  // namespace

RedisServer::RedisServer(Options options)
    : options_(std::move(options)), directory_(MakeDirectory()) {
  if (Start()) return;
  const std::string log = ReadFile(directory_ / "log");
  std::filesystem::remove_all(directory_);
  throw std::runtime_error("redis-server does not start:\n" + log);
}

RedisServer::~RedisServer() {
  Reap(SIGKILL);
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

bool RedisServer::Start() {
  std::vector<std::string> arguments = {"redis-server",  SourceFile("ops/dev/redis.conf"),
                                        "--port",        std::to_string(port()),
                                        "--bind",        "127.0.0.1",
                                        "--unixsocket",  socket(),
                                        "--dir",         directory_.string(),
                                        "--appendfsync", options_.fsync_always ? "always" : "no"};
  const auto add = [&](std::initializer_list<std::string> more) {
    arguments.insert(arguments.end(), more);
  };
  if (options_.cluster) {
    add({"--cluster-enabled", "yes", "--cluster-port", std::to_string(port() + 1)});
    add({"--cluster-node-timeout", "2000"});
  }
  if (!options_.password.empty()) add({"--requirepass", options_.password});
  arguments.insert(arguments.end(), options_.extra.begin(), options_.extra.end());
  pid_ = Spawn(std::move(arguments), (directory_ / "log").string());
  if (WaitUntilAnswering()) return true;
  Reap(SIGKILL);
  return false;
}

// True once our process answers, and not another one that took the port first.
bool RedisServer::WaitUntilAnswering() {
  const auto end = std::chrono::steady_clock::now() + kStartLimit;
  const std::string own = "process_id:" + std::to_string(pid_) + "\r";
  while (std::chrono::steady_clock::now() < end) {
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = -1;
      return false;
    }
    try {
      const Reply ping = Do({"PING"});
      if (ping.IsString()) return Do({"INFO", "server"}).text.find(own) != std::string::npos;
    } catch (const std::runtime_error&) {
      // not listening yet
    }
    std::this_thread::sleep_for(kLook);
  }
  return false;
}

void RedisServer::Reap(int signal) {
  if (pid_ <= 0) return;
  kill(pid_, signal);
  kill(pid_, SIGCONT);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void RedisServer::Kill() { Reap(SIGKILL); }
void RedisServer::Stop() { Reap(SIGTERM); }

void RedisServer::Restart() {
  Stop();
  if (!Start()) {
    throw std::runtime_error("redis-server does not restart:\n" + ReadFile(directory_ / "log"));
  }
}

void RedisServer::Pause() { kill(pid_, SIGSTOP); }
void RedisServer::Resume() { kill(pid_, SIGCONT); }

redis::Config RedisServer::config() const {
  redis::Config config;
  config.host = "127.0.0.1";
  config.port = port();
  config.password = options_.password;
  return config;
}

Reply RedisServer::Do(const std::vector<std::string>& args) const {
  const timeval timeout{5, 0};
  const std::unique_ptr<redisContext, decltype(&redisFree)> context(
      redisConnectWithTimeout("127.0.0.1", port(), timeout), redisFree);
  if (context == nullptr || context->err != 0) throw std::runtime_error("redis: cannot connect");
  redisSetTimeout(context.get(), timeout);
  const auto run = [&](const std::vector<std::string>& words) {
    std::vector<const char*> data;
    std::vector<size_t> sizes;
    for (const std::string& word : words) {
      data.push_back(word.data());
      sizes.push_back(word.size());
    }
    void* reply =
        redisCommandArgv(context.get(), static_cast<int>(words.size()), data.data(), sizes.data());
    if (reply == nullptr) throw std::runtime_error(std::string("redis: ") + context->errstr);
    Reply converted = Convert(static_cast<redisReply*>(reply));
    freeReplyObject(reply);
    return converted;
  };
  if (!options_.password.empty()) run({"AUTH", options_.password});
  return run(args);
}

RedisCluster::RedisCluster(RedisOptions options) {
  options.cluster = true;
  for (size_t i = 0; i < size(); ++i) {
    nodes_[i] = std::make_unique<RedisServer>(options);
    const size_t first = i * redis::kSlots / size();
    const size_t last = (i + 1) * redis::kSlots / size() - 1;
    nodes_[i]->Do({"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)});
    nodes_[i]->Do({"CLUSTER", "ADDSLOTSRANGE", std::to_string(first), std::to_string(last)});
  }
  for (size_t i = 1; i < size(); ++i) {
    nodes_[0]->Do({"CLUSTER", "MEET", "127.0.0.1", std::to_string(nodes_[i]->port()),
                   nodes_[i]->Do({"CONFIG", "GET", "cluster-port"}).items.at(1).text});
  }
  AwaitReady();
}

size_t RedisCluster::NodeOf(uint16_t slot) {
  size_t node = 0;
  while (slot >= (node + 1) * redis::kSlots / size()) ++node;
  return node;
}

redis::Config RedisCluster::config() const {
  redis::Config config = nodes_[0]->config();
  for (size_t i = 1; i < size(); ++i) {
    config.more_nodes.push_back(redis::Endpoint{"127.0.0.1", nodes_[i]->port()});
  }
  return config;
}

std::string RedisCluster::IdOf(size_t index) const {
  return nodes_[index]->Do({"CLUSTER", "MYID"}).text;
}

void RedisCluster::AwaitReady() const {
  const auto end = std::chrono::steady_clock::now() + kStartLimit;
  while (!Agreed()) {
    if (std::chrono::steady_clock::now() > end) {
      throw std::runtime_error("the cluster does not get ready");
    }
    std::this_thread::sleep_for(kLook);
  }
}

// Epochs count too: a node that takes over a slot before it has heard of the others' picks an epoch
// that is somebody's already, and when that is settled the slot may be back where it was.
bool RedisCluster::Agreed() const {
  std::optional<ClusterView> first;
  for (const auto& node : nodes_) {
    const std::string info = node->Do({"CLUSTER", "INFO"}).text;
    if (info.find("cluster_state:ok") == std::string::npos) return false;
    if (info.find("cluster_slots_ok:16384") == std::string::npos) return false;
    const ClusterView view = ViewOf(node->Do({"CLUSTER", "NODES"}).text);
    if (view.size() != size() || (first && *first != view)) return false;
    first = view;
  }
  return true;
}

}  // namespace baodao::testing
