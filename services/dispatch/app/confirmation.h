// Confirming service after the fact: the time is entered in people's calendars first, so that
// nobody is credited for two places at once, then the task's commit decides.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <memory>
#include <string>

#include "common/rpc/call_options.h"
#include "services/dispatch/app/mutation.h"
#include "services/dispatch/domain/confirm.h"

namespace baodao::dispatch {

struct Confirmed {
  ConfirmCommand command;
  // As TaskCall::answer.
  std::function<std::string(const Aggregate&)> answer;
};

// The bytes of the answer, or a refusal of CheckConfirm, OVERLAPPING_TASK, or NOT_FOUND for a
// person there is not. `loaded`: the task with the people that the command names, as they are now.
Task<absl::StatusOr<std::string>> Confirm(App& app, rpc::CallOptions peers, Mutation mutation,
                                          std::shared_ptr<const Loaded> loaded,
                                          Confirmed confirmed);

}  // namespace baodao::dispatch
