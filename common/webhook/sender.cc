#include "common/webhook/sender.h"

#include <absl/strings/str_cat.h>
#include <sodium.h>

#include <utility>
#include <variant>

#include "common/crypto/base64.h"

namespace baodao::webhook {
namespace {

constexpr std::string_view kPrefix = "whsec_";

std::string Sign(std::string_view text, std::string_view key) {
  const auto bytes = [](std::string_view view) {
    return reinterpret_cast<const unsigned char*>(view.data());
  };
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes(key), key.size());
  crypto_auth_hmacsha256_update(&state, bytes(text), text.size());
  std::string mac(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(mac.data()));
  sodium_memzero(&state, sizeof(state));
  return crypto::Encode64(mac, crypto::Base64::kStandard);
}

// Others are the server's trouble, or that of who runs it: a wrong secret, an address that moved.
bool IsAboutTheMessage(int status) {
  return status == 400 || status == 410 || status == 413 || status == 422;
}

// An address of this machine: "http://127.0.0.1:8080/…", "http://localhost/…", "http://[::1]".
bool IsLocal(std::string_view url) {
  for (const std::string_view local : {"http://127.0.0.1", "http://localhost", "http://[::1]"}) {
    if (!url.starts_with(local)) continue;
    const std::string_view rest = url.substr(local.size());
    if (rest.empty() || rest[0] == ':' || rest[0] == '/') return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> HeadersOf(const std::string& id, const std::string& body,
                                   std::string_view key, Time now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const std::string signature = Sign(absl::StrCat(id, ".", seconds, ".", body), key);
  return {"content-type: application/json", absl::StrCat("webhook-id: ", id),
          absl::StrCat("webhook-timestamp: ", seconds),
          absl::StrCat("webhook-signature: v1,", signature)};
}

std::optional<std::string> KeyOf(std::string_view secret) {
  if (!secret.starts_with(kPrefix)) return std::nullopt;
  secret.remove_prefix(kPrefix.size());
  std::optional<std::string> key = crypto::Decode64(secret, crypto::Base64::kStandard);
  if (!key || key->size() < 24 || key->size() > 64) return std::nullopt;
  return key;
}

config::Validator Url() {
  return [](const config::Value& value) -> std::string {
    const std::string& url = std::get<std::string>(value);
    if (url.find('@') != url.npos) return "must not hold a user or a password";
    const bool secure = url.starts_with("https://") && url.size() > 8;
    if (url.empty() || secure || IsLocal(url)) return "";
    return "must begin with https:// (http:// only on this machine)";
  };
}

config::Validator Secret() {
  return [](const config::Value& value) -> std::string {
    const std::string& secret = std::get<std::string>(value);
    if (secret.empty() || KeyOf(secret)) return "";
    return "must be whsec_ and the base64 of 24 to 64 bytes";
  };
}

Sender::Sender(asio::io_context& loop, std::string url, std::string_view secret, int calls,
               Millis timeout)
    : url_(std::move(url)), key_(KeyOf(secret).value()), client_(loop, calls, timeout) {}

Task<Outcome> Sender::Send(std::string id, std::string body, Time now) {
  http::Request request;
  request.url = url_;
  request.headers = HeadersOf(id, body, key_, now);
  request.body = std::move(body);
  absl::StatusOr<http::Response> response = co_await client_.Post(std::move(request));
  Outcome outcome;
  if (!response.ok()) {
    if (absl::IsDeadlineExceeded(response.status())) outcome.kind = Outcome::Kind::kUnanswered;
    outcome.why = std::string(response.status().message());
    co_return outcome;
  }
  outcome.retry_after = response->retry_after;
  if (response->status >= 200 && response->status < 300) {
    outcome.kind = Outcome::Kind::kAccepted;
    outcome.body = std::move(response->body);
    co_return outcome;
  }
  outcome.why = absl::StrCat("HTTP ", response->status);
  if (IsAboutTheMessage(response->status)) outcome.kind = Outcome::Kind::kRefused;
  co_return outcome;
}

absl::StatusOr<std::unique_ptr<Sender>> FromConfig(asio::io_context& loop,
                                                   const config::Config& config,
                                                   const std::string& name, int calls) {
  const std::string& url = config.Str(name + "_url");
  const std::string& secret = config.Str(name + "_secret");
  if (url.empty()) return nullptr;
  if (secret.empty()) {
    return absl::InvalidArgumentError(name + "_secret must be set where " + name + "_url is");
  }
  return std::make_unique<Sender>(loop, url, secret, calls, config.Duration(name + "_timeout"));
}

}  // namespace baodao::webhook
