// Private details, released to those whose work needs them.
#include <utility>

#include "common/clock/timestamp.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/app/presence.h"
#include "services/dispatch/domain/states.h"
#include "services/dispatch/rpc/handlers.h"

namespace baodao::dispatch {
namespace {

// About so many of a shard: years of a district.
constexpr uint64_t kReleasesKept = 1'000'000;

// A person confirmed after the fact has nothing to do there any more.
bool IsOnTheWork(const v1::Assignment& assignment) {
  return TakesSlot(assignment.state()) && assignment.sign_in_method() != v1::SIGN_METHOD_CONFIRMED;
}

// From acceptance until the task closes, and no longer than the standing on which it was accepted:
// also somebody at work whose registration was suspended is told where to turn, not where to go.
Task<absl::Status> CheckMaySee(App& app, rpc::CallContext context, const v1::Task& task) {
  if (IsFinal(task.state())) co_return Refuse(Reason::PERMISSION_DENIED);
  if (context.caller().Coordinates(task.area_code(), app.relations.covers))
    co_return absl::OkStatus();
  if (!context.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  auto assignment = co_await app.tasks.ReadAssignment(task.task_id(), context.caller().person_id);
  if (Is(assignment.status(), Reason::NOT_ASSIGNED)) co_return Refuse(Reason::PERMISSION_DENIED);
  if (!assignment.ok()) co_return std::move(assignment).status();
  if (!IsOnTheWork(assignment->assignment())) co_return Refuse(Reason::PERMISSION_DENIED);
  co_return co_await CheckStanding(app, rpc::CallOptions::From(context), context.caller().person_id,
                                   task);
}

}  // namespace

Answer<v1::TaskContact> TaskHandlers::GetTaskContact(rpc::CallContext context,
                                                     v1::GetTaskContactRequest request) {
  CO_ASSIGN_OR_RETURN(const v1::TaskRecord record, co_await app_.tasks.Read(request.task_id()));
  const v1::Task& task = record.task();
  CO_RETURN_IF_ERROR(co_await CheckMaySee(app_, context, task));
  CO_ASSIGN_OR_RETURN(v1::TaskContact contact, OpenContact(app_.ring, record));

  // On record before it is out.
  const std::string actor = ActorOf(context.caller());
  events::v1::Event event;
  event.mutable_contact_released()->set_task_id(task.task_id());
  event.mutable_contact_released()->set_reader_id(actor);
  store::Commit commit(app_.keys.ShardOf(task.task_id()));
  const std::string released =
      Stamp(std::move(event), app_.clock.Now(), actor, std::string(context.trace_id()));
  commit.Append(app_.keys.Releases(commit.shard()), released, kReleasesKept);
  commit.Emit(released);
  CO_RETURN_IF_ERROR(co_await app_.store.Apply(std::move(commit)));
  co_return contact;
}

Answer<v1::SignInCode> TaskHandlers::GetSignInCode(rpc::CallContext,
                                                   v1::GetSignInCodeRequest request) {
  CO_ASSIGN_OR_RETURN(const v1::TaskRecord record, co_await app_.tasks.Read(request.task_id()));
  if (IsFinal(record.task().state())) {
    co_return WrongState(record::StateName(record.task().state()));
  }
  const Time now = app_.clock.Now();
  v1::SignInCode code;
  code.set_code(SignCode(app_.ring, request.task_id(), now));
  const auto step = now.time_since_epoch() / kCodeStep;
  *code.mutable_expire_time() = ToTimestamp(Time((step + 1) * kCodeStep));
  co_return code;
}

}  // namespace baodao::dispatch
