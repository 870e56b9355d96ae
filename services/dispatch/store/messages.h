// Messages to the people of a task: a hash beside it, which ends with it.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "baodao/dispatch/v1/message.pb.h"
#include "common/async/task.h"
#include "common/store/store.h"
#include "services/dispatch/store/keys.h"

namespace baodao::dispatch {

// Adds the message, and drops the one that is too many.
void PutMessage(const DispatchKeys& keys, const v1::TaskMessage& message, store::Commit* commit);

// The latest first. `store` and `keys` outlive it.
Task<absl::StatusOr<std::vector<v1::TaskMessage>>> ReadMessages(store::Store& store,
                                                                const DispatchKeys& keys,
                                                                std::string task_id);

}  // namespace baodao::dispatch
