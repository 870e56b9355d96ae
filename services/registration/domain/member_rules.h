// The people who reported through a unit, as the unit confirms them or lets them go.
#pragma once

#include <string_view>

#include "baodao/registration/v1/registration.pb.h"
#include "services/registration/domain/registration_machine.h"

namespace baodao::registration {

// Whether the registration makes somebody a member of the unit it came through.
inline bool IsMember(const v1::Registration& registration) {
  return !registration.through_unit_id().empty() && IsLive(registration.state());
}
inline bool IsMemberOf(const v1::Registration& registration, std::string_view unit_id) {
  return IsMember(registration) && registration.through_unit_id() == unit_id;
}

// Confirms the member, or lets them go: then the registration comes through nobody.
inline void SetMember(bool confirmed, v1::Registration* registration) {
  registration->set_unit_confirmed(confirmed);
  if (!confirmed) registration->clear_through_unit_id();
}

}  // namespace baodao::registration
