// The ways past that which keeps a person from a task.
#pragma once

#include "baodao/dispatch/v1/assignment.pb.h"
#include "common/status/status.h"

namespace baodao::dispatch {

// For a refusal of a claim; UNSPECIFIED where nothing helps.
v1::Remedy RemedyOf(Reason refusal);

}  // namespace baodao::dispatch
