// The rules of units.
#pragma once

#include <absl/status/status.h>

#include <string>

#include "baodao/registration/v1/unit.pb.h"
#include "common/clock/clock.h"

namespace baodao::registration {

// The unit asked for, without id.
v1::Unit NewUnit(const v1::CreateUnitRequest& request, Time now);
// Refuses paths that UpdateUnit does not know, and a name or kind that would become empty.
absl::Status CheckUnitUpdate(const v1::UpdateUnitRequest& request);
// Sets what the mask names. The request has passed CheckUnitUpdate.
void ApplyUnitUpdate(const v1::UpdateUnitRequest& request, Time now, v1::Unit* unit);

}  // namespace baodao::registration
