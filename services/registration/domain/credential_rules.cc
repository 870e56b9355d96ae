#include "services/registration/domain/credential_rules.h"

#include <absl/time/time.h>

#include <algorithm>

#include "common/clock/timestamp.h"
#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::registration {
namespace {

constexpr int kMostKinds = 16;
constexpr std::chrono::years kLongest{50};

auto Find(v1::Person& person, const std::string& kind) {
  return std::ranges::find(*person.mutable_credentials(), kind, &v1::Credential::kind);
}

absl::Status CheckExpiry(Time expires, Time now) {
  if (expires <= now) return RefuseField("expire_time", ViolationKind::IN_THE_PAST);
  const Time last = now + kLongest;
  if (expires <= last) return absl::OkStatus();
  std::string day = absl::FormatTime("%Y-%m-%d", absl::FromChrono(last), absl::UTCTimeZone());
  return RefuseField("expire_time", ViolationKind::TOO_FAR_AHEAD, {{"max", std::move(day)}});
}

}  // namespace

absl::Status GrantCredential(const v1::GrantCredentialRequest& request,
                             const std::string& verifier_id, Time now, v1::PersonRecord* record) {
  v1::Person& person = *record->mutable_person();
  if (verifier_id == person.person_id()) return Refuse(Reason::OWN_CREDENTIAL);
  RETURN_IF_ERROR(CheckExpiry(ToTime(request.expire_time()), now));
  const auto held = Find(person, request.kind());
  const bool renewed = held != person.mutable_credentials()->end();
  if (!renewed && person.credentials_size() >= kMostKinds) {
    return Refuse(Reason::TOO_MANY_CREDENTIALS, {{"max", std::to_string(kMostKinds)}});
  }
  v1::Credential& credential = renewed ? *held : *person.add_credentials();
  credential.set_kind(request.kind());
  credential.set_issuer(request.issuer());
  *credential.mutable_expire_time() = request.expire_time();
  credential.set_verifier_id(verifier_id);
  *credential.mutable_verify_time() = ToTimestamp(now);
  *person.mutable_update_time() = ToTimestamp(now);
  return absl::OkStatus();
}

absl::Status RevokeCredential(const v1::RevokeCredentialRequest& request, Time now,
                              v1::PersonRecord* record) {
  v1::Person& person = *record->mutable_person();
  const auto held = Find(person, request.kind());
  if (held == person.mutable_credentials()->end()) return NotFound("credential", request.kind());
  person.mutable_credentials()->erase(held);
  *person.mutable_update_time() = ToTimestamp(now);
  return absl::OkStatus();
}

}  // namespace baodao::registration
