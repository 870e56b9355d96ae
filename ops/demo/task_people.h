// Who is on a task, and how to act for them.
#pragma once

#include <string>
#include <vector>

#include "ops/demo/world.h"

namespace baodao::demo {

// All assignments of the job's task, as its coordinator sees them.
Task<std::vector<dispatch::v1::Assignment>> PeopleOf(World& world, const Job& job);
// Null when the person is not one of the demo's: on a backend in use, others take its tasks, too.
const Actor* PersonOf(const World& world, const std::string& person_id);
// The demo's own people who have accepted the job's task, in the order of their ids.
Task<std::vector<const Actor*>> AcceptedOf(World& world, const Job& job);

}  // namespace baodao::demo
