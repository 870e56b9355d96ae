// The loop, clients, stores and keys that every service has while it runs. Built by service::Main,
// handed to the service's own wiring.
#pragma once

#include <absl/status/status.h>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/async/task.h"
#include "common/auth/tokens.h"
#include "common/clock/clock.h"
#include "common/config/config.h"
#include "common/crypto/key_ring.h"
#include "common/metrics/metrics.h"
#include "common/redis/client.h"
#include "common/rpc/access.h"
#include "common/rpc/client.h"
#include "common/rpc/rate_limit.h"
#include "common/rpc/router.h"
#include "common/rpc/tls.h"
#include "common/store/store.h"

namespace baodao::service {

// Loop thread only. Everything here outlives handlers and workers.
class Runtime {
 public:
  asio::io_context& loop;
  const config::Config& config;
  Clock& clock;
  metrics::Registry& metrics;
  redis::Client& redis;
  store::Store& store;
  const crypto::KeyRing& key_ring;
  // Signs for this deployment: registration for people, every service for itself.
  const auth::Signer& signer;
  rpc::Router& router;

  // Filled by the service's wiring before it returns.
  rpc::AccessPolicy access;
  rpc::RateLimits rate_limits;

  // The connection to another service ("registration", "dispatch", …), made once.
  rpc::Channel& ChannelTo(std::string_view service);

  // Starts a loop that lives as long as the service: a consumer, a timer loop, a feed. An exception
  // or a return before the service stops ends the process: a service without its workers must not
  // look healthy.
  void Spawn(std::string name, Task<void> worker);
  // Called in reverse order when the service stops, before workers are cancelled and Redis is
  // closed.
  void OnStop(std::function<void()> stop) { stops_.push_back(std::move(stop)); }
  bool stopping() const { return stopping_; }

 private:
  friend class Process;
  Runtime(asio::io_context& loop, const config::Config& config, metrics::Registry& metrics,
          redis::Client& redis, store::Store& store, const crypto::KeyRing& key_ring,
          const auth::Signer& signer, rpc::Router& router, auth::ServiceToken& token);

  asio::cancellation_slot Slot();
  // Runs the OnStop functions, cancels every worker and waits until all have ended.
  Task<void> Stop();

  auth::ServiceToken& token_;
  std::map<std::string, std::unique_ptr<rpc::Channel>, std::less<>> channels_;
  std::vector<std::function<void()>> stops_;
  std::vector<std::unique_ptr<asio::cancellation_signal>> cancellations_;
  std::function<void(std::string)> fatal_;
  bool stopping_ = false;
  int live_workers_ = 0;
};

// INVALID_ARGUMENT unless TLS is off, or its three files can be read and fit each other.
absl::Status CheckTls(const config::Config& config);
// The files that the rows tls_cert, tls_key and tls_ca name; none when tls_cert is empty.
std::optional<rpc::TlsFiles> TlsOf(const config::Config& config);

}  // namespace baodao::service
