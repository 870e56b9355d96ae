#include "services/registration/domain/verification_rules.h"

#include <algorithm>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/photo/photo.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/validate/tags.h"
#include "common/vocabulary/current.h"

namespace baodao::registration {
namespace {

bool IsDeclared(const v1::Person& person, const std::string& category) {
  return std::ranges::count(person.categories(), category) > 0;
}

absl::Status CheckRoomFor(const v1::Person& person, const std::string& category) {
  if (IsDeclared(person, category) || person.categories_size() < kMaxCategories) {
    return absl::OkStatus();
  }
  return Refuse(Reason::TOO_MANY_CATEGORIES, {{"max", std::to_string(kMaxCategories)}});
}

bool IsActiveAt(const v1::PersonRecord& person, const std::string& area) {
  return std::ranges::count(person.area_codes(), area) > 0;
}

// The request that would grant the credential directly.
v1::GrantCredentialRequest GrantOf(const v1::Verification& verification) {
  v1::GrantCredentialRequest grant;
  grant.set_person_id(verification.person_id());
  grant.set_kind(verification.credential_kind());
  grant.set_issuer(verification.issuer());
  *grant.mutable_expire_time() = verification.expire_time();
  grant.set_area_code(verification.area_code());
  return grant;
}

absl::Status CheckSubject(const v1::ApplyForVerificationRequest& request, Time now) {
  const bool credential = !request.credential_kind().empty();
  if (!credential && request.category().empty()) {
    return RefuseField("category", ViolationKind::REQUIRED);
  }
  if (!credential) {
    if (!request.issuer().empty()) return RefuseField("issuer", ViolationKind::NOT_ALLOWED);
    if (request.has_expire_time()) return RefuseField("expire_time", ViolationKind::NOT_ALLOWED);
    return absl::OkStatus();
  }
  if (!request.category().empty()) return RefuseField("category", ViolationKind::NOT_ALLOWED);
  if (request.issuer().empty()) return RefuseField("issuer", ViolationKind::REQUIRED);
  if (!request.has_expire_time()) return RefuseField("expire_time", ViolationKind::REQUIRED);
  return CheckCredentialExpiry(ToTime(request.expire_time()), now);
}

// A retired category or kind is for whoever has it already.
absl::Status CheckTags(const v1::ApplyForVerificationRequest& request, const v1::Person& person) {
  if (!request.credential_kind().empty()) {
    return CheckCredentialKind("credential_kind", request.credential_kind(), person);
  }
  if (IsDeclared(person, request.category())) return absl::OkStatus();
  return validate::CheckNewTag(vocabulary::v1::TAG_KIND_PERSON, "category", request.category());
}

}  // namespace

bool NeedsProof(std::string_view category) {
  const vocabulary::Tag* const tag =
      vocabulary::Current().Find(vocabulary::v1::TAG_KIND_PERSON, category);
  return tag != nullptr && tag->needs_verification;
}

bool IsVerified(const v1::Person& person, std::string_view category) {
  return std::ranges::any_of(person.verified_categories(), [&](const v1::VerifiedCategory& held) {
    return held.category() == category;
  });
}

bool Counts(const v1::Person& person, std::string_view category) {
  return !NeedsProof(category) || IsVerified(person, category);
}

absl::StatusOr<std::string> AnsweringArea(const std::string& wanted,
                                          const v1::PersonRecord& person) {
  const bool known = wanted.empty() ? !person.area_codes().empty() : IsActiveAt(person, wanted);
  if (!known) return Refuse(Reason::NOT_REGISTERED);
  if (!wanted.empty()) return wanted;
  if (person.area_codes_size() > 1) return RefuseField("area_code", ViolationKind::REQUIRED);
  return person.area_codes(0);
}

std::string UnitThrough(const v1::PersonRecord& person, std::string_view area_code) {
  const auto through =
      std::ranges::find(person.through_units(), area_code, &v1::ThroughUnit::area_code);
  return through == person.through_units().end() ? std::string() : through->unit_id();
}

absl::Status CheckApplication(const v1::ApplyForVerificationRequest& request, Time now) {
  RETURN_IF_ERROR(CheckSubject(request, now));
  return photo::CheckPhotos(request.photos(), "photos");
}

absl::StatusOr<v1::Verification> Apply(const v1::ApplyForVerificationRequest& request,
                                       const std::string& id, const std::string& applicant_id,
                                       Time now, v1::PersonRecord* record) {
  const v1::Person& person = record->person();
  ASSIGN_OR_RETURN(const std::string area, AnsweringArea(request.area_code(), *record));
  const bool applied =
      std::ranges::any_of(record->open_verifications(), [&](const v1::OpenVerification& open) {
        return open.category() == request.category() &&
               open.credential_kind() == request.credential_kind();
      });
  if (applied) return Refuse(Reason::ALREADY_APPLIED);
  RETURN_IF_ERROR(CheckTags(request, person));
  if (!request.category().empty()) {
    if (IsVerified(person, request.category())) {
      return Refuse(Reason::ALREADY_VERIFIED, {{"category", request.category()}});
    }
    RETURN_IF_ERROR(CheckRoomFor(person, request.category()));
  }
  if (record->open_verifications_size() >= kMaxOpenVerifications) {
    return Refuse(Reason::TOO_MANY_VERIFICATIONS, {{"max", std::to_string(kMaxOpenVerifications)}});
  }
  v1::OpenVerification& open = *record->add_open_verifications();
  open.set_verification_id(id);
  open.set_category(request.category());
  open.set_credential_kind(request.credential_kind());
  v1::Verification verification;
  verification.set_verification_id(id);
  verification.set_person_id(person.person_id());
  verification.set_area_code(area);
  verification.set_unit_id(UnitThrough(*record, area));
  verification.set_state(kVerificationMachine.first());
  verification.set_category(request.category());
  verification.set_credential_kind(request.credential_kind());
  verification.set_issuer(request.issuer());
  if (request.has_expire_time()) *verification.mutable_expire_time() = request.expire_time();
  verification.set_source(applicant_id == person.person_id() ? v1::VERIFICATION_SOURCE_SELF_APPLIED
                                                             : v1::VERIFICATION_SOURCE_NOMINATED);
  verification.set_applicant_id(applicant_id);
  *verification.mutable_create_time() = ToTimestamp(now);
  *verification.mutable_update_time() = ToTimestamp(now);
  return verification;
}

absl::Status Move(VerificationEvent event, Time now, v1::VerificationRecord* record,
                  v1::PersonRecord* person) {
  v1::Verification& verification = *record->mutable_verification();
  RETURN_IF_ERROR(kVerificationMachine.Move(&verification, event));
  *verification.mutable_update_time() = ToTimestamp(now);
  record->clear_sealed_proof();
  auto& open = *person->mutable_open_verifications();
  const auto at = std::ranges::find(open, verification.verification_id(),
                                    &v1::OpenVerification::verification_id);
  if (at != open.end()) open.erase(at);
  return absl::OkStatus();
}

absl::Status Accept(const v1::Verification& verification, const Verifier& verifier, Time now,
                    v1::PersonRecord* record) {
  if (!IsActiveAt(*record, verification.area_code())) return Refuse(Reason::NOT_REGISTERED);
  const std::string& category = verification.category();
  if (category.empty()) {
    return GrantCredential(GrantOf(verification), verifier, now, record).status();
  }
  v1::Person& person = *record->mutable_person();
  RETURN_IF_ERROR(CheckRoomFor(person, category));
  if (!IsDeclared(person, category)) person.add_categories(category);
  v1::VerifiedCategory& verified = *person.add_verified_categories();
  verified.set_category(category);
  verified.set_verifier_id(verifier.id);
  *verified.mutable_verify_time() = ToTimestamp(now);
  verified.set_area_code(verification.area_code());
  verified.set_source(verification.source());
  *person.mutable_update_time() = ToTimestamp(now);
  return absl::OkStatus();
}

absl::StatusOr<v1::VerifiedCategory> RevokeCategory(const v1::RevokeVerificationRequest& request,
                                                    const Verifier& verifier, Time now,
                                                    v1::PersonRecord* record) {
  v1::Person& person = *record->mutable_person();
  auto& all = *person.mutable_verified_categories();
  const auto held = std::ranges::find(all, request.category(), &v1::VerifiedCategory::category);
  if (held == all.end()) return NotFound("category", request.category());
  if (!verifier.coordinates(held->area_code())) {
    return Refuse(Reason::VERIFICATION_OF_ANOTHER_AREA, {{"area", held->area_code()}});
  }
  v1::VerifiedCategory revoked = *held;
  all.erase(held);
  *person.mutable_update_time() = ToTimestamp(now);
  return revoked;
}

std::optional<Time> AnswerDeadline(const v1::VerificationRecord& record) {
  const v1::Verification& verification = record.verification();
  if (verification.state() != v1::VERIFICATION_STATE_PENDING) return std::nullopt;
  return ToTime(verification.create_time()) + kAnswerWithin;
}

}  // namespace baodao::registration
