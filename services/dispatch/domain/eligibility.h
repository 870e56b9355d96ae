// Who may take part in a task at all: skills, categories, where people have reported to.
#pragma once

#include <absl/status/status.h>

#include <functional>
#include <string_view>

#include "baodao/dispatch/v1/task.pb.h"
#include "baodao/registration/v1/person.pb.h"
#include "common/auth/principal.h"

namespace baodao::dispatch {

// Whether the second area is the first or lies below it.
using auth::Covers;

// OK, OWN_REQUEST, NOT_REGISTERED, NOT_ELIGIBLE_AREA, MISSING_SKILL or MISSING_CATEGORY. A
// registration counts when it lies inside the task's eligible area or covers it.
absl::Status CheckEligible(const v1::Task& task, const registration::v1::Profile& person,
                           const Covers& covers);
// Whether another profile of the person might not have been refused so.
bool IsAboutProfile(const absl::Status& refusal);

}  // namespace baodao::dispatch
