// A connection to one node that repairs itself. Internal to common/redis.
#pragma once

#include <absl/status/status.h>

#include <asio/steady_timer.hpp>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "common/async/task.h"
#include "common/redis/core.h"
#include "common/redis/dial.h"
#include "common/redis/link.h"

namespace baodao::redis {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // Whether a replica is good enough: a cluster says itself who serves what.
  enum class Role { kAny, kPrimary };

  // Tries `endpoints` in turn.
  Connection(std::shared_ptr<Core> core, std::vector<Endpoint> endpoints, Role role);

  // Starts with `link` if there is one already, and keeps connecting until Close.
  void Start(std::shared_ptr<Link> link);

  bool up() const { return link_ != nullptr && link_->is_open(); }
  // Only while up.
  const std::shared_ptr<Link>& link() const { return link_; }
  // For longer than Config::outage_grace.
  bool DownForLong() const;
  size_t in_flight() const { return link_ ? link_->in_flight() : 0; }

  // Returns OK as soon as the connection is up. UNAVAILABLE, nothing sent, when it is not by
  // `deadline` or has been down for Config::outage_grace; CANCELLED when the caller was cancelled.
  static Task<absl::Status> AwaitUp(std::shared_ptr<Connection> connection, Instant deadline);
  // Gives the current connection up and makes another.
  void Reconnect(const std::string& cause);
  // For good. Commands in flight fail.
  void Close();

  const std::string& last_error() const { return last_error_; }

 private:
  static Task<void> Run(std::shared_ptr<Connection> self);
  Task<void> DialOnce();
  void Up(std::shared_ptr<Link> link);
  void Down();
  // The endpoints, for the log.
  std::string Name() const;
  void WakeAll();

  const std::shared_ptr<Core> core_;
  const std::vector<Endpoint> endpoints_;
  const Role role_;
  size_t next_endpoint_ = 0;
  std::shared_ptr<Link> link_;
  Dial* dial_ = nullptr;                   // the attempt in progress
  asio::steady_timer pause_;               // between attempts, and while the connection is up
  std::set<asio::steady_timer*> waiting_;  // of those in AwaitUp
  Instant down_since_;
  std::string last_error_ = "connecting";
  bool was_up_ = false;
  bool closed_ = false;
};

// The addresses of a config's server; a unix path is an endpoint without a host.
std::vector<Endpoint> EndpointsOf(const Config& config);
// For one attempt: a node that is silent leaves time for the others.
Millis AttemptTimeout(const Config& config);

}  // namespace baodao::redis
