// Ends what somebody was given on a task because of a standing (registration, credential) that they
// have lost.
#pragma once

#include <absl/status/status.h>

#include "services/dispatch/domain/change.h"
#include "services/dispatch/domain/eligibility.h"

namespace baodao::dispatch {

// A refusal of CheckEligible as assignments keep it; UNSPECIFIED unless IsAboutProfile.
v1::EndCause CauseOf(const absl::Status& refusal);
// Whether CauseOf can have answered it.
inline bool IsOfStanding(v1::EndCause cause) {
  return cause >= v1::END_CAUSE_NOT_REGISTERED && cause <= v1::END_CAUSE_KEPT_APART;
}

// Judges the person of `profile` as a claim would be judged now. Where it would be refused for the
// profile, OFFERED, WAITLISTED and ACCEPTED become RELEASED with the cause. SIGNED_IN stays and is
// marked with it, for a coordinator to decide; the mark goes when the standing is back. Whoever
// lost it leads no more. Nothing changes for anybody else.
Effects DecideStanding(Aggregate& aggregate, const registration::v1::Profile& profile,
                       const Relations& relations, Time now);

}  // namespace baodao::dispatch
