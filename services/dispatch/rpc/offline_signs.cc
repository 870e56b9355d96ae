// Signs that were made without network.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/clock/timestamp.h"
#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/app/presence.h"
#include "services/dispatch/app/reservations.h"
#include "services/dispatch/domain/code_holders.h"
#include "services/dispatch/domain/offline.h"
#include "services/dispatch/domain/take.h"
#include "services/dispatch/domain/times.h"
#include "services/dispatch/rpc/on_site.h"

namespace baodao::dispatch {
namespace {

absl::Status CheckSent(const v1::SendOfflineSignsRequest& request) {
  if (!request.has_sign_in() && !request.has_sign_out()) {
    return RefuseField("sign_in", ViolationKind::REQUIRED);
  }
  const Time sent = ToTime(request.sent_time());
  if (request.has_sign_in() && ToTime(request.sign_in().phone_time()) > sent) {
    return RefuseField("sign_in.phone_time", ViolationKind::NOT_ALLOWED);
  }
  if (request.has_sign_out() && ToTime(request.sign_out().phone_time()) > sent) {
    return RefuseField("sign_out.phone_time", ViolationKind::NOT_ALLOWED);
  }
  return absl::OkStatus();
}

// When the code was shown, on the clock of the server, by which it is `now`: the phone's is off by
// `off`.
absl::StatusOr<Time> TimeOfSign(const App& app, const v1::TaskRecord& record,
                                const v1::OfflineSign& sign, Millis off, Time now) {
  const std::optional<Time> shown =
      TimeOfCode(app.ring, record, sign.code(), ToTime(sign.phone_time()) - off);
  if (!shown) return Refuse(Reason::WRONG_CODE);
  // The clock of the phone that showed it may be ahead.
  return std::min(*shown, now);
}

absl::Status ReadTimes(const App& app, const v1::TaskRecord& record,
                       const v1::SendOfflineSignsRequest& request, Time now,
                       OfflineCommand* command) {
  const Millis off = ToTime(request.sent_time()) - now;
  command->clock_off = IsClockOff(off);
  if (request.has_sign_in()) {
    ASSIGN_OR_RETURN(command->sign_in, TimeOfSign(app, record, request.sign_in(), off, now));
  }
  if (request.has_sign_out()) {
    ASSIGN_OR_RETURN(command->sign_out, TimeOfSign(app, record, request.sign_out(), off, now));
  }
  return absl::OkStatus();
}

// The times that the codes prove. Only for somebody who is expected, and only while it is taken:
// each call with a wrong code is one of few.
Task<absl::StatusOr<OfflineCommand>> ProveOffline(App& app, rpc::CallContext context,
                                                  v1::SendOfflineSignsRequest request) {
  OfflineCommand command;
  command.person_id = context.caller().person_id;
  std::vector<std::string> people(1, command.person_id);
  CO_ASSIGN_OR_RETURN(const auto loaded,
                      co_await app.tasks.ReadWithThese(request.task_id(), std::move(people)));
  const v1::TaskRecord& record = loaded->record;
  const v1::Task& task = record.task();
  const auto mine = loaded->people.find(command.person_id);
  if (mine == loaded->people.end()) co_return Refuse(Reason::NOT_ASSIGNED);
  const Time now = app.clock.Now();
  const Aggregate aggregate(record, loaded->people);
  CO_RETURN_IF_ERROR(CheckOfflineSender(aggregate, command.person_id, now));
  // A code proves nothing by those who may have it shown, or have its key.
  if (context.caller().Coordinates(task.area_code(), app.relations.covers) ||
      HasHadCodes(record, mine->second)) {
    co_return Refuse(Reason::OWN_SERVICE);
  }
  const v1::AssignmentState state = aggregate.StateOf(command.person_id);
  if (request.has_sign_in() &&
      (state == v1::ASSIGNMENT_STATE_ACCEPTED || state == v1::ASSIGNMENT_STATE_NO_SHOW)) {
    CO_RETURN_IF_ERROR(
        co_await CheckStanding(app, rpc::CallOptions::From(context), command.person_id, task));
  }
  const std::string tries = app.keys.OfflineTries(request.task_id(), command.person_id);
  const Millis taken = OfflineUntil(task) - now;
  CO_RETURN_IF_ERROR(co_await CountTry(app, tries, taken));
  CO_RETURN_IF_ERROR(ReadTimes(app, record, request, now, &command));
  // Only wrong ones count, whatever comes of those that are right.
  CO_RETURN_IF_ERROR(co_await app.store.Decrement(tries, taken));
  CO_RETURN_IF_ERROR(CheckOffline(aggregate, command, now));
  co_return command;
}

TaskCall OfflineCall(const App& app, const Mutation& mutation, const OfflineCommand& command,
                     const std::string& task_id) {
  TaskCall call;
  call.request = mutation.key;
  if (mutation.caller_shard != app.keys.ShardOf(task_id)) call.mark_shard = mutation.caller_shard;
  call.actor = mutation.actor;
  call.trace_id = mutation.trace_id;
  call.people.push_back(command.person_id);
  call.answer = AnswerAssignment(command.person_id);
  call.decide = [&command](Aggregate& aggregate, Time now) -> absl::StatusOr<Effects> {
    // Taken for a NO_SHOW since it was looked at: their time must be entered first.
    if (ComesBack(aggregate, command) && command.reservation == 0) {
      return Refuse(Reason::CONFLICT_RETRY);
    }
    return DecideOffline(aggregate, command, now);
  };
  return call;
}

// The time of a NO_SHOW is entered before they come back, and given back where nothing comes of it.
Task<absl::StatusOr<std::string>> EnterOffline(App& app, Mutation mutation, std::string task_id,
                                               OfflineCommand command) {
  std::vector<std::string> people(1, command.person_id);
  CO_ASSIGN_OR_RETURN(const auto loaded,
                      co_await app.tasks.ReadWithThese(task_id, std::move(people)));
  std::optional<Reservation> reserved;
  if (ComesBack(Aggregate(loaded->record, loaded->people), command)) {
    CO_ASSIGN_OR_RETURN(
        reserved, co_await app.calendars.Enter(command.person_id, WorkOf(loaded->record.task())));
    command.reservation = reserved->token;
  }
  TaskCall call = OfflineCall(app, mutation, command, task_id);
  if (reserved) call.not_after = reserved->valid_until;
  co_await RunAndRelease(app, task_id, call);
  if (reserved) co_await SettleReservation(app, *reserved, call);
  if (call.end == TaskCall::End::kExpired) co_return Refuse(Reason::CONFLICT_RETRY);
  co_return std::move(call.result);
}

}  // namespace

Task<absl::StatusOr<v1::Assignment>> SendOfflineSigns(App& app, rpc::CallContext context,
                                                      v1::SendOfflineSignsRequest request) {
  if (!context.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  CO_RETURN_IF_ERROR(CheckSent(request));
  const std::string task_id = request.task_id();
  if (!ids::IsValid(task_id, "tsk")) co_return NotFound("task", task_id);
  // When it is sent is no part of what is asked.
  v1::SendOfflineSignsRequest asked = request;
  asked.clear_sent_time();
  Mutation mutation = MutationOf(app, context, task_id, asked);
  absl::StatusOr<OfflineCommand> command =
      co_await ProveOffline(app, std::move(context), std::move(request));
  absl::StatusOr<std::string> answer = std::string();
  if (command.ok()) {
    answer = co_await EnterOffline(app, mutation, task_id, *std::move(command));
  } else {
    answer = command.status();
  }
  // Sent again: by now the tries may be used up, or the task be closed.
  if (!answer.ok()) {
    answer = co_await EarlierOr(app, std::move(mutation), task_id, answer.status());
  }
  co_return Parsed<v1::Assignment>(std::move(answer));
}

}  // namespace baodao::dispatch
