// Ed25519 keys of token issuers, kept as JWK files (RFC 7517, RFC 8037).
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "baodao/auth/v1/token.pb.h"
#include "common/containers/string_map.h"

namespace baodao::auth {

// The issuer named in tokens that this backend makes itself.
inline constexpr std::string_view kOwnIssuer = "baodao";

inline constexpr std::string_view kPrivateKeyFile = "signing.jwk";
inline constexpr std::string_view kPublicKeysFile = "jwks.json";

// The names of the two files of a pair of keys.
struct KeyFiles {
  std::string_view private_key = kPrivateKeyFile;
  std::string_view public_keys = kPublicKeysFile;
};

struct PrivateKey {
  std::string kid;
  std::array<unsigned char, 64> secret{};  // libsodium's form: seed, then public key.

  bool operator==(const PrivateKey&) const = default;
};

struct PublicKey {
  std::string kid;
  std::array<unsigned char, 32> key{};
  std::string issuer;
  // Whether the issuer may make tokens for services and grant roles. Only our own keys are trusted
  // so by default: another issuer says who a person is, not what they may do.
  bool trusted = false;

  bool operator==(const PublicKey&) const = default;
};

// A file of public keys and who signs with them.
struct KeySource {
  std::string path;
  std::string issuer = std::string(kOwnIssuer);
  bool trusted = true;
};

// Public keys by kid. Immutable once loaded; copies are cheap enough for start-up and rotation.
class KeySet {
 public:
  // Keys that are not Ed25519 are skipped. An error names the file: unreadable, not a JWKS, a
  // malformed key, no Ed25519 key at all, or a kid that two files share.
  static absl::StatusOr<KeySet> Load(const std::vector<KeySource>& sources);
  // The set of one key, for tests and tools that just made it.
  static KeySet Of(const PrivateKey& key);

  // nullptr when unknown.
  const PublicKey* Find(std::string_view kid) const;
  // All of them, by kid, as they are published.
  v1::JsonWebKeySet Jwks() const;
  size_t size() const { return keys_.size(); }
  bool operator==(const KeySet&) const = default;

 private:
  absl::Status Add(PublicKey key, const std::string& path);
  StringMap<PublicKey> keys_;
};

PrivateKey GeneratePrivateKey();
// PERMISSION_DENIED when others than the owner can read the file.
absl::StatusOr<PrivateKey> LoadPrivateKey(const std::string& path);

// Makes `dir` with both files, the private one with mode 0600, where they are missing; leaves
// existing ones as they are. Safe when several processes start at once.
absl::Status CreateKeyFiles(const std::string& dir, const KeyFiles& files = {});

}  // namespace baodao::auth
