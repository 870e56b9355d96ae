// The prospects of taking a task, read without taking it.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "common/rpc/call_options.h"
#include "services/dispatch/app/app.h"
#include "services/dispatch/domain/take.h"

namespace baodao::dispatch {

// ProspectOf with the person's assignment as it is stored now. The command's profile outlives it.
Task<absl::StatusOr<Prospect>> ReadProspect(App& app, v1::Task task, TakeCommand command);

// The prospect of a claim of the person, their time included: by the rules of Taker, on what is
// stored now. Writes nothing. NOT_FOUND where there is no such task or person; PEER_UNAVAILABLE as
// ProfileFor.
Task<absl::StatusOr<Prospect>> ReadClaimProspect(App& app, rpc::CallOptions peers,
                                                 std::string task_id, std::string person_id);

}  // namespace baodao::dispatch
