// Redis' errors as the store's callers see them.
#pragma once

#include <absl/status/status.h>

namespace baodao::store::detail {

// STORE_FULL beyond Redis' maxmemory, STORE_UNAVAILABLE for what else passes by itself (connection
// lost, deadline, failover), INTERNAL for what is a mistake in the program or the deployment (wrong
// type, no permission), CANCELLED as it is. Logs the cause, at most once a second for outages.
absl::Status StoreError(const absl::Status& cause);

}  // namespace baodao::store::detail
