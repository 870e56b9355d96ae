// Loads that show only in the large: many streams, too many calls, many open tasks. Not part of a
// default run.
#pragma once

#include <string>
#include <vector>

#include "tests/bench/scenarios.h"

namespace baodao::bench {

// A stream of everybody's inbox at one replica; the value is the p99 from an event to its delivery.
Result WatchMany(Scene& scene);

// Three times as many commits as can be done, sent at a steady rate whatever comes back; the value
// is what is done of them.
Result Overload(Scene& scene);

// Publishes Scale::open_tasks, which nobody has claimed; answers the ids of the first, one for each
// person, in their community.
std::vector<std::string> PublishMillion(Scene& scene);
// list_open and claim_spread with these.
std::vector<Result> MeasureWithMillion(Scene& scene, const std::vector<std::string>& ids);
// All services are killed; people are put into the store until there are Scale::stored_people; all
// are started at once. The value is the time until all serve.
Result Restart(Scene& scene);

}  // namespace baodao::bench
