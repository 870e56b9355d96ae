#include "services/registration/app/vault.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <utility>
#include <vector>

#include "common/crypto/mask.h"
#include "common/crypto/random.h"
#include "common/ids/ids.h"
#include "common/search/blind_terms.h"
#include "common/status/macros.h"

namespace baodao::registration {
namespace {

// Binds a sealed value to its person and field.
std::string Place(const v1::PersonRecord& record, std::string_view field) {
  return "person:" + record.person().person_id() + ":" + std::string(field);
}

std::string Place(const v1::VerificationRecord& record) {
  return "verification:" + record.verification().verification_id() + ":proof";
}

}  // namespace

std::string Vault::Hash(std::string_view kind, std::string_view a, std::string_view b) const {
  std::string text(kind);
  for (const std::string_view part : {a, b}) {
    text += '\0';
    text += part;
  }
  return ring_.LookupHash(text);
}

void Vault::Seal(const PrivateFields& fields, v1::PersonRecord* record) const {
  const auto seal = [&](const std::string& text, std::string_view field) {
    return text.empty() ? std::string() : ring_.Seal(text, Place(*record, field));
  };
  record->set_sealed_name(seal(fields.name, "name"));
  record->set_sealed_phone(seal(fields.phone, "phone"));
  record->set_sealed_address(seal(fields.address, "address"));
  record->set_sealed_home(seal(fields.home ? fields.home->SerializeAsString() : "", "home"));
  record->set_sealed_photo(seal(fields.photo ? fields.photo->SerializeAsString() : "", "photo"));
  const auto& contact = fields.emergency_contact;
  record->set_sealed_emergency_contact(
      seal(contact ? contact->SerializeAsString() : "", "emergency_contact"));
  const std::vector<std::string> terms = search::BlindTerms(ring_, fields.name, fields.phone);
  record->mutable_search_terms()->Assign(terms.begin(), terms.end());
}

absl::StatusOr<PrivateFields> Vault::Open(const v1::PersonRecord& record) const {
  const auto open = [&](const std::string& sealed,
                        std::string_view field) -> absl::StatusOr<std::string> {
    if (sealed.empty()) return std::string();
    return ring_.Open(sealed, Place(record, field));
  };
  PrivateFields fields;
  ASSIGN_OR_RETURN(fields.name, open(record.sealed_name(), "name"));
  ASSIGN_OR_RETURN(fields.phone, open(record.sealed_phone(), "phone"));
  ASSIGN_OR_RETURN(fields.address, open(record.sealed_address(), "address"));
  ASSIGN_OR_RETURN(const std::string home, open(record.sealed_home(), "home"));
  if (!home.empty() && !fields.home.emplace().ParseFromString(home)) {
    return absl::DataLossError("a sealed home cannot be parsed");
  }
  ASSIGN_OR_RETURN(const std::string photo, open(record.sealed_photo(), "photo"));
  if (!photo.empty() && !fields.photo.emplace().ParseFromString(photo)) {
    return absl::DataLossError("a sealed photo cannot be parsed");
  }
  ASSIGN_OR_RETURN(const std::string contact,
                   open(record.sealed_emergency_contact(), "emergency_contact"));
  if (!contact.empty() && !fields.emergency_contact.emplace().ParseFromString(contact)) {
    return absl::DataLossError("a sealed emergency contact cannot be parsed");
  }
  return fields;
}

absl::StatusOr<v1::Person> Vault::Show(const v1::PersonRecord& record, bool own) const {
  ASSIGN_OR_RETURN(PrivateFields fields, Open(record));
  v1::Person person = record.person();
  person.set_display_name(own ? std::move(fields.name) : crypto::MaskName(fields.name));
  person.set_phone(own ? std::move(fields.phone) : crypto::MaskPhone(fields.phone));
  person.set_address(own ? std::move(fields.address) : crypto::MaskAddress(fields.address));
  if (own && fields.home) {
    *person.mutable_home() = *std::move(fields.home);
  } else if (record.has_coarse_home()) {
    *person.mutable_home() = record.coarse_home();
  }
  if (own && fields.photo) *person.mutable_photo() = *std::move(fields.photo);
  if (own && fields.emergency_contact) {
    *person.mutable_emergency_contact() = *std::move(fields.emergency_contact);
  }
  if (!own) {
    person.clear_blocked_person_ids();
    person.clear_privacy_consents();
    person.clear_delete_time();
  }
  return person;
}

void Vault::SealProof(const v1::ApplyForVerificationRequest& request,
                      v1::VerificationRecord* record) const {
  v1::Verification proof;
  proof.set_statement(request.statement());
  *proof.mutable_photos() = request.photos();
  if (const std::string text = proof.SerializeAsString(); !text.empty()) {
    record->set_sealed_proof(ring_.Seal(text, Place(*record)));
  }
}

absl::StatusOr<v1::Verification> Vault::Show(const v1::VerificationRecord& record) const {
  v1::Verification verification = record.verification();
  if (record.sealed_proof().empty()) return verification;
  ASSIGN_OR_RETURN(const std::string text, ring_.Open(record.sealed_proof(), Place(record)));
  v1::Verification proof;
  if (!proof.ParseFromString(text)) {
    return absl::DataLossError("the sealed proof of an application cannot be parsed");
  }
  verification.MergeFrom(proof);
  return verification;
}

std::string Vault::RefreshToken(std::string_view session_id, std::string_view link) const {
  return absl::StrCat(std::string(session_id), ".", std::string(link), ".",
                      Hash("mark", session_id, link));
}

std::string Vault::FirstRefreshToken(std::string_view session_id) const {
  return RefreshToken(session_id, Hash("link", session_id, ""));
}

std::string Vault::NextRefreshToken(std::string_view token) const {
  const std::string_view session_id = token.substr(0, token.find('.'));
  return RefreshToken(session_id, Hash("link", session_id, token));
}

std::string Vault::SessionOf(std::string_view refresh_token) const {
  const size_t first = refresh_token.find('.');
  const size_t second = refresh_token.find('.', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return {};
  const std::string_view session_id = refresh_token.substr(0, first);
  const std::string_view link = refresh_token.substr(first + 1, second - first - 1);
  if (!ids::IsValid(session_id, "ses")) return {};
  const std::string mark = Hash("mark", session_id, link);
  if (!crypto::SecureEquals(mark, refresh_token.substr(second + 1))) return {};
  return std::string(session_id);
}

std::string Vault::DeviceToken(std::string_view phone_hash, std::string_view device_id,
                               Time expires) const {
  std::string said(device_id);
  absl::StrAppend(&said, ".", expires.time_since_epoch().count());
  return absl::StrCat(said, ".", Hash("device", phone_hash, said));
}

std::string Vault::DeviceOf(std::string_view device_token, std::string_view phone_hash,
                            Time now) const {
  const size_t first = device_token.find('.');
  const size_t second = device_token.find('.', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return {};
  const std::string device(device_token.substr(0, first));
  int64_t ms = 0;
  const std::string until(device_token.substr(first + 1, second - first - 1));
  if (!ids::IsValid(device, "dev") || !absl::SimpleAtoi(until, &ms)) return {};
  const Time expires{Millis(ms)};
  const bool genuine = crypto::SecureEquals(DeviceToken(phone_hash, device, expires), device_token);
  return genuine && now < expires ? device : std::string();
}

}  // namespace baodao::registration
