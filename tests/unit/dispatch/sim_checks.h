// Checks of what must hold in the store at any moment, and at the end.
#pragma once

#include <string>
#include <vector>

#include "tests/unit/dispatch/sim_world.h"

namespace baodao::dispatch {

// Promises 1 and 2, and that counters, waitlists and indexes tell the truth. Empty when all is
// well.
std::string CheckAlways(World& world, const std::vector<std::string>& tasks);
// Promises 5 and 6, and that events tell the whole story, once everything has ended.
std::string CheckAtEnd(World& world, const std::vector<std::string>& tasks);

}  // namespace baodao::dispatch
