#include "services/registration/domain/credential_rules.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "common/clock/time_text.h"
#include "common/clock/timestamp.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/validate/tags.h"

namespace baodao::registration {
namespace {

constexpr int kMaxKinds = 16;
constexpr std::chrono::years kLongest{50};
constexpr std::chrono::days kRemindBefore[] = {std::chrono::days(30), std::chrono::days(7)};

auto Find(v1::Person& person, const std::string& kind) {
  return std::ranges::find(*person.mutable_credentials(), kind, &v1::Credential::kind);
}

bool IsActiveUnder(const std::string& area, const Verifier& verifier,
                   const v1::PersonRecord& person) {
  return std::ranges::any_of(person.area_codes(),
                             [&](const std::string& code) { return verifier.covers(area, code); });
}

// Whether it is worth nothing any more, so that whoever may grant one of the kind may replace it.
bool HasLapsed(const v1::Credential& held, const Verifier& verifier, Time now,
               const v1::PersonRecord& person) {
  if (ToTime(held.expire_time()) <= now) return true;
  return !held.area_code().empty() && !IsActiveUnder(held.area_code(), verifier, person);
}

// One from before credentials had areas belongs to wherever the person is ACTIVE, and to those who
// coordinate everything.
absl::Status CheckMayChange(const v1::Credential& held, const Verifier& verifier,
                            const v1::PersonRecord& person) {
  const std::string& area = held.area_code();
  const bool may = verifier.coordinates(area) ||
                   (area.empty() && std::ranges::any_of(person.area_codes(), verifier.coordinates));
  return may ? absl::OkStatus() : Refuse(Reason::CREDENTIAL_OF_ANOTHER_AREA, {{"area", area}});
}

// The area that answers for it: where the person is ACTIVE, or above.
absl::StatusOr<std::string> GrantingArea(const std::string& wanted, const Verifier& verifier,
                                         const v1::PersonRecord& person) {
  if (!wanted.empty()) {
    if (!verifier.coordinates(wanted)) return Refuse(Reason::PERMISSION_DENIED);
    if (!IsActiveUnder(wanted, verifier, person)) return Refuse(Reason::NOT_REGISTERED);
    return wanted;
  }
  std::vector<std::string> areas;
  std::ranges::copy_if(person.area_codes(), std::back_inserter(areas), verifier.coordinates);
  if (areas.empty()) return Refuse(Reason::NOT_REGISTERED);
  if (areas.size() > 1) return RefuseField("area_code", ViolationKind::REQUIRED);
  return areas.front();
}

// The first reminder of the credential that has not been sent.
std::optional<Time> ReminderOf(const v1::Credential& credential, const v1::PersonRecord& person) {
  const Time done = std::max(ToTime(credential.verify_time()), ToTime(person.reminded_until()));
  for (const std::chrono::days before : kRemindBefore) {
    const Time due = ToTime(credential.expire_time()) - before;
    if (due > done) return due;
  }
  return std::nullopt;
}

}  // namespace

absl::Status CheckCredentialKind(std::string field, const std::string& kind,
                                 const v1::Person& person) {
  if (std::ranges::count(person.credentials(), kind, &v1::Credential::kind) > 0) {
    return absl::OkStatus();
  }
  return validate::CheckNewTag(vocabulary::v1::TAG_KIND_CREDENTIAL, std::move(field), kind);
}

absl::Status CheckCredentialExpiry(Time expires, Time now) {
  if (expires <= now) return RefuseField("expire_time", ViolationKind::IN_THE_PAST);
  const Time last = now + kLongest;
  if (expires <= last) return absl::OkStatus();
  std::string latest = ToRfc3339(last);
  return RefuseField("expire_time", ViolationKind::TOO_FAR_AHEAD, {{"max", std::move(latest)}});
}

absl::StatusOr<v1::Credential> GrantCredential(const v1::GrantCredentialRequest& request,
                                               const Verifier& verifier, Time now,
                                               v1::PersonRecord* record) {
  v1::Person& person = *record->mutable_person();
  if (verifier.id == person.person_id()) return Refuse(Reason::OWN_CREDENTIAL);
  RETURN_IF_ERROR(CheckCredentialExpiry(ToTime(request.expire_time()), now));
  const auto held = Find(person, request.kind());
  const bool replaced = held != person.mutable_credentials()->end();
  const bool renewed = replaced && !HasLapsed(*held, verifier, now, *record);
  if (renewed) RETURN_IF_ERROR(CheckMayChange(*held, verifier, *record));
  const std::string& wanted =
      request.area_code().empty() && renewed ? held->area_code() : request.area_code();
  ASSIGN_OR_RETURN(std::string area, GrantingArea(wanted, verifier, *record));
  if (!replaced && person.credentials_size() >= kMaxKinds) {
    return Refuse(Reason::TOO_MANY_CREDENTIALS, {{"max", std::to_string(kMaxKinds)}});
  }
  v1::Credential& credential = replaced ? *held : *person.add_credentials();
  credential.set_kind(request.kind());
  credential.set_issuer(request.issuer());
  *credential.mutable_expire_time() = request.expire_time();
  credential.set_verifier_id(verifier.id);
  *credential.mutable_verify_time() = ToTimestamp(now);
  credential.set_area_code(std::move(area));
  *person.mutable_update_time() = ToTimestamp(now);
  return credential;
}

absl::StatusOr<v1::Credential> RevokeCredential(const v1::RevokeCredentialRequest& request,
                                                const Verifier& verifier, Time now,
                                                v1::PersonRecord* record) {
  v1::Person& person = *record->mutable_person();
  const auto held = Find(person, request.kind());
  if (held == person.mutable_credentials()->end()) return NotFound("credential", request.kind());
  RETURN_IF_ERROR(CheckMayChange(*held, verifier, *record));
  v1::Credential revoked = *held;
  person.mutable_credentials()->erase(held);
  *person.mutable_update_time() = ToTimestamp(now);
  return revoked;
}

std::optional<Time> NextReminder(const v1::PersonRecord& record) {
  std::optional<Time> next;
  for (const v1::Credential& credential : record.person().credentials()) {
    const std::optional<Time> due = ReminderOf(credential, record);
    if (due && (!next || *due < *next)) next = due;
  }
  return next;
}

std::vector<v1::Credential> Remind(Time now, v1::PersonRecord* record) {
  std::vector<v1::Credential> expiring;
  for (const v1::Credential& credential : record->person().credentials()) {
    const std::optional<Time> due = ReminderOf(credential, *record);
    const bool valid = now < ToTime(credential.expire_time());
    if (due && *due <= now && valid) expiring.push_back(credential);
  }
  *record->mutable_reminded_until() = ToTimestamp(now);
  return expiring;
}

}  // namespace baodao::registration
