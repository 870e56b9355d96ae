// Access tokens: compact JWTs signed with Ed25519 ({"alg":"EdDSA"}). Nothing else is accepted.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "common/auth/keys.h"
#include "common/auth/principal.h"
#include "common/clock/clock.h"
#include "common/containers/lru_cache.h"

namespace baodao::auth {

// The audience every token of this backend names.
inline constexpr std::string_view kAudience = "baodao";
// How far the clocks of issuer and verifier may be apart.
inline constexpr std::chrono::seconds kSkew{30};
// Tokens longer than this are refused unread.
inline constexpr size_t kMaxTokenBytes = 8192;

// How long the access token of a session is good.
inline constexpr std::chrono::minutes kAccessLife{15};

// Makes tokens. Those that share one stay on its thread.
class Signer {
 public:
  explicit Signer(PrivateKey key) : key_(std::move(key)) {}
  // A token for `principal` (a person or a service), valid from `now` for `ttl`.
  std::string Sign(const Principal& principal, Time now, std::chrono::seconds ttl) const;
  const PrivateKey& key() const { return key_; }
  // Signs with another key from now on.
  void SetKey(PrivateKey key) { key_ = std::move(key); }

 private:
  PrivateKey key_;
};

// Checks tokens against a KeySet. Verified tokens are remembered (at most `capacity` of them), so
// that a repeated token costs one hash lookup. For use from one thread.
class TokenVerifier {
 public:
  explicit TokenVerifier(KeySet keys, size_t capacity = 20'000);

  // TOKEN_EXPIRED, or TOKEN_INVALID for whatever else is wrong: an attacker learns nothing more.
  absl::StatusOr<std::shared_ptr<const Principal>> Verify(std::string_view token, Time now);

  // Whether the token was verified before and is remembered: then Verify costs next to nothing.
  bool Remembers(std::string_view token) const { return verified_.Peek(token) != nullptr; }

  // Replaces the keys and forgets every remembered token: those of a key that is gone are refused
  // from here on.
  void SetKeys(KeySet keys);
  const KeySet& keys() const { return keys_; }
  // Signatures checked so far; remembered tokens do not count.
  int64_t verifications() const { return verifications_; }
  size_t remembered() const { return verified_.size(); }

 private:
  struct Entry {
    std::shared_ptr<const Principal> principal;
    Time not_before;
    Time expires;  // Both already widened by kSkew.
  };

  absl::StatusOr<Entry> Check(std::string_view token);

  KeySet keys_;
  int64_t verifications_ = 0;
  LruCache<Entry> verified_;
};

// A service's own token for calling other services, renewed at half its life, and when the signer
// has another key. One thread; the signer outlives it.
class ServiceToken {
 public:
  ServiceToken(const Signer& signer, std::string service,
               std::chrono::seconds ttl = std::chrono::minutes(10));
  const std::string& Get(Time now);

 private:
  const Signer& signer_;
  Principal principal_;
  std::chrono::seconds ttl_;
  std::string token_;
  std::string kid_;  // of the key that signed it
  Time renew_at_{};
};

}  // namespace baodao::auth
