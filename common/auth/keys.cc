#include "common/auth/keys.h"

#include <google/protobuf/util/json_util.h>
#include <sodium.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <utility>

#include "baodao/auth/v1/token.pb.h"
#include "common/crypto/base64.h"
#include "common/crypto/random.h"
#include "common/crypto/secret_file.h"
#include "common/status/macros.h"

namespace baodao::auth {
namespace {

using crypto::Base64;

bool ParseJson(const std::string& json, google::protobuf::Message* out) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  return google::protobuf::util::JsonStringToMessage(json, out, options).ok();
}

std::string PrintJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string json;
  const auto printed = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!printed.ok()) std::abort();  // Plain strings always print.
  return json;
}

std::string Encode(const unsigned char* bytes, size_t size) {
  return crypto::Encode64({reinterpret_cast<const char*>(bytes), size}, Base64::kUrl);
}

bool Decode(const std::string& text, unsigned char* out, size_t size) {
  const std::optional<std::string> bytes = crypto::Decode64(text, Base64::kUrl);
  if (!bytes.has_value() || bytes->size() != size) return false;
  std::copy(bytes->begin(), bytes->end(), out);
  return true;
}

const unsigned char* PublicPart(const PrivateKey& key) { return key.secret.data() + 32; }

// The JWK thumbprint of RFC 7638: the same key has the same id everywhere.
std::string Thumbprint(const std::string& x) {
  const std::string canonical = R"({"crv":"Ed25519","kty":"OKP","x":")" + x + "\"}";
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(canonical.data()),
                     canonical.size());
  return Encode(hash.data(), hash.size());
}

v1::JsonWebKey PublicJwk(const std::string& kid, const unsigned char* key) {
  v1::JsonWebKey jwk;
  jwk.set_kty("OKP");
  jwk.set_crv("Ed25519");
  jwk.set_kid(kid);
  jwk.set_alg("EdDSA");
  jwk.set_use("sig");
  jwk.set_x(Encode(key, 32));
  return jwk;
}

bool IsEd25519(const v1::JsonWebKey& jwk) { return jwk.kty() == "OKP" && jwk.crv() == "Ed25519"; }

absl::Status IgnoreExisting(absl::Status status) {
  return absl::IsAlreadyExists(status) ? absl::OkStatus() : status;
}

}  // namespace

absl::Status KeySet::Add(PublicKey key, const std::string& path) {
  const std::string kid = key.kid;
  if (kid.empty()) return absl::InvalidArgumentError(path + ": a key has no kid");
  if (!keys_.emplace(kid, std::move(key)).second) {
    return absl::InvalidArgumentError(path + ": key " + kid + " was loaded before");
  }
  return absl::OkStatus();
}

absl::StatusOr<KeySet> KeySet::Load(const std::vector<KeySource>& sources) {
  crypto::Init();
  KeySet set;
  for (const KeySource& source : sources) {
    ASSIGN_OR_RETURN(const std::string json, crypto::ReadFile(source.path, /*secret=*/false));
    v1::JsonWebKeySet jwks;
    if (!ParseJson(json, &jwks)) {
      return absl::InvalidArgumentError(source.path + ": not a JSON Web Key Set");
    }
    const size_t before = set.size();
    for (const auto& jwk : jwks.keys()) {
      if (!IsEd25519(jwk)) continue;
      PublicKey key{jwk.kid(), {}, source.issuer, source.trusted};
      if (!Decode(jwk.x(), key.key.data(), key.key.size())) {
        return absl::InvalidArgumentError(source.path + ": key " + jwk.kid() + " is malformed");
      }
      RETURN_IF_ERROR(set.Add(std::move(key), source.path));
    }
    if (set.size() == before) {
      return absl::InvalidArgumentError(source.path + ": holds no Ed25519 key");
    }
  }
  return set;
}

KeySet KeySet::Of(const PrivateKey& key) {
  PublicKey entry{key.kid, {}, std::string(kOwnIssuer), true};
  std::copy(PublicPart(key), PublicPart(key) + 32, entry.key.begin());
  KeySet set;
  set.keys_.emplace(key.kid, std::move(entry));
  return set;
}

const PublicKey* KeySet::Find(std::string_view kid) const {
  const auto found = keys_.find(kid);
  return found == keys_.end() ? nullptr : &found->second;
}

v1::JsonWebKeySet KeySet::Jwks() const {
  std::map<std::string_view, const PublicKey*> sorted;
  for (const auto& [kid, key] : keys_) sorted[kid] = &key;
  v1::JsonWebKeySet jwks;
  for (const auto& [kid, key] : sorted) *jwks.add_keys() = PublicJwk(key->kid, key->key.data());
  return jwks;
}

PrivateKey GeneratePrivateKey() {
  crypto::Init();
  PrivateKey key;
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> unused{};
  crypto_sign_keypair(unused.data(), key.secret.data());
  key.kid = Thumbprint(Encode(PublicPart(key), 32));
  return key;
}

absl::StatusOr<PrivateKey> LoadPrivateKey(const std::string& path) {
  crypto::Init();
  ASSIGN_OR_RETURN(const std::string json, crypto::ReadFile(path, /*secret=*/true));
  v1::JsonWebKey jwk;
  std::array<unsigned char, crypto_sign_SEEDBYTES> seed{};
  if (!ParseJson(json, &jwk) || !IsEd25519(jwk) || jwk.kid().empty() ||
      !Decode(jwk.d(), seed.data(), seed.size())) {
    return absl::InvalidArgumentError(path + ": not an Ed25519 private key in JWK form");
  }
  PrivateKey key;
  key.kid = jwk.kid();
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> unused{};
  crypto_sign_seed_keypair(unused.data(), key.secret.data(), seed.data());
  sodium_memzero(seed.data(), seed.size());
  if (Encode(PublicPart(key), 32) != jwk.x()) {
    return absl::InvalidArgumentError(path +
                                      ": its public and private parts do not belong together");
  }
  return key;
}

absl::Status CreateKeyFiles(const std::string& dir, const KeyFiles& files) {
  const std::string private_path = dir + "/" + std::string(files.private_key);
  const PrivateKey fresh = GeneratePrivateKey();
  v1::JsonWebKey jwk = PublicJwk(fresh.kid, PublicPart(fresh));
  jwk.set_d(Encode(fresh.secret.data(), crypto_sign_SEEDBYTES));
  RETURN_IF_ERROR(IgnoreExisting(crypto::CreateFile(private_path, PrintJson(jwk), true)));
  // The public file follows whatever private key is there now, also after a crash in between.
  ASSIGN_OR_RETURN(const PrivateKey key, LoadPrivateKey(private_path));
  v1::JsonWebKeySet jwks;
  *jwks.add_keys() = PublicJwk(key.kid, PublicPart(key));
  const std::string public_path = dir + "/" + std::string(files.public_keys);
  return IgnoreExisting(crypto::CreateFile(public_path, PrintJson(jwks), false));
}

}  // namespace baodao::auth
