// Private details, released to those whose work needs them.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "common/clock/timestamp.h"
#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/app/presence.h"
#include "services/dispatch/app/releases.h"
#include "services/dispatch/domain/code_holders.h"
#include "services/dispatch/domain/release.h"
#include "services/dispatch/rpc/handlers.h"

namespace baodao::dispatch {
namespace {

// No standing is asked here: whoever has lost it is told to turn to the coordinator.
Task<absl::Status> CheckMayAsk(App& app, rpc::CallContext context, v1::Task task) {
  CO_RETURN_IF_ERROR(CheckNotOver(task));
  if (context.caller().Coordinates(task.area_code(), app.relations.covers)) {
    co_return absl::OkStatus();
  }
  const auto mine = co_await ReadOwnPart(app, std::move(context), task.task_id());
  CO_RETURN_IF_ERROR(mine.status());
  co_return MayAskCoordinator(*mine) ? absl::OkStatus() : Refuse(Reason::PERMISSION_DENIED);
}

using registration::v1::Identity;

// Who published the task, as long as they answer for its area.
Task<absl::StatusOr<std::optional<Identity>>> FindCoordinator(App& app, rpc::CallContext context,
                                                              v1::Task task) {
  if (!ids::IsValid(task.publisher_id(), "per")) co_return std::nullopt;
  const rpc::CallOptions options = rpc::CallOptions::From(std::move(context));
  std::vector<std::string> asked(1, task.publisher_id());
  CO_ASSIGN_OR_RETURN(std::vector<Identity> found,
                      co_await app.identities->List(options, std::move(asked)));
  if (found.empty()) co_return std::nullopt;
  CO_ASSIGN_OR_RETURN(const std::vector<auth::RoleGrant> grants,
                      co_await app.identities->Roles(options, task.publisher_id()));
  const bool answers = std::ranges::any_of(grants, [&](const auth::RoleGrant& grant) {
    return grant.Reaches(task.area_code(), app.relations.covers);
  });
  if (!answers) co_return std::nullopt;
  co_return std::move(found.front());
}

// Coordinators may take part once they are none any more, so it is noted of them that they had the
// codes; of leaders it is, and requesters never do. Answers whether the caller may have the key.
Task<absl::StatusOr<bool>> MayHaveKey(App& app, rpc::CallContext context, v1::TaskRecord record) {
  const v1::Task& task = record.task();
  const std::string& requester = task.requester_id();
  if (!requester.empty() && context.caller().Is(requester)) co_return true;
  if (!context.caller().Coordinates(task.area_code(), app.relations.covers)) {
    CO_RETURN_IF_ERROR(co_await CheckLeads(app, std::move(context), task));
    co_return true;
  }
  const std::string person = context.caller().person_id;
  CO_RETURN_IF_ERROR(CheckNotOver(task));
  if (person.empty() || IsCodeHolder(record, person)) co_return true;
  bool noted = false;
  TaskCall call;
  call.actor = person;
  call.trace_id = std::string(context.trace_id());
  call.decide = [&](Aggregate& aggregate, Time now) {
    absl::StatusOr<Effects> effects = DecideNoteCodeHolder(aggregate, person, now);
    noted = IsCodeHolder(aggregate.record(), person);
    return effects;
  };
  co_await RunAndRelease(app, task.task_id(), call);
  CO_RETURN_IF_ERROR(call.result.status());
  co_return noted;
}

}  // namespace

Answer<v1::TaskContact> TaskHandlers::GetTaskContact(rpc::CallContext context,
                                                     v1::GetTaskContactRequest request) {
  CO_ASSIGN_OR_RETURN(const v1::TaskRecord record, co_await app_.tasks.Read(request.task_id()));
  const v1::Task& task = record.task();
  CO_RETURN_IF_ERROR(co_await CheckMaySeeContact(app_, context, task));
  // It had expired before service was confirmed, and its contact went then.
  if (record.sealed_contact().empty()) co_return WrongState(record::StateName(task.state()));
  CO_ASSIGN_OR_RETURN(v1::TaskContact contact, OpenContact(app_.ring, record));

  std::vector<std::string> nobody;
  CO_RETURN_IF_ERROR(
      co_await RecordRelease(app_, std::move(context), task.task_id(), std::move(nobody)));
  co_return contact;
}

Answer<v1::TaskCoordinator> TaskHandlers::GetTaskCoordinator(
    rpc::CallContext context, v1::GetTaskCoordinatorRequest request) {
  CO_ASSIGN_OR_RETURN(const v1::TaskRecord record, co_await app_.tasks.Read(request.task_id()));
  CO_RETURN_IF_ERROR(co_await CheckMayAsk(app_, context, record.task()));
  CO_ASSIGN_OR_RETURN(std::optional<Identity> found,
                      co_await FindCoordinator(app_, context, record.task()));
  v1::TaskCoordinator coordinator;
  if (!found) co_return coordinator;
  coordinator.set_person_id(found->person_id());
  coordinator.set_display_name(std::move(*found->mutable_display_name()));
  coordinator.set_phone(std::move(*found->mutable_phone()));
  if (found->has_photo()) *coordinator.mutable_photo() = std::move(*found->mutable_photo());
  std::vector<std::string> shown(1, found->person_id());
  CO_RETURN_IF_ERROR(
      co_await RecordRelease(app_, std::move(context), request.task_id(), std::move(shown)));
  co_return coordinator;
}

Answer<v1::SignInCode> TaskHandlers::GetSignInCode(rpc::CallContext context,
                                                   v1::GetSignInCodeRequest request) {
  CO_ASSIGN_OR_RETURN(const v1::TaskRecord record, co_await app_.tasks.Read(request.task_id()));
  CO_ASSIGN_OR_RETURN(const bool has_key, co_await MayHaveKey(app_, std::move(context), record));
  CO_RETURN_IF_ERROR(CheckNotOver(record.task()));
  const Time now = app_.clock.Now();
  v1::SignInCode code;
  const std::string key = CodeKey(app_.ring, request.task_id(), record.code_key());
  code.set_code(SignCode(key, now));
  if (has_key) code.set_secret(key);
  const auto step = now.time_since_epoch() / kCodeStep;
  *code.mutable_expire_time() = ToTimestamp(Time((step + 1) * kCodeStep));
  co_return code;
}

}  // namespace baodao::dispatch
