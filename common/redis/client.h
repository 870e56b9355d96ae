// Awaitable Redis: what every caller sees. All of it belongs to one loop (one io_context run by one
// thread) and is used from there only.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/async/task.h"
#include "common/clock/clock.h"
#include "common/redis/command.h"
#include "common/redis/errors.h"
#include "common/redis/reply.h"

namespace baodao::redis {

struct Endpoint {
  std::string host;
  uint16_t port = 6379;
  bool operator==(const Endpoint&) const = default;
};

struct Config {
  std::string host = "127.0.0.1";
  uint16_t port = 6379;
  std::string unix_path;             // instead of host and port, when not empty
  std::vector<Endpoint> more_nodes;  // tried when the first does not answer: other cluster nodes
  std::string username;              // empty: the default user
  std::string password;              // empty: no AUTH
  int database = 0;                  // standalone only
  std::string name;                  // shown by CLIENT LIST; no spaces
  Millis connect_timeout{5000};      // of Connect(); attempts share it among the nodes
  // Without a connection for longer than this, calls fail at once; before, they wait for it.
  Millis outage_grace{500};
  // A connection that owes answers and delivered nothing for this long is given up.
  Millis stall_limit{5000};
  // Between attempts: doubled each time up to the maximum, half of it random.
  Millis backoff_min{20};
  Millis backoff_max{1000};
};

struct Options {
  // Counted from the call. The earlier of the two ends it with UNAVAILABLE.
  Millis timeout{2000};
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

struct Stats {
  uint64_t in_flight = 0;   // now: sent and not yet answered
  uint64_t calls = 0;       // commands sent since the start
  uint64_t timeouts = 0;    // commands that ran into their deadline
  uint64_t reconnects = 0;  // connections made again after one was lost
  uint64_t redirects = 0;   // MOVED and ASK followed
};

// Called once per finished command: Command::label(), seconds from call to answer, and whether the
// answer was not an error. Must be quick and must not call the client.
using Observer = std::function<void(std::string_view label, double seconds, bool ok)>;

// A connection of its own for commands that block (XREAD BLOCK, XREADGROUP BLOCK, BLPOP): one
// command at a time. Opened by the first call and opened again by the next call after it broke; in
// a cluster to the node that serves the routing key, following it when it moves.
class BlockingConnection {
 public:
  virtual ~BlockingConnection() = default;

  // As Client::Call. Options::timeout must exceed the command's own BLOCK time: running into it
  // closes the connection. A call that is cancelled, by Cancel or by its coroutine's cancellation
  // slot, ends with CANCELLED and closes the connection, so that the server drops the waiting
  // command; what the server had already sent is lost to this consumer (and stays pending in its
  // group).
  virtual Task<absl::StatusOr<Reply>> Call(Command command, Options options = {}) = 0;
  // Ends the call in progress, if any, and leaves the connection usable.
  virtual void Cancel() = 0;
  // Ends the call in progress and every later one with CANCELLED.
  virtual void Close() = 0;
};

// Calls may overlap at will: they share one pipelined connection per node. Two calls of one
// coroutine made one after the other are executed in that order; overlapping calls in the order
// they were made, unless the connection was down in between.
//
// Errors: an error reply as ErrorReply() maps it. UNAVAILABLE when there is no connection, when it
// was lost, and when the deadline passed: IsOutcomeUnknown() tells whether the command may have
// taken effect nevertheless. A late answer is dropped. CANCELLED when the calling coroutine was
// cancelled.
//
// Destroying the client ends its calls with UNAVAILABLE; they resume on the loop later and may not
// use the client any more. The io_context must outlive the client.
class Client {
 public:
  virtual ~Client() = default;

  virtual Task<absl::StatusOr<Reply>> Call(Command command, Options options = {}) = 0;

  // Several commands in one go, of any shards: one round trip per node, no atomicity. Answers stand
  // in the order of the commands.
  virtual Task<std::vector<absl::StatusOr<Reply>>> CallEach(std::vector<Command> commands,
                                                            Options options = {}) = 0;

  // The same command on every primary (FUNCTION LOAD, INFO); standalone: on the one server.
  virtual Task<std::vector<absl::StatusOr<Reply>>> CallPrimaries(Command command,
                                                                 Options options = {}) = 0;

  // Never null; connects when first used. Must not outlive the io_context; may outlive the client.
  virtual std::unique_ptr<BlockingConnection> Dedicated(std::string_view routing_key) = 0;

  // Refuses new calls with UNAVAILABLE, waits up to `grace` for what is in flight, then
  // disconnects.
  virtual Task<void> Close(Millis grace = Millis(2000)) = 0;

  // Whether every known node is connected: for health checks.
  virtual bool connected() const = 0;
  virtual Stats stats() const = 0;
  virtual void SetObserver(Observer observer) = 0;
};

// Connects and shakes hands: authenticates, checks the version, learns whether the server is part
// of a cluster, and makes the client for it. Later losses are repaired by the client itself.
// Errors: FAILED_PRECONDITION for a server before version 7, UNAUTHENTICATED for a wrong password,
// INVALID_ARGUMENT for a config that cannot work, UNAVAILABLE when no node could be reached within
// Config::connect_timeout.
Task<absl::StatusOr<std::unique_ptr<Client>>> Connect(asio::io_context& loop, Config config);

}  // namespace baodao::redis
