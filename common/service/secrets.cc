#include "common/service/secrets.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/status/macros.h"

namespace baodao::service {
namespace {

constexpr char kRing[] = "/ring.json";

absl::StatusOr<std::vector<auth::KeySource>> SourcesOf(const config::Config& config,
                                                       const std::string& own_path) {
  std::vector<auth::KeySource> sources(1);
  sources[0].path = own_path;
  for (const std::string& issuer : config.List("issuers")) {
    const size_t equals = issuer.find('=');
    if (equals == std::string::npos) {
      return absl::InvalidArgumentError("issuers: \"" + issuer + "\" is not issuer=path");
    }
    auth::KeySource other;
    other.issuer = issuer.substr(0, equals);
    other.path = issuer.substr(equals + 1);
    other.trusted = false;
    sources.push_back(other);
  }
  return sources;
}

bool Fits(const auth::PublicKey& known, const auth::PrivateKey& key) {
  return known.trusted && std::equal(known.key.begin(), known.key.end(),
                                     key.secret.end() - known.key.size(), key.secret.end());
}

}  // namespace

absl::StatusOr<TokenKeys> LoadTokenKeys(const config::Config& config) {
  const std::string& dir = config.Str("keys_dir");
  const std::string signing_path = absl::StrCat(dir, "/", std::string(auth::kPrivateKeyFile));
  ASSIGN_OR_RETURN(auth::PrivateKey signing, auth::LoadPrivateKey(signing_path));
  const std::string public_path = absl::StrCat(dir, "/", std::string(auth::kPublicKeysFile));
  ASSIGN_OR_RETURN(const std::vector<auth::KeySource> sources, SourcesOf(config, public_path));
  ASSIGN_OR_RETURN(auth::KeySet verifying, auth::KeySet::Load(sources));
  // A service whose own tokens nobody believes would look healthy and be of no use.
  const auth::PublicKey* ours = verifying.Find(signing.kid);
  if (ours == nullptr || !Fits(*ours, signing)) {
    return absl::InvalidArgumentError(absl::StrCat(public_path, " does not hold the public key of ",
                                                   signing_path, " (kid ", signing.kid, ")"));
  }
  return TokenKeys{std::move(signing), std::move(verifying)};
}

absl::StatusOr<Secrets> LoadSecrets(const config::Config& config) {
  const std::string& dir = config.Str("keys_dir");
  const bool create = config.Bool("create_keys");
  if (create) RETURN_IF_ERROR(auth::CreateKeyFiles(dir));
  ASSIGN_OR_RETURN(crypto::KeyRing ring, create ? crypto::KeyRing::LoadOrCreate(dir + kRing)
                                                : crypto::KeyRing::Load(dir + kRing));
  ASSIGN_OR_RETURN(TokenKeys tokens, LoadTokenKeys(config));
  return Secrets{std::move(ring), std::move(tokens)};
}

}  // namespace baodao::service
