#include "common/certificate/signed_facts.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <sodium.h>

#include <array>
#include <optional>
#include <vector>

#include "common/crypto/base64.h"

namespace baodao::certificate {
namespace {

using crypto::Base64;

constexpr char kForm[] = "BAODAO1";
// Signed with the facts, so that the key signs nothing else by mistake.
constexpr char kPurpose[] = "baodao.certificate.1\n";

const unsigned char* Bytes(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string Sign(dispatch::v1::CertificateFacts facts, const auth::PrivateKey& key) {
  facts.set_kid(key.kid);
  const std::string bytes = facts.SerializeAsString();
  const std::string message = absl::StrCat(kPurpose, bytes);
  std::array<char, crypto_sign_BYTES> signature{};
  crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr, Bytes(message),
                       message.size(), key.secret.data());
  return absl::StrCat(kForm, ".", crypto::Encode64(bytes, Base64::kUrl), ".",
                      crypto::Encode64({signature.data(), signature.size()}, Base64::kUrl));
}

absl::StatusOr<dispatch::v1::CertificateFacts> Verify(std::string_view text,
                                                      const auth::KeySet& keys) {
  const std::vector<std::string> parts =
      absl::StrSplit(absl::string_view(text.data(), text.size()), '.');
  if (parts.size() != 3 || parts[0] != kForm) {
    return absl::DataLossError("it is no text of a certificate");
  }
  const std::optional<std::string> bytes = crypto::Decode64(parts[1], Base64::kUrl);
  const std::optional<std::string> signature = crypto::Decode64(parts[2], Base64::kUrl);
  if (!bytes || !signature || signature->size() != crypto_sign_BYTES) {
    return absl::DataLossError("the text of the certificate is damaged");
  }
  const std::string message = absl::StrCat(kPurpose, *bytes);
  // Nothing of it is read before it is known to be genuine.
  const auth::v1::JsonWebKeySet jwks = keys.Jwks();
  for (const auth::v1::JsonWebKey& jwk : jwks.keys()) {
    if (crypto_sign_verify_detached(Bytes(*signature), Bytes(message), message.size(),
                                    keys.Find(jwk.kid())->key.data()) != 0) {
      continue;
    }
    dispatch::v1::CertificateFacts facts;
    if (facts.ParseFromString(*bytes)) return facts;
    return absl::DataLossError("the signed facts cannot be read");
  }
  return absl::DataLossError("none of the published keys has signed these facts");
}

}  // namespace baodao::certificate
