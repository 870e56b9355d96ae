// From an address to a connection that is ready for commands. Internal to common/redis.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <asio/io_context.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/async/task.h"
#include "common/redis/client.h"
#include "common/redis/link.h"
#include "common/redis/pending_calls.h"

namespace baodao::redis {

// The server's answer about itself.
struct ServerInfo {
  std::string version;
  bool cluster = false;
  bool primary = true;
};

// The oldest server that will do: functions came with 7.
inline constexpr int kMinMajorVersion = 7;
absl::Status CheckVersion(std::string_view version);

// Sends `commands` over `link` in one go and awaits their `count` answers.
Task<void> Exchange(std::shared_ptr<PendingCalls> waits, std::shared_ptr<Link> link,
                    const Command* commands, Answer* answers, uint32_t count, Instant deadline);

// One attempt at one endpoint: resolves, connects, authenticates, checks the version, selects the
// database, and makes sure that the data is loaded.
class Dial {
 public:
  // `stall_limit` as for Link.
  Dial(asio::io_context& loop, std::shared_ptr<PendingCalls> waits, const Config& config,
       Endpoint endpoint, Millis stall_limit);

  // Once. The dial must live until it returned. Errors as of redis::Connect.
  Task<absl::Status> Run(Instant deadline);
  // Makes Run return soon, with an error.
  void Abort();

  const std::shared_ptr<Link>& link() const { return link_; }
  const ServerInfo& info() const { return info_; }

 private:
  struct Lookup;

  Task<absl::Status> Open(Instant deadline);
  Task<absl::StatusOr<std::vector<std::string>>> Resolve(Instant deadline);
  Task<absl::Status> Greet(Instant deadline);

  asio::io_context& loop_;
  const std::shared_ptr<PendingCalls> waits_;
  const Config& config_;
  const Endpoint endpoint_;  // an empty host stands for the config's unix path
  const Millis stall_limit_;
  std::shared_ptr<Lookup> lookup_;
  std::shared_ptr<Link> link_;
  ServerInfo info_;
  bool aborted_ = false;
};

}  // namespace baodao::redis
