// Up to when, and since when, everything is in an answer.
#pragma once

#include "common/clock/timestamp.h"
#include "services/records/app/horizon.h"

namespace baodao::records {

// Before reading: whatever comes in meanwhile may be in the answer too.
template <class Response>
void SetHorizon(const Horizon& horizon, Response* response) {
  *response->mutable_as_of() = ToTimestamp(horizon.as_of());
  if (horizon.complete_since() > Time{}) {
    *response->mutable_complete_since() = ToTimestamp(horizon.complete_since());
  }
}

}  // namespace baodao::records
