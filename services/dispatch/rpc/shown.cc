#include "services/dispatch/rpc/shown.h"

#include <functional>
#include <set>
#include <string>
#include <utility>

#include "common/async/for_each.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/work/task_view.h"
#include "services/dispatch/app/agenda.h"
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

void ToView(const App& app, const rpc::CallContext& context, v1::Task* task) {
  if (context.caller().IsService()) return;
  work::Label(*app.tree(), app.clock.Now(), task);
  if (!SeesAll(app, context.caller(), *task)) work::Redact(task);
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
  bool takes_part = false;
  if (context.caller().IsPerson()) {
    const auto mine = co_await app.tasks.ReadAssignment(task.task_id(), context.caller().person_id);
    if (mine.ok()) {
      task.set_my_state(MyStateOf(mine->assignment(), app.clock.Now()));
      takes_part = TakesSlot(mine->assignment().state());
    } else if (!Is(mine.status(), Reason::NOT_ASSIGNED)) {
      co_return mine.status();
    }
  }
  if (takes_part) {
    work::Label(*app.tree(), app.clock.Now(), &task);
  } else {
    ToView(app, context, &task);
  }
  co_return task;
}

Task<absl::Status> SetMyStates(App& app, rpc::CallContext context, std::vector<v1::Task*> tasks) {
  if (!context.caller().IsPerson() || tasks.empty()) co_return absl::OkStatus();
  const std::string person = context.caller().person_id;
  std::set<int> shards;
  for (const v1::Task* task : tasks) shards.insert(app.keys.ShardOf(task->task_id()));
  CO_ASSIGN_OR_RETURN(const v1::CalendarRecord calendar, co_await app.calendars.Read(person));
  CO_ASSIGN_OR_RETURN(const std::vector<record::Position> asked,
                      co_await app.tasks.ListAskedIn(std::move(shards), person));
  std::set<std::string, std::less<>> own;
  for (const v1::CalendarRecord::Entry& entry : calendar.entries()) own.insert(entry.task_id());
  for (const record::Position& one : asked) own.insert(one.id);
  std::erase_if(tasks, [&](const v1::Task* task) { return !own.contains(task->task_id()); });
  absl::Status failed;
  std::function<Task<void>(size_t)> read = [&](size_t i) -> Task<void> {
    const auto mine = co_await app.tasks.ReadAssignment(tasks[i]->task_id(), person);
    if (mine.ok()) {
      tasks[i]->set_my_state(MyStateOf(mine->assignment(), app.clock.Now()));
    } else if (!Is(mine.status(), Reason::NOT_ASSIGNED)) {
      failed = mine.status();
    }
  };
  co_await ForEach(tasks.size(), kItemsAtOnce, std::move(read));
  co_return failed;
}

}  // namespace baodao::dispatch
