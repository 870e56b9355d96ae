// What may be said of a unit.
#pragma once

#include <absl/status/status.h>

#include <string>

#include "baodao/registration/v1/unit.pb.h"
#include "common/clock/clock.h"

namespace baodao::registration {

// The unit asked for, without id.
v1::Unit NewUnit(const v1::CreateUnitRequest& request, Time now);
// Sets what the mask names. Refuses paths it does not know, and a name or kind that would become
// empty.
absl::Status ApplyUnitUpdate(const v1::UpdateUnitRequest& request, Time now, v1::Unit* unit);

}  // namespace baodao::registration
