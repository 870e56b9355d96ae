// How often something may happen in a day, where a record remembers itself when it did: exact under
// any number of replicas, and written with what happened.
#pragma once

#include <absl/status/status.h>
#include <google/protobuf/repeated_field.h>

#include <cstdint>

#include "common/clock/clock.h"

namespace baodao::record {

// Adds `now` to the times of the last 24 hours, in milliseconds, the oldest first; those before are
// dropped. RATE_LIMITED, saying when again, where there are `most` already; then nothing changes.
absl::Status CountInDay(int most, Time now, google::protobuf::RepeatedField<int64_t>* times_ms);

}  // namespace baodao::record
