#include "services/registration/app/subject.h"

#include <algorithm>
#include <utility>

#include "common/status/macros.h"
#include "common/units/liaisons.h"
#include "services/registration/domain/registration_machine.h"
#include "services/registration/domain/registration_rules.h"

namespace baodao::registration {
namespace {

using Strings = google::protobuf::RepeatedPtrField<std::string>;

void SetMember(Strings* set, const std::string& value, bool member) {
  const auto found = std::find(set->begin(), set->end(), value);
  if (member && found == set->end()) *set->Add() = value;
  if (!member && found != set->end()) set->erase(found);
}

void SetThroughUnit(v1::PersonRecord* person, const v1::Registration& registration, bool active) {
  auto& units = *person->mutable_through_units();
  const auto at = std::ranges::find(units, registration.area_code(), &v1::ThroughUnit::area_code);
  const bool member = active && !registration.through_unit_id().empty();
  if (!member && at != units.end()) units.erase(at);
  if (member && at == units.end()) {
    v1::ThroughUnit& unit = *units.Add();
    unit.set_area_code(registration.area_code());
    unit.set_unit_id(registration.through_unit_id());
  }
}

}  // namespace

Task<absl::StatusOr<Subject>> Subject::Load(record::Repository& records, std::string id) {
  Subject subject;
  subject.is_unit_ = IsUnit(id);
  if (subject.is_unit_) {
    CO_ASSIGN_OR_RETURN(subject.unit_, co_await records.Load(kUnit, id));
    subject.unit_after_ = subject.unit_.record;
  } else {
    CO_ASSIGN_OR_RETURN(subject.person_, co_await records.Load(kPerson, id));
    subject.person_after_ = subject.person_.record;
  }
  subject.id_ = std::move(id);
  co_return subject;
}

Subject Subject::Of(v1::PersonRecord record) {
  Subject subject;
  subject.id_ = record.person().person_id();
  subject.person_.record = std::move(record);
  return subject;
}

std::vector<std::string> Subject::speakers() const {
  if (!is_unit_) return {id_};
  const Strings& ids = unit_.record.unit().liaison_ids();
  return {ids.begin(), ids.end()};
}

bool Subject::IsSpokenForBy(std::string_view person_id) const {
  return is_unit_ ? units::IsLiaison(unit_.record.unit(), person_id) : person_id == id_;
}

std::string Subject::LiaisonFor(const std::string& actor_id) const {
  if (!is_unit_) return "";
  return IsSpokenForBy(actor_id) ? actor_id : unit_.record.unit().liaison_id();
}

std::vector<std::string> Subject::AnsweringAreas() const {
  std::vector<std::string> areas;
  for (const v1::Credential& credential : person_.record.person().credentials()) {
    if (!credential.area_code().empty()) areas.push_back(credential.area_code());
  }
  for (const v1::VerifiedCategory& held : person_.record.person().verified_categories()) {
    areas.push_back(held.area_code());
  }
  return areas;
}

Task<absl::StatusOr<std::vector<v1::Registration>>> Subject::LiveRegistrations(
    record::Repository& records) const {
  const Strings& ids =
      is_unit_ ? unit_.record.registration_ids() : person_.record.registration_ids();
  CO_ASSIGN_OR_RETURN(
      auto found, co_await records.LoadMany(kRegistration, std::vector(ids.begin(), ids.end())));
  std::vector<v1::Registration> live;
  for (record::Versioned<v1::RegistrationRecord>& loaded : found) {
    if (!IsLive(loaded.record.registration().state())) continue;
    live.push_back(std::move(*loaded.record.mutable_registration()));
  }
  co_return live;
}

void Subject::Note(const v1::Registration& registration) {
  // No two live registrations of a subject are at the same area, so its code stands for it.
  const bool live = IsLive(registration.state());
  const bool active = registration.state() == v1::REGISTRATION_STATE_ACTIVE;
  if (is_unit_) {
    // Records of before the field have the areas alone.
    if (active || unit_after_.unit().area_codes_size() > 0) unit_after_.set_has_reported(true);
    SetMember(unit_after_.mutable_registration_ids(), registration.registration_id(), live);
    SetMember(unit_after_.mutable_unit()->mutable_area_codes(), registration.area_code(), active);
    return;
  }
  SetMember(person_after_.mutable_registration_ids(), registration.registration_id(), live);
  SetMember(person_after_.mutable_area_codes(), registration.area_code(), active);
  SetThroughUnit(&person_after_, registration, active);
}

void Subject::Put(record::Transaction& transaction) const {
  if (is_unit_) {
    transaction.Put(kUnit, unit_, unit_after_);
  } else {
    transaction.Put(kPerson, person_, person_after_);
  }
}

}  // namespace baodao::registration
