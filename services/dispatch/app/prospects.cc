#include "services/dispatch/app/prospects.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::dispatch {

Task<absl::StatusOr<Prospect>> ReadProspect(App& app, v1::Task task, TakeCommand command) {
  const auto mine = co_await app.tasks.ReadAssignment(task.task_id(), command.person_id);
  if (!mine.ok() && !Is(mine.status(), Reason::NOT_ASSIGNED)) co_return mine.status();
  co_return ProspectOf(task, mine.ok() ? &*mine : nullptr, command, app.clock.Now());
}

Task<absl::StatusOr<Prospect>> ReadClaimProspect(App& app, rpc::CallOptions peers,
                                                 std::string task_id, std::string person_id) {
  CO_ASSIGN_OR_RETURN(const v1::TaskRecord record, co_await app.tasks.Read(std::move(task_id)));
  const v1::Task& task = record.task();
  CO_ASSIGN_OR_RETURN(const profiles::ProfilePtr profile,
                      co_await ProfileFor(app, std::move(peers), person_id, task));
  TakeCommand command;
  command.person_id = person_id;
  command.profile = profile.get();
  command.relations = &app.relations;
  CO_ASSIGN_OR_RETURN(Prospect prospect, co_await ReadProspect(app, task, std::move(command)));
  if (!prospect.asks_time) co_return prospect;
  CO_ASSIGN_OR_RETURN(std::vector<absl::Status> conflicts,
                      co_await app.calendars.ListConflicts(std::move(person_id), WorkOf(task)));
  std::ranges::move(conflicts, std::back_inserter(prospect.refusals));
  co_return prospect;
}

}  // namespace baodao::dispatch
