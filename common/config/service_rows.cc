#include <absl/strings/ascii.h>

#include <algorithm>
#include <string>

#include "common/config/config.h"

namespace baodao::config {
namespace {

std::vector<Row> NetworkRows(int port) {
  const std::string host = "127.0.0.1:";
  return {
      {"listen", Type::kString, host + std::to_string(port), "Where gRPC is served.", false,
       HostPort()},
      {"metrics_listen", Type::kString, host + std::to_string(port + 2000),
       "Where /metrics is served; empty: nowhere.", false,
       [](const Value& value) {
         return std::get<std::string>(value).empty() ? "" : HostPort()(value);
       }},
      {"tls_cert", Type::kString, "",
       "PEM certificate chain of this service; empty, as all three of TLS: plaintext."},
      {"tls_key", Type::kString, "", "PEM private key of tls_cert."},
      {"tls_ca", Type::kString, "",
       "PEM certificates that clients (the edge) and peers must be signed by."},
      {"max_message", Type::kBytes, "4MiB", "Larger requests are refused.", false,
       Between(1024, 16 << 20)},
      {"default_deadline", Type::kDuration, "10s", "Of calls whose client sets none.", false,
       Between(0.1, 600)},
      {"max_deadline", Type::kDuration, "60s", "The most a unary call may take.", false,
       Between(0.1, 3600)},
      {"drain_grace", Type::kDuration, "10s", "How long live calls may go on after SIGTERM.", false,
       Between(0, 600)},
      {"rate_limits", Type::kBool, "true", "Whether callers are limited at all."},
      {"rate_person", Type::kDouble, "50",
       "Calls a second of one person, with bursts of twice that; 0: no limit.", false,
       Between(0, 1e6)},
      {"rate_anonymous", Type::kDouble, "20",
       "Calls a second without a token from one address, likewise.", false, Between(0, 1e6)},
      {"trusted_proxies", Type::kList, "127.0.0.1,::1",
       "Addresses whose x-real-ip metadata is believed to name the caller: the TLS edge.", false,
       Addresses()},
  };
}

std::vector<Row> StoreRows() {
  return {
      {"redis", Type::kList, "127.0.0.1:6379",
       "Redis; several addresses: nodes of one cluster, or a path of a unix socket.", false,
       NotEmpty()},
      {"redis_user", Type::kString, "", "Redis ACL user; empty: the default user."},
      {"redis_password", Type::kString, "", "Its password.", true},
      {"redis_timeout", Type::kDuration, "2s", "Of one command.", false, Between(0.05, 60)},
      {"shards", Type::kInt, "0",
       "Shards of the store, fixed at its first start; 0: what it has, 16 for a new one.", false,
       Between(0, 1024)},
  };
}

constexpr double kTenYears = 10.0 * 366 * 86'400;

std::vector<Row> KeepRows() {
  std::vector<Row> rows = {
      {"keep_ended", Type::kDuration, "30d",
       "How long what is over stays in Redis; afterwards it is in records only. The archive has it "
       "a quarter of this before.",
       false, Between(1, kTenYears)},
  };
  for (const std::string_view kind : kEndingKinds) {
    std::string help = "Of the kind " + std::string(kind) + "; 0s: as keep_ended.";
    if (kind == "task") help += " Below 30 days service is confirmed for as long only.";
    rows.push_back({"keep_" + std::string(kind), Type::kDuration, "0s", std::move(help), false,
                    Between(0, kTenYears)});
  }
  return rows;
}

std::vector<Row> SecurityRows() {
  return {
      {"keys_dir", Type::kString, "var/keys",
       "Directory with signing.jwk (our private key), jwks.json (our public keys), ring.json "
       "(encryption at rest) and, for dispatch, certificates.jwk and certificates.json.",
       false, NotEmpty()},
      {"create_keys", Type::kBool, "false", "Make missing files of keys_dir: for local use."},
      {"issuers", Type::kList, "",
       "Other token issuers, as issuer=path of their JWKS file; they name people, not roles."},
  };
}

std::vector<Row> PeerRows() {
  std::vector<Row> rows;
  int port = 7101;
  for (const std::string_view service : kServices) {
    const std::string peer(service);
    rows.push_back(
        {"peer_" + peer, Type::kString, "127.0.0.1:" + std::to_string(port++),
         "gRPC target of " + peer + "; several replicas separated by commas, asked in turns.",
         false, NotEmpty()});
  }
  return rows;
}

std::vector<Row> VocabularyRows() {
  return {
      {"vocabulary", Type::kString, "",
       "File of the tags that records may hold, with their names, the same for all services; "
       "empty: "
       "the one that was shipped with this build."},
  };
}

// Limits of people's work, on which the services that ask them must agree (common/work).
std::vector<Row> WorkRows() {
  return {
      {"daily_work", Type::kDuration, "8h", "Accepted work of one person in any 24 hours, at most.",
       false, Between(60, 86400)},
      {"rest", Type::kDuration, "10h",
       "Rest of one person in one piece, at least once in any 24 hours.", false, Between(0, 72000)},
  };
}

// A version as apps send it back.
std::string CheckVersion(const Value& value) {
  const auto& text = std::get<std::string>(value);
  const bool plain = std::ranges::all_of(text, [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_';
  });
  return plain && text.size() <= 32 ? "" : "must be at most 32 letters, digits, dots and dashes";
}

// The services that take private data in must agree on these.
std::vector<Row> PrivacyRows() {
  return {
      {"privacy_version", Type::kString, "",
       "The text about privacy in force: people consent to this version before they bring in "
       "anything private; empty: nobody is asked. Where it is, registration's settings say.",
       false, CheckVersion},
  };
}

std::vector<Row> LogRows() {
  return {
      {"log_level", Type::kString, "info", "debug, info, warn or error.", false,
       OneOf({"debug", "info", "warn", "error"})},
      {"log_format", Type::kString, "json", "json, or text for people.", false,
       OneOf({"json", "text"})},
  };
}

}  // namespace

std::vector<Row> ServiceRows(int port) {
  std::vector<Row> rows = NetworkRows(port);
  for (auto& more : {StoreRows(), KeepRows(), SecurityRows(), PeerRows(), VocabularyRows(),
                     WorkRows(), PrivacyRows(), LogRows()}) {
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

}  // namespace baodao::config
