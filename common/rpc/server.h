// The gRPC server of a service. Every call passes one chain before its handler: overload and
// deadline → authentication → access rule → rate limit → bounds (see detail/chain.h). gRPC threads
// parse; everything else runs on the loop. Health (grpc.health.v1) and reflection are always on.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/auth/ended_sessions.h"
#include "common/auth/tokens.h"
#include "common/clock/clock.h"
#include "common/metrics/metrics.h"
#include "common/rpc/access.h"
#include "common/rpc/rate_limit.h"
#include "common/rpc/router.h"
#include "common/rpc/tls.h"

namespace baodao::rpc {

struct ServerOptions {
  std::string listen = "0.0.0.0:7101";  // port 0: any free one, see Server::port()
  std::optional<TlsFiles> tls;          // none: plaintext, for loopback or behind the TLS edge
  // Larger requests are refused as MESSAGE_TOO_LARGE, as are those that the bounds of no method
  // here could admit; a little beyond that gRPC itself closes the call. At most 16 MiB.
  std::size_t max_message_bytes = 4u << 20;
  // How long the whole message of a call may take to come in, and a client to take its answer or
  // the next message of its stream: it is held in memory meanwhile.
  Millis message_timeout{20'000};
  Millis answer_timeout{30'000};
  // For clients that send no deadline, and the most that a unary call may take whatever it asks
  // for. Streams have the client's deadline or none.
  Millis default_deadline{10'000};
  Millis max_deadline{60'000};
  // Keepalive: a connection that is silent for `keepalive_time` is asked, and closed when it does
  // not answer within `keepalive_timeout`; clients may ping this often.
  Millis keepalive_time{20'000};
  Millis keepalive_timeout{10'000};
  Millis min_client_ping{5'000};
  // A connection without calls is closed after `connection_idle`; any is told to move after
  // `connection_age` and closed `connection_age_grace` later, which is more than streams live: they
  // end with the access token.
  Millis connection_idle{5 * 60'000};
  Millis connection_age{60 * 60'000};
  Millis connection_age_grace{20 * 60'000};
  // Memory of all connections together; beyond it gRPC closes some of them.
  std::size_t max_transport_bytes = 256u << 20;
  // Unary calls being served at once; beyond that new ones are refused as OVERLOADED, and so are
  // those of a method of which more are being served than get done in a second
  // (ops/decisions/0056).
  std::size_t max_live_calls = 10'000;
  RateLimits rate_limits;
  // Addresses whose `x-real-ip` metadata is believed when callers are told apart by address: the
  // edge.
  std::vector<std::string> trusted_proxies{"127.0.0.1", "::1"};
  AccessPolicy access;
  // All three must outlive the server.
  auth::TokenVerifier* verifier = nullptr;
  metrics::Registry* metrics = nullptr;
  Clock* clock = nullptr;  // null: SystemClock()
  // Whose tokens are refused as SESSION_ENDED; null: nobody's. Must outlive the server, too.
  const auth::EndedSessions* ended_sessions = nullptr;
};

class Server {
 public:
  // Finishes the router, resolves access rules and bounds once, and listens. Errors:
  // FAILED_PRECONDITION for a table or rule that is wrong, INVALID_ARGUMENT for a certificate that
  // is, UNAVAILABLE when the port is taken.
  // Starts NOT_SERVING: see SetServing. `loop`, `router` and the handlers must outlive the server.
  // Call before or from the loop.
  static absl::StatusOr<std::unique_ptr<Server>> Start(asio::io_context& loop, Router& router,
                                                       ServerOptions options);
  // Drains with no grace if still running. Loop thread, or after the loop has stopped.
  ~Server();

  int port() const;
  // Sets the health service's answer, for "" and for every registered service. Any thread.
  void SetServing(bool serving);
  // Graceful end: NOT_SERVING, streams end with UNAVAILABLE, live unary calls get up to `grace` to
  // finish, new ones are refused; afterwards calls still unfinished are cut off. Returns when gRPC
  // has shut down.
  Task<void> Drain(Millis grace);
  // Ends the open streams of every caller that `whose` holds for, with `why`. Loop thread.
  void EndStreams(const std::function<bool(const auth::Principal&)>& whose,
                  const absl::Status& why);
  // Calls between the arrival of their message and their answer. Loop thread.
  std::size_t live_calls() const;

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace baodao::rpc
