// Events where the work is: who leads, and whose phone has no network.
#pragma once

#include "ops/demo/world.h"

namespace baodao::demo {

// One in so many jobs is led and asks people to check in, and in another one a phone has no
// network.
inline constexpr size_t kOnSiteEvery = 8;
inline bool IsLed(size_t job) { return job % kOnSiteEvery == 2; }
inline bool IsOffline(size_t job) { return job % kOnSiteEvery == 4; }

// The people of a led job, of whom the leader is one, serve: the leader signs in by position and
// signs the others in and out from the roster. True where that was so; false where the leader is
// not on it any more, and the others have to sign by themselves.
Task<bool> ServeLed(World& world, const Job& job);

// Somebody whose phone had no network there sends what it has noted: both signs, by the codes
// shown.
Task<void> ServeOffline(World& world, const Job& job, const Actor& person);

}  // namespace baodao::demo
