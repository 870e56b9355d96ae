// The caller, the person they call for, and what they may do with the task.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

#include "common/rpc/context.h"
#include "services/dispatch/app/app.h"

namespace baodao::dispatch {

// The person a call is about.
struct Subject {
  std::string person_id;
  // Somebody else, with a coordinator's right, speaks for the person.
  bool by_coordinator = false;
};

// `person_id` empty, or the caller's own: the caller. Somebody else: PERMISSION_DENIED unless the
// caller may coordinate the task's area. NOT_FOUND when there is no such task.
Task<absl::StatusOr<Subject>> SubjectOf(App& app, rpc::CallContext context, std::string task_id,
                                        std::string person_id);

// Events name people by id and services by name.
std::string ActorOf(const auth::Principal& caller);
// The shard where the caller's request ids are marked; `task_shard` for callers without one.
int CallerShard(const App& app, const auth::Principal& caller, int task_shard);

}  // namespace baodao::dispatch
