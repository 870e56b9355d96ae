// Real redis-servers for tests, each with its own port and directory.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "common/redis/client.h"
#include "common/redis/reply.h"
#include "common/testing/ports.h"

namespace baodao::testing {

struct RedisOptions {
  bool fsync_always = true;        // false: appendfsync no, for speed
  bool cluster = false;            // cluster-enabled, without any slots yet
  std::string password;            // requirepass
  std::vector<std::string> extra;  // more command line arguments: {"--maxmemory", "10mb"}
};

// A server on 127.0.0.1 with the shipped redis.conf. It dies with the thread that started it, and
// its directory is removed at the end. Everything throws std::runtime_error when it fails, also
// when redis-server is not installed.
class RedisServer {
 public:
  using Options = RedisOptions;

  // Returns when the server answers.
  explicit RedisServer(Options options = {});
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  uint16_t port() const { return static_cast<uint16_t>(ports_.first()); }
  // The same server, as `make run` reaches it.
  std::string socket() const { return (directory_ / "redis.sock").string(); }
  pid_t pid() const { return pid_; }
  const std::filesystem::path& directory() const { return directory_; }
  // For redis::Connect.
  redis::Config config() const;

  void Kill();  // SIGKILL: nothing is flushed
  void Stop();  // SIGTERM: an orderly shutdown
  void
  Restart();  // on the same port and directory; stops it first if it runs. Returns when it answers.
  void Pause();   // SIGSTOP: it accepts connections but answers nothing
  void Resume();  // SIGCONT

  // One command over a blocking connection of its own; error replies are Kind::kError.
  redis::Reply Do(const std::vector<std::string>& args) const;

 private:
  bool Start();
  bool WaitUntilAnswering();
  void Reap(int signal);

  Options options_;
  std::filesystem::path directory_;
  Ports ports_;  // of Redis, and of its cluster bus
  pid_t pid_ = -1;
};

// Three primaries that share all slots, ready to serve.
class RedisCluster {
 public:
  explicit RedisCluster(RedisOptions options = {});

  RedisServer& node(size_t index) { return *nodes_[index]; }
  static constexpr size_t size() { return 3; }
  // Which node serves `slot` in the initial layout.
  static size_t NodeOf(uint16_t slot);
  redis::Config config() const;
  // The node's id as CLUSTER MYID gives it.
  std::string IdOf(size_t index) const;
  // Waits until all nodes agree on a complete cluster: on every slot's owner and everybody's epoch.
  void AwaitReady() const;

 private:
  bool Agreed() const;

  std::array<std::unique_ptr<RedisServer>, 3> nodes_;
};

}  // namespace baodao::testing
