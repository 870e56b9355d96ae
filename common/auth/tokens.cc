#include "common/auth/tokens.h"

#include <google/protobuf/util/json_util.h>
#include <sodium.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

#include "baodao/auth/v1/token.pb.h"
#include "common/crypto/base64.h"
#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::auth {
namespace {

using crypto::Base64;
using std::chrono::seconds;

constexpr char kAlgorithm[] = "EdDSA";
constexpr char kPersonKind[] = "person";
constexpr char kServiceKind[] = "service";

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// One base64url part holding a JSON object.
template <class Message>
std::optional<Message> ParsePart(std::string_view part) {
  const auto json = crypto::Decode64(part, Base64::kUrl);
  if (!json.has_value()) return std::nullopt;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  Message message;
  if (!google::protobuf::util::JsonStringToMessage(*json, &message, options).ok()) {
    return std::nullopt;
  }
  return message;
}

std::string PrintPart(const google::protobuf::Message& message) {
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json).ok()) return {};
  return crypto::Encode64(json, Base64::kUrl);
}

struct Parts {
  std::string_view header, claims, signature;
  std::string_view signed_text;  // Header, '.', claims.
};

std::optional<Parts> Split(std::string_view token) {
  const size_t first = token.find('.');
  const size_t second = first == token.npos ? token.npos : token.find('.', first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos) return std::nullopt;
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
               token.substr(second + 1), token.substr(0, second)};
}

bool IsOurs(const v1::TokenHeader& header) {
  return header.alg() == kAlgorithm && header.crit().empty() &&
         (header.typ().empty() || header.typ() == "JWT" || header.typ() == "at+jwt");
}

bool Verifies(const Parts& parts, const PublicKey& key) {
  const auto signature = crypto::Decode64(parts.signature, Base64::kUrl);
  return signature.has_value() && signature->size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(Bytes(*signature), Bytes(parts.signed_text),
                                     parts.signed_text.size(), key.key.data()) == 0;
}

bool IsForUs(const google::protobuf::Value& audience) {
  if (audience.kind_case() == google::protobuf::Value::kStringValue) {
    return audience.string_value() == kAudience;
  }
  return std::ranges::any_of(audience.list_value().values(),
                             [](const auto& value) { return value.string_value() == kAudience; });
}

// The caller a token names; empty when its claims are not acceptable from this key.
std::optional<Principal> PrincipalOf(const v1::TokenClaims& claims, const PublicKey& key) {
  if (claims.iss() != key.issuer || !IsForUs(claims.aud()) || claims.sub().empty() ||
      claims.exp() == 0) {
    return std::nullopt;
  }
  if (claims.kind() == kServiceKind) {
    if (!key.trusted) return std::nullopt;
    return Principal::Service(claims.sub());
  }
  if (claims.kind() != kPersonKind) return std::nullopt;
  std::vector<RoleGrant> grants;
  for (const auto& role : claims.roles()) {
    if (!key.trusted || role.role() == v1::ROLE_UNSPECIFIED) continue;
    grants.push_back(RoleGrant{role.role(), role.area()});
  }
  return Principal::Person(claims.sub(), std::move(grants), claims.sid());
}

uint32_t Seconds(Time time) {
  return static_cast<uint32_t>(std::chrono::floor<seconds>(time).time_since_epoch().count());
}

absl::Status Invalid() { return Refuse(Reason::TOKEN_INVALID); }

}  // namespace

std::string Signer::Sign(const Principal& principal, Time now, seconds ttl) const {
  v1::TokenHeader header;
  header.set_alg(kAlgorithm);
  header.set_typ("JWT");
  header.set_kid(key_.kid);
  v1::TokenClaims claims;
  claims.set_iss(std::string(kOwnIssuer));
  claims.mutable_aud()->set_string_value(std::string(kAudience));
  claims.set_sub(principal.IsService() ? principal.service : principal.person_id);
  claims.set_kind(principal.IsService() ? kServiceKind : kPersonKind);
  claims.set_iat(Seconds(now));
  claims.set_exp(Seconds(now + ttl));
  claims.set_sid(principal.session_id);
  for (const RoleGrant& grant : principal.grants) {
    auto* role = claims.add_roles();
    role->set_role(grant.role);
    role->set_area(grant.area_code);
  }
  std::string token = PrintPart(header) + "." + PrintPart(claims);
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr, Bytes(token),
                       token.size(), key_.secret.data());
  return token + "." + crypto::Encode64(signature, Base64::kUrl);
}

TokenVerifier::TokenVerifier(KeySet keys, size_t capacity)
    : keys_(std::move(keys)), verified_(capacity) {}

absl::StatusOr<std::shared_ptr<const Principal>> TokenVerifier::Verify(std::string_view token,
                                                                       Time now) {
  const Entry* entry = verified_.Find(token);
  if (entry == nullptr) {
    ASSIGN_OR_RETURN(Entry checked, Check(token));
    // A token that is not valid now is not remembered.
    if (now >= checked.expires) return Refuse(Reason::TOKEN_EXPIRED);
    if (now < checked.not_before) return Invalid();
    entry = &verified_.Put(token, std::move(checked));
  }
  if (now >= entry->expires) return Refuse(Reason::TOKEN_EXPIRED);
  if (now < entry->not_before) return Invalid();
  return entry->principal;
}

absl::StatusOr<TokenVerifier::Entry> TokenVerifier::Check(std::string_view token) {
  if (token.size() > kMaxTokenBytes) return Invalid();
  const auto parts = Split(token);
  if (!parts.has_value()) return Invalid();
  const auto header = ParsePart<v1::TokenHeader>(parts->header);
  if (!header.has_value() || !IsOurs(*header)) return Invalid();
  const PublicKey* const key = keys_.Find(header->kid());
  if (key == nullptr) return Invalid();
  ++verifications_;
  if (!Verifies(*parts, *key)) return Invalid();
  const auto claims = ParsePart<v1::TokenClaims>(parts->claims);
  if (!claims.has_value()) return Invalid();
  auto principal = PrincipalOf(*claims, *key);
  if (!principal.has_value()) return Invalid();
  const Time starts{seconds(std::max(claims->nbf(), claims->iat()))};
  principal->key_id = header->kid();
  principal->expires = Time(seconds(claims->exp())) + kSkew;
  const Time expires = principal->expires;
  return Entry{std::make_shared<const Principal>(*std::move(principal)), starts - kSkew, expires};
}

void TokenVerifier::SetKeys(KeySet keys) {
  keys_ = std::move(keys);
  verified_.Clear();
}

ServiceToken::ServiceToken(const Signer& signer, std::string service, seconds ttl)
    : signer_(signer), principal_(Principal::Service(std::move(service))), ttl_(ttl) {}

const std::string& ServiceToken::Get(Time now) {
  if (token_.empty() || now >= renew_at_ || kid_ != signer_.key().kid) {
    kid_ = signer_.key().kid;
    token_ = signer_.Sign(principal_, now, ttl_);
    renew_at_ = now + std::chrono::duration_cast<Millis>(ttl_) / 2;
  }
  return token_;
}

}  // namespace baodao::auth
