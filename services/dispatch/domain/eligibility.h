// The conditions for taking part in a task at all: skills, credentials, categories, the areas
// people have reported to, whom they keep apart from.
#pragma once

#include <absl/status/status.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "baodao/dispatch/v1/task.pb.h"
#include "baodao/registration/v1/person.pb.h"
#include "common/auth/principal.h"

namespace baodao::dispatch {

// Whether the second area is the first or lies below it.
using auth::Covers;

// Whether the first person keeps apart from the second.
using Blocks = std::function<bool(std::string_view, std::string_view)>;

// The area that has, in the end, taken the place of this one; itself where it is open.
using Current = std::function<std::string(std::string_view)>;

// How areas lie in each other and people stand to each other. All answer at once.
struct Relations {
  Covers covers;
  Blocks blocks;
  Current current;
};

// Every condition that the person does not meet, as refusals: OWN_REQUEST, NOT_REGISTERED,
// NOT_ELIGIBLE_AREA, MISSING_SKILL and MISSING_CREDENTIAL (one for each), MISSING_CATEGORY.
// KEPT_APART is among them only where nothing else is: it tells nobody whose profile does not fit
// anyway. A registration counts when it lies inside the task's eligible area or covers it; a closed
// area, of either, also counts as what has taken its place. A credential counts when it is valid
// until the task ends. People are kept apart from a requester by either one's wish.
std::vector<absl::Status> UnmetConditions(const v1::Task& task,
                                          const registration::v1::Profile& person,
                                          const Relations& relations);
// OK, or NOT_REGISTERED or NOT_ELIGIBLE_AREA of somebody with registrations at these areas.
absl::Status CheckAreas(const v1::Task& task,
                        const google::protobuf::RepeatedPtrField<std::string>& area_codes,
                        const Relations& relations);
// OK, or the first of these.
absl::Status CheckEligible(const v1::Task& task, const registration::v1::Profile& person,
                           const Relations& relations);
// Whether another profile of the person might not have been refused so.
bool IsAboutProfile(const absl::Status& refusal);

}  // namespace baodao::dispatch
