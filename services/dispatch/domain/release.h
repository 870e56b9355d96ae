// How much people on a task may know of each other, and when.
#pragma once

#include <absl/status/status.h>

#include <string_view>

#include "common/clock/clock.h"
#include "services/dispatch/domain/eligibility.h"
#include "services/dispatch/domain/states.h"

namespace baodao::dispatch {

// Has accepted, or served, and was there as far as anybody knows. A person confirmed after the fact
// has nothing to do there any more.
bool IsOnTheWork(const v1::Assignment& assignment);

// Whether the person may turn to the coordinator of the task, as long as that is not over.
bool MayAskCoordinator(const v1::Assignment& assignment);

// Who looks at the people on a task.
enum class Viewer { kRequester, kCoordinator };

// How much of somebody is shown; each includes the ones before it.
enum class Detail {
  kNothing,
  kName,  // and photo, unit, credentials
  kPhone,
  kEmergencyContact,  // and phone
};

// WRONG_STATE for a task that is over.
absl::Status CheckNotOver(const v1::Task& task);

// WRONG_STATE once nobody is shown any more. People who are to confirm a service after the fact
// must see whose: an EXPIRED task shows names until that is too late.
absl::Status CheckPeopleShown(const v1::Task& task, Time now);

// How much of the person is shown while CheckPeopleShown lets it be.
Detail DetailFor(Viewer viewer, const v1::Task& task, const v1::Assignment& assignment);

// Whether either keeps apart from the other.
bool KeepApart(std::string_view one, std::string_view other, const Blocks& blocks);

// Whether somebody who has accepted is shown to another who has: not where they keep apart.
bool AreTeammates(std::string_view person_id, const v1::Assignment& other, const Blocks& blocks);

// Whether the leader of a task is shown somebody: the others who come, are there or have served,
// and NO_SHOWs; the second one knows who keep apart.
bool IsOnRoster(std::string_view leader_id, const v1::Assignment& other);
bool IsOnRoster(std::string_view leader_id, const v1::Assignment& other, const Blocks& blocks);

}  // namespace baodao::dispatch
