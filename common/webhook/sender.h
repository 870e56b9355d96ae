// Signed messages to a server of others, as Standard Webhooks 1.0 has them
// (https://www.standardwebhooks.com): a POST with the headers webhook-id, webhook-timestamp and
// webhook-signature, "v1," and the base64 of HMAC-SHA256 over "<id>.<timestamp>.<body>".
#pragma once

#include <absl/status/statusor.h>

#include <asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/config.h"
#include "common/http/client.h"

namespace baodao::webhook {

// The outcome of one try.
struct Outcome {
  enum class Kind {
    kAccepted,    // a 2xx answer
    kFailed,      // not taken: may be tried again
    kUnanswered,  // the same, but the server may have taken it
    kRefused,     // 400, 410, 413 or 422: the same again would be refused again
  };
  Kind kind = Kind::kFailed;
  std::string body;                   // of what was accepted
  std::string why;                    // of what was not
  std::optional<Millis> retry_after;  // at the earliest, as the server says
};

// The headers of a message sent at `now`. `key` is the secret in clear bytes.
std::vector<std::string> HeadersOf(const std::string& id, const std::string& body,
                                   std::string_view key, Time now);

// The bytes of a secret as settings and receivers have it: "whsec_" and the base64 of 24 to 64
// bytes. nullopt for any other text.
std::optional<std::string> KeyOf(std::string_view secret);

// Checks of settings: an address that may be empty, and a secret that may be. An address has
// neither user nor password, and begins with http:// only on this machine: what is sent is private.
config::Validator Url();
config::Validator Secret();

// Loop thread only.
class Sender {
 public:
  // Both as checked above, and not empty. At most `calls` tries at a time, none longer than
  // `timeout`.
  Sender(asio::io_context& loop, std::string url, std::string_view secret, int calls,
         Millis timeout);

  // One try of a JSON body. The server tells by `id` that a message came twice.
  Task<Outcome> Send(std::string id, std::string body, Time now);
  // Cuts short what is under way; all that comes fails.
  void Stop() { client_.Stop(); }

 private:
  std::string url_;
  std::string key_;
  http::Client client_;
};

// By the settings "<name>_url", "<name>_secret" and "<name>_timeout": nullptr where there is no
// address, INVALID_ARGUMENT where there is one and no secret.
absl::StatusOr<std::unique_ptr<Sender>> FromConfig(asio::io_context& loop,
                                                   const config::Config& config,
                                                   const std::string& name, int calls);

}  // namespace baodao::webhook
