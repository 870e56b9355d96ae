// The obligations of a person to others: their account is not deleted before it is over.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "common/rpc/client.h"
#include "services/registration/app/app.h"

namespace baodao::registration {

// Asks dispatch and lists. The channels outlive it.
AskObligations ObligationsElsewhere(rpc::Channel& dispatch, rpc::Channel& lists);

// All there are, by the names of terms.def. PEER_UNAVAILABLE where somebody could not be asked.
Task<absl::StatusOr<std::vector<std::string>>> ObligationsOf(App& app, rpc::CallOptions options,
                                                             v1::PersonRecord person);

}  // namespace baodao::registration
