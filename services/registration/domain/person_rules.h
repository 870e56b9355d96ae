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
};

// Refuses paths that UpdatePerson does not know, weekly slots that end before they start, and
// people who block themselves.
absl::Status CheckPersonUpdate(const v1::UpdatePersonRequest& request);

// Sets what the mask names: private fields in `fields`, all others in `record`. Repeated tags are
// kept once; a category left out is verified no more. The request has passed CheckPersonUpdate.
void ApplyPersonUpdate(const v1::UpdatePersonRequest& request, Time now, v1::PersonRecord* record,
                       PrivateFields* fields);

// The profile for dispatch and matching; `version` is the record's.
v1::Profile MakeProfile(const v1::PersonRecord& record, uint64_t version);

// Name, phone, confirmed unit and the credentials valid now, in clear; without the unit's name.
v1::Identity MakeIdentity(const v1::PersonRecord& record, PrivateFields fields, Time now);

// Whether the person has the category, skill and valid credential that are asked for.
bool Fits(const v1::PersonRecord& record, const v1::ListPeopleRequest& asked, Time now);

}  // namespace baodao::registration
