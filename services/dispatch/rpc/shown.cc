#include "services/dispatch/rpc/shown.h"

#include <utility>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/work/task_view.h"
#include "services/dispatch/domain/standing.h"
#include "services/dispatch/domain/states.h"

namespace baodao::dispatch {
namespace {

bool SeesAll(const App& app, const auth::Principal& caller, const v1::Task& task) {
  if (caller.Coordinates(task.area_code(), app.relations.covers)) return true;
  return caller.IsPerson() &&
         (caller.person_id == task.requester_id() || caller.person_id == task.publisher_id());
}

}  // namespace

v1::Task Shown(const App& app, const rpc::CallContext& context, v1::Task task) {
  return SeesAll(app, context.caller(), task) ? task : work::PublicView(std::move(task));
}

v1::Assignment Shown(const App& app, const rpc::CallContext& context, const v1::Task& task,
                     v1::Assignment assignment) {
  const bool coordinates = context.caller().Coordinates(task.area_code(), app.relations.covers);
  if (coordinates) return assignment;
  if (IsOfStanding(assignment.end_cause())) assignment.clear_end_cause();
  assignment.clear_credit_request();
  assignment.clear_sign_in_detail();
  assignment.clear_sign_out_detail();
  return assignment;
}

Task<absl::StatusOr<v1::Task>> ShownToPeople(App& app, rpc::CallContext context, v1::Task task) {
  if (SeesAll(app, context.caller(), task)) co_return task;
  if (context.caller().IsPerson()) {
    const auto mine = co_await app.tasks.ReadAssignment(task.task_id(), context.caller().person_id);
    if (!mine.ok() && !Is(mine.status(), Reason::NOT_ASSIGNED)) co_return mine.status();
    if (mine.ok() && TakesSlot(mine->assignment().state())) co_return task;
  }
  co_return work::PublicView(std::move(task));
}

}  // namespace baodao::dispatch
