#include "services/dispatch/app/caller.h"

#include <utility>

#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::dispatch {

Task<absl::StatusOr<Subject>> SubjectOf(App& app, rpc::CallContext context, std::string task_id,
                                        std::string person_id) {
  const auth::Principal& caller = context.caller();
  if (caller.IsPerson() && (person_id.empty() || person_id == caller.person_id)) {
    co_return Subject{caller.person_id, false};
  }
  if (person_id.empty()) co_return RefuseField("person_id", ViolationKind::REQUIRED);
  CO_ASSIGN_OR_RETURN(const auto known, co_await app.tasks.Peek(std::move(task_id), person_id));
  if (!caller.Coordinates(known->record.task().area_code(), app.relations.covers)) {
    co_return Refuse(Reason::PERMISSION_DENIED);
  }
  if (!ids::IsValid(person_id, "per")) co_return NotFound("person", person_id);
  co_return Subject{std::move(person_id), true};
}

std::string ActorOf(const auth::Principal& caller) {
  return caller.IsPerson() ? caller.person_id : caller.service;
}

int CallerShard(const App& app, const auth::Principal& caller, int task_shard) {
  return caller.IsPerson() ? app.keys.ShardOf(caller.person_id) : task_shard;
}

}  // namespace baodao::dispatch
