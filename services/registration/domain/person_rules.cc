#include "services/registration/domain/person_rules.h"

#include <algorithm>
#include <unordered_set>

#include "common/areas/geo.h"
#include "common/clock/time_text.h"
#include "common/clock/timestamp.h"
#include "common/photo/photo.h"
#include "common/record/mask.h"
#include "common/status/status.h"
#include "common/vocabulary/current.h"
#include "services/registration/domain/verification_rules.h"

namespace baodao::registration {
namespace {

using google::protobuf::RepeatedPtrField;
using Tags = RepeatedPtrField<std::string>;
using vocabulary::v1::TAG_KIND_CREDENTIAL;
using vocabulary::v1::TAG_KIND_PERSON;
using vocabulary::v1::TAG_KIND_SKILL;

constexpr std::chrono::days kFarthestAbsence{365};
// In metres. Less finds nothing.
constexpr int kSmallestRadius = 100;

// Each tag (or id) once, in the order given.
void SetTags(const Tags& from, Tags* to) {
  to->Clear();
  std::unordered_set<std::string_view> seen;
  for (const std::string& tag : from) {
    if (seen.insert(tag).second) *to->Add() = tag;
  }
}

bool Contains(const Tags& tags, const std::string& tag) {
  return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

// Whether one of the tags is `asked`, or below it; true where nothing is asked for.
bool HasOneBelow(vocabulary::TagKind kind, const std::string& asked, const Tags& tags) {
  return asked.empty() || std::ranges::any_of(tags, [&](const std::string& tag) {
           return vocabulary::Current().Covers(kind, asked, tag);
         });
}

void SetHome(const v1::UpdatePersonRequest& request, v1::PersonRecord* record,
             PrivateFields* fields) {
  // 0,0 is no place: it takes the home away as leaving it out does.
  if (request.home().latitude() == 0 && request.home().longitude() == 0) {
    record->clear_coarse_home();
    fields->home.reset();
    return;
  }
  *record->mutable_coarse_home() = areas::Coarse(request.home());
  fields->home = request.home();
}

void SetCategories(const Tags& categories, v1::Person* person) {
  SetTags(categories, person->mutable_categories());
  auto& verified = *person->mutable_verified_categories();
  const auto kept =
      std::remove_if(verified.begin(), verified.end(), [&](const v1::VerifiedCategory& held) {
        return !Contains(person->categories(), held.category());
      });
  verified.erase(kept, verified.end());
}

void CheckAbsence(const common::v1::TimeWindow& absence, std::string field, Time now,
                  std::vector<Violation>* violations) {
  const Time end = ToTime(absence.end());
  if (end <= ToTime(absence.start())) {
    violations->push_back({std::move(field), ViolationKind::MUST_BE_AFTER, {{"field", "start"}}});
  } else if (end > now + kFarthestAbsence) {
    std::string latest = ToRfc3339(now + kFarthestAbsence);
    violations->push_back(
        {std::move(field), ViolationKind::TOO_FAR_AHEAD, {{"max", std::move(latest)}}});
  }
}

void DropAbsencesOver(Time now, v1::Person* person) {
  auto& absences = *person->mutable_absences();
  const auto kept = std::remove_if(
      absences.begin(), absences.end(),
      [&](const common::v1::TimeWindow& absence) { return ToTime(absence.end()) <= now; });
  absences.erase(kept, absences.end());
}

void ApplyPath(const v1::UpdatePersonRequest& request, std::string_view path,
               v1::PersonRecord* record, PrivateFields* fields) {
  v1::Person& person = *record->mutable_person();
  if (path == "display_name") fields->name = request.display_name();
  if (path == "address") fields->address = request.address();
  if (path == "categories") SetCategories(request.categories(), &person);
  if (path == "skills") SetTags(request.skills(), person.mutable_skills());
  if (path == "willing") SetTags(request.willing(), person.mutable_willing());
  if (path == "availability") *person.mutable_availability() = request.availability();
  if (path == "unit_id") person.set_unit_id(request.unit_id());
  if (path == "home") SetHome(request, record, fields);
  if (path == "blocked_person_ids") {
    SetTags(request.blocked_person_ids(), person.mutable_blocked_person_ids());
  }
  if (path == "photo") {
    fields->photo.reset();
    if (request.has_photo()) fields->photo = request.photo();
  }
  if (path == "languages") SetTags(request.languages(), person.mutable_languages());
  if (path == "party_branch") person.set_party_branch(request.party_branch());
  if (path == "emergency_contact") {
    fields->emergency_contact.reset();
    if (request.has_emergency_contact()) fields->emergency_contact = request.emergency_contact();
  }
  if (path == "absences") *person.mutable_absences() = request.absences();
  if (path == "radius_m") person.set_radius_m(request.radius_m());
}

std::string ConfirmedUnit(const v1::PersonRecord& record) {
  std::string unit;
  for (const v1::ThroughUnit& through : record.through_units()) {
    unit = through.unit_id();
    if (unit == record.person().unit_id()) break;
  }
  return unit;
}

}  // namespace

absl::Status CheckPersonUpdate(const v1::UpdatePersonRequest& request, Time now) {
  std::vector<Violation> violations = record::MaskViolations(
      request,
      {"display_name", "address", "categories", "skills", "willing", "availability", "unit_id",
       "home", "blocked_person_ids", "photo", "languages", "party_branch", "emergency_contact",
       "absences", "radius_m"},
      {});
  for (int i = 0; i < request.availability_size(); ++i) {
    const common::v1::WeeklySlot& slot = request.availability(i);
    if (slot.start_minute() < slot.end_minute()) continue;
    violations.push_back({"availability[" + std::to_string(i) + "].end_minute",
                          ViolationKind::MUST_BE_AFTER,
                          {{"field", "start_minute"}}});
  }
  for (int i = 0; i < request.absences_size(); ++i) {
    CheckAbsence(request.absences(i), "absences[" + std::to_string(i) + "].end", now, &violations);
  }
  if (request.radius_m() != 0 && request.radius_m() < kSmallestRadius) {
    violations.push_back(
        {"radius_m", ViolationKind::BELOW_MIN, {{"min", std::to_string(kSmallestRadius)}}});
  }
  for (int i = 0; i < request.blocked_person_ids_size(); ++i) {
    if (request.blocked_person_ids(i) != request.person_id()) continue;
    violations.push_back(
        {"blocked_person_ids[" + std::to_string(i) + "]", ViolationKind::NOT_ALLOWED, {}});
  }
  if (!violations.empty()) return RefuseFields(std::move(violations));
  if (!request.has_photo()) return absl::OkStatus();
  return photo::CheckPhoto(request.photo(), "photo");
}

void ApplyPersonUpdate(const v1::UpdatePersonRequest& request, Time now, v1::PersonRecord* record,
                       PrivateFields* fields) {
  for (const std::string& path : request.update_mask().paths()) {
    ApplyPath(request, path, record, fields);
  }
  DropAbsencesOver(now, record->mutable_person());
  *record->mutable_person()->mutable_update_time() = ToTimestamp(now);
}

bool SignsInWith(const v1::PersonRecord& record, std::string_view phone_hash, Time now) {
  if (phone_hash.empty()) return false;
  return record.phone_hash() == phone_hash ||
         (record.new_phone_hash() == phone_hash && now < ToTime(record.new_phone_expire_time()));
}

bool Keeps(const v1::PersonRecord& record, const v1::SessionRecord& session, Time now) {
  if (session.session_id() == record.kept_session_id()) return true;
  return SignsInWith(record, session.phone_hash(), now) &&
         ToTime(session.create_time()) > ToTime(record.phone_change_time());
}

absl::Status CheckPhoneInterval(const v1::PersonRecord& record, Time now) {
  if (!record.has_phone_change_time()) return absl::OkStatus();
  const Millis left = ToTime(record.phone_change_time()) + kPhoneInterval - now;
  if (left <= Millis(0)) return absl::OkStatus();
  return RefuseFor(Reason::RATE_LIMITED, left);
}

void SetNewPhone(std::string phone_hash, Time now, v1::PersonRecord* record) {
  record->set_new_phone_hash(std::move(phone_hash));
  *record->mutable_new_phone_expire_time() = ToTimestamp(now + kPhoneChange);
}

void PutPhoneInForce(const std::string& kept, Time now, v1::PersonRecord* record) {
  record->set_phone_hash(record->new_phone_hash());
  record->clear_new_phone_hash();
  record->clear_new_phone_expire_time();
  record->set_kept_session_id(kept);
  *record->mutable_phone_change_time() = ToTimestamp(now);
  *record->mutable_person()->mutable_update_time() = ToTimestamp(now);
}

v1::Profile MakeProfile(const v1::PersonRecord& record, uint64_t version) {
  const v1::Person& person = record.person();
  v1::Profile profile;
  profile.set_person_id(person.person_id());
  for (const std::string& category : person.categories()) {
    if (Counts(person, category)) profile.add_categories(category);
  }
  *profile.mutable_skills() = person.skills();
  *profile.mutable_willing() = person.willing();
  *profile.mutable_availability() = person.availability();
  profile.set_unit_id(ConfirmedUnit(record));
  if (record.has_coarse_home()) *profile.mutable_home() = record.coarse_home();
  *profile.mutable_area_codes() = record.area_codes();
  for (const v1::Credential& credential : person.credentials()) {
    v1::Credential& known = *profile.add_credentials();
    known.set_kind(credential.kind());
    *known.mutable_expire_time() = credential.expire_time();
  }
  *profile.mutable_blocked_person_ids() = person.blocked_person_ids();
  *profile.mutable_absences() = person.absences();
  profile.set_radius_m(person.radius_m());
  profile.set_version(version);
  return profile;
}

bool Narrows(const v1::Profile& before, const v1::Profile& after) {
  const auto lacks = [](const Tags& all, const Tags& some) {
    return std::ranges::any_of(
        some, [&](const std::string& one) { return std::ranges::find(all, one) == all.end(); });
  };
  const auto lost = [&](const v1::Credential& held) {
    return std::ranges::none_of(after.credentials(), [&](const v1::Credential& now) {
      return now.kind() == held.kind() && ToTime(now.expire_time()) >= ToTime(held.expire_time());
    });
  };
  return lacks(after.area_codes(), before.area_codes()) ||
         lacks(after.categories(), before.categories()) || lacks(after.skills(), before.skills()) ||
         lacks(before.blocked_person_ids(), after.blocked_person_ids()) ||
         std::ranges::any_of(before.credentials(), lost);
}

v1::Identity MakeIdentity(const v1::PersonRecord& record, PrivateFields fields, Time now) {
  const v1::Person& person = record.person();
  v1::Identity identity;
  identity.set_person_id(person.person_id());
  identity.set_display_name(std::move(fields.name));
  identity.set_phone(std::move(fields.phone));
  if (fields.photo) *identity.mutable_photo() = *std::move(fields.photo);
  identity.set_unit_id(ConfirmedUnit(record));
  for (const v1::Credential& credential : person.credentials()) {
    if (now < ToTime(credential.expire_time())) *identity.add_credentials() = credential;
  }
  *identity.mutable_languages() = person.languages();
  if (fields.emergency_contact) {
    *identity.mutable_emergency_contact() = *std::move(fields.emergency_contact);
  }
  return identity;
}

bool Fits(const v1::PersonRecord& record, const v1::ListPeopleRequest& asked, Time now) {
  const v1::Person& person = record.person();
  const bool holds =
      asked.credential().empty() ||
      std::ranges::any_of(person.credentials(), [&](const v1::Credential& held) {
        return vocabulary::Current().Covers(TAG_KIND_CREDENTIAL, asked.credential(), held.kind()) &&
               now < ToTime(held.expire_time());
      });
  return holds && HasOneBelow(TAG_KIND_PERSON, asked.category(), person.categories()) &&
         HasOneBelow(TAG_KIND_SKILL, asked.skill(), person.skills());
}

}  // namespace baodao::registration
