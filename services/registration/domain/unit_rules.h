// What may be said of a unit.
#pragma once

#include <absl/status/status.h>

#include <string_view>

#include "baodao/registration/v1/unit.pb.h"
#include "common/clock/clock.h"

namespace baodao::registration {

// Refuses paths that UpdateUnit does not know, and a name or kind that would become empty.
absl::Status CheckUnitUpdate(const v1::UpdateUnitRequest& request);
// Sets what the mask names. The request has passed CheckUnitUpdate.
void ApplyUnitUpdate(const v1::UpdateUnitRequest& request, Time now, v1::Unit* unit);
// Whether the update names the field.
bool Names(const v1::UpdateUnitRequest& request, std::string_view path);

}  // namespace baodao::registration
