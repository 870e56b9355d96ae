#include "services/dispatch/app/releases.h"

#include <iterator>
#include <utility>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/leader.h"
#include "services/dispatch/domain/release.h"

namespace baodao::dispatch {

Task<absl::StatusOr<v1::Assignment>> ReadOwnPart(App& app, rpc::CallContext context,
                                                 std::string task_id) {
  if (!context.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  auto mine = co_await app.tasks.ReadAssignment(std::move(task_id), context.caller().person_id);
  if (Is(mine.status(), Reason::NOT_ASSIGNED)) co_return Refuse(Reason::PERMISSION_DENIED);
  CO_RETURN_IF_ERROR(mine.status());
  co_return std::move(*mine->mutable_assignment());
}

Task<absl::Status> CheckOnTheWork(App& app, rpc::CallContext context, v1::Task task) {
  const auto mine = co_await ReadOwnPart(app, context, task.task_id());
  CO_RETURN_IF_ERROR(mine.status());
  if (!IsOnTheWork(*mine)) co_return Refuse(Reason::PERMISSION_DENIED);
  co_return co_await CheckStanding(app, rpc::CallOptions::From(context), context.caller().person_id,
                                   std::move(task));
}

Task<absl::Status> CheckLeads(App& app, rpc::CallContext context, v1::Task task) {
  const auto mine = co_await ReadOwnPart(app, context, task.task_id());
  CO_RETURN_IF_ERROR(mine.status());
  if (!Leads(task, *mine)) co_return Refuse(Reason::NOT_LEADER);
  co_return co_await CheckStanding(app, rpc::CallOptions::From(context), context.caller().person_id,
                                   std::move(task));
}

Task<absl::Status> CheckMaySeeContact(App& app, rpc::CallContext context, v1::Task task) {
  if (IsFinal(task.state())) co_return Refuse(Reason::PERMISSION_DENIED);
  if (context.caller().Coordinates(task.area_code(), app.relations.covers)) {
    co_return absl::OkStatus();
  }
  co_return co_await CheckOnTheWork(app, std::move(context), std::move(task));
}

Task<absl::Status> RecordRelease(App& app, rpc::CallContext context, std::string task_id,
                                 std::vector<std::string> person_ids) {
  events::v1::ContactReleased released;
  released.set_task_id(task_id);
  released.mutable_person_ids()->Assign(std::make_move_iterator(person_ids.begin()),
                                        std::make_move_iterator(person_ids.end()));
  co_return co_await app.records.RecordRelease(std::move(context), std::move(released),
                                               std::move(task_id));
}

}  // namespace baodao::dispatch
