// People by the hundred thousand: through the API they would take hours.
#pragma once

#include <cstddef>

#include "tests/e2e/town.h"

namespace baodao::bench {

// Puts the people from the `first` to before the `end`-th into the store, as demo::ReportIn makes
// them (without units, so that the i-th lives in the i-th community, round and round), by the
// record types, the vault and the commit of registration: profile, ACTIVE registration and session,
// with their lists and timers, in one commit each. There are no events of them: in a store that has
// grown over a year these have long been read and trimmed. So no service that is running hears of
// them; one that starts reads them as it reads everybody. Redis does not rewrite its file any more.
void SeedPeople(testing::Town& town, size_t first, size_t end);

}  // namespace baodao::bench
