#include "services/dispatch/app/confirmation.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "common/async/for_each.h"
#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/app/reservations.h"

namespace baodao::dispatch {
namespace {

constexpr size_t kConfirmedAtOnce = 16;

// Looks up whoever had not accepted: there must be such a person.
Task<absl::Status> FillUnits(App& app, rpc::CallOptions peers, const Aggregate& aggregate,
                             ConfirmCommand& command) {
  absl::Status failed;
  std::function<Task<void>(size_t)> fill = [&](size_t i) -> Task<void> {
    ServedBy& service = command.services[i];
    if (WasExpected(aggregate.StateOf(service.person_id))) co_return;
    if (!ids::IsValid(service.person_id, "per")) {
      failed = NotFound("person", service.person_id);
      co_return;
    }
    const auto profile = co_await app.profiles.Get(peers, service.person_id);
    if (!profile.ok()) failed = profile.status();
    if (profile.ok()) service.unit_id = (*profile)->unit_id();
  };
  co_await ForEach(command.services.size(), kConfirmedAtOnce, std::move(fill));
  co_return failed;
}

// Enters everybody's time; what is entered when one is refused is in `reserved` all the same.
Task<absl::Status> ReserveAll(App& app, const std::string& task_id, ConfirmCommand& command,
                              std::vector<Reservation>& reserved) {
  absl::Status failed;
  std::function<Task<void>(size_t)> reserve = [&](size_t i) -> Task<void> {
    ServedBy& service = command.services[i];
    if (!failed.ok()) co_return;
    Work work{task_id, service.start, service.end};
    auto one = co_await app.calendars.Enter(service.person_id, std::move(work));
    if (!one.ok()) {
      failed = one.status();
      co_return;
    }
    service.reservation = one->token;
    reserved.push_back(*std::move(one));
  };
  co_await ForEach(command.services.size(), kConfirmedAtOnce, std::move(reserve));
  co_return failed;
}

// Decides with the time of everybody entered; takes it back where nothing comes of it.
Task<absl::StatusOr<std::string>> DecideWithTime(App& app, const Mutation& mutation,
                                                 std::string task_id, Confirmed& confirmed) {
  ConfirmCommand& command = confirmed.command;
  std::vector<Reservation> reserved;
  absl::Status ready = co_await ReserveAll(app, task_id, command, reserved);
  TaskCall call;
  call.request = mutation.key;
  if (mutation.caller_shard != app.keys.ShardOf(task_id)) call.mark_shard = mutation.caller_shard;
  call.actor = mutation.actor;
  call.trace_id = mutation.trace_id;
  call.answer = confirmed.answer;
  for (const ServedBy& service : command.services) call.people.push_back(service.person_id);
  for (const Reservation& one : reserved) {
    call.not_after = std::min(call.not_after.value_or(one.valid_until), one.valid_until);
  }
  call.decide = [&command](Aggregate& aggregate, Time now) {
    return DecideConfirm(aggregate, command, now);
  };
  if (ready.ok()) {
    co_await app.tasks.Run(task_id, call);
  } else {
    call.end = TaskCall::End::kRefused;
    call.result = std::move(ready);
  }
  std::function<Task<void>(size_t)> settle = [&](size_t i) {
    return SettleReservation(app, reserved[i], call);
  };
  co_await ForEach(reserved.size(), kConfirmedAtOnce, std::move(settle));
  if (call.end == TaskCall::End::kExpired) co_return Refuse(Reason::CONFLICT_RETRY);
  co_return std::move(call.result);
}

Task<absl::StatusOr<std::string>> CheckAndDecide(App& app, rpc::CallOptions peers,
                                                 const Mutation& mutation, const Loaded& loaded,
                                                 Confirmed& confirmed) {
  // Decided here first, so that what is refused writes nothing.
  const Aggregate aggregate(loaded.record, loaded.people);
  ConfirmCommand& command = confirmed.command;
  CO_RETURN_IF_ERROR(CheckConfirm(aggregate, command, app.clock.Now()));
  CO_RETURN_IF_ERROR(co_await FillUnits(app, std::move(peers), aggregate, command));
  co_return co_await DecideWithTime(app, mutation, aggregate.task().task_id(), confirmed);
}

}  // namespace

Task<absl::StatusOr<std::string>> Confirm(App& app, rpc::CallOptions peers, Mutation mutation,
                                          std::shared_ptr<const Loaded> loaded,
                                          Confirmed confirmed) {
  absl::StatusOr<std::string> answer =
      co_await CheckAndDecide(app, std::move(peers), mutation, *loaded, confirmed);
  if (IsRefusal(answer.status()) && !absl::IsNotFound(answer.status())) {
    // Sent again: by now the service is on record.
    CO_ASSIGN_OR_RETURN(std::string earlier,
                        co_await KnownAnswer(app, mutation, loaded->record.task().task_id()));
    if (!earlier.empty()) answer = std::move(earlier);
  }
  co_return answer;
}

}  // namespace baodao::dispatch
