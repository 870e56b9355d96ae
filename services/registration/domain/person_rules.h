// The rules of people: which fields they set themselves, and which of them others see.
#pragma once

#include <absl/status/status.h>

#include <optional>
#include <string>
#include <vector>

#include "baodao/registration/v1/person.pb.h"
#include "baodao/registration/v1/records.pb.h"
#include "common/clock/clock.h"

namespace baodao::registration {

// The private fields of a person in clear. Never stored as such.
struct PrivateFields {
  std::string name;
  std::string phone;
  std::string address;
  std::optional<common::v1::GeoPoint> home;
  std::optional<common::v1::Photo> photo;
  std::optional<v1::EmergencyContact> emergency_contact;
};

// Refuses paths that UpdatePerson does not know, weekly slots and absences that end before they
// start, absences that are over or end beyond a year, a radius too small to find anything in, and
// people who block themselves.
absl::Status CheckPersonUpdate(const v1::UpdatePersonRequest& request, Time now);

// Sets what the mask names: private fields in `fields`, all others in `record`. Repeated tags are
// kept once; a category left out is verified no more. The request has passed CheckPersonUpdate.
void ApplyPersonUpdate(const v1::UpdatePersonRequest& request, Time now, v1::PersonRecord* record,
                       PrivateFields* fields);

// Whether the person signs in with this phone: the one of now, or the one it is being changed to.
bool SignsInWith(const v1::PersonRecord& record, std::string_view phone_hash, Time now);
// Whether a session of the person goes on: it was begun with the phone of now after it was put in
// force, or the phone was changed from it.
bool Keeps(const v1::PersonRecord& record, const v1::SessionRecord& session, Time now);

inline constexpr std::chrono::hours kPhoneInterval{24};
// How long a change of the phone may take.
inline constexpr std::chrono::minutes kPhoneChange{10};
// RATE_LIMITED where the person has changed the phone within kPhoneInterval.
absl::Status CheckPhoneInterval(const v1::PersonRecord& record, Time now);
// Begins a change.
void SetNewPhone(std::string phone_hash, Time now, v1::PersonRecord* record);
// Puts the phone that the person is changing to in force; `kept`: the session it is changed from,
// or empty.
void PutPhoneInForce(const std::string& kept, Time now, v1::PersonRecord* record);

// The profile for dispatch and matching; `version` is the record's.
v1::Profile MakeProfile(const v1::PersonRecord& record, uint64_t version);
// ProfileChanged.narrowed.
bool Narrows(const v1::Profile& before, const v1::Profile& after);

// Name, phone, confirmed unit and the credentials valid now, in clear; without the unit's name and
// consent_required.
v1::Identity MakeIdentity(const v1::PersonRecord& record, PrivateFields fields, Time now);

// Whether the person has the category, skill and valid credential that are asked for, or ones below
// them.
bool Fits(const v1::PersonRecord& record, const v1::ListPeopleRequest& asked, Time now);

}  // namespace baodao::registration
