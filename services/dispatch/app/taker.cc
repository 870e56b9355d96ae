#include "services/dispatch/app/taker.h"

#include <algorithm>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <utility>

#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/store/mutate.h"
#include "services/dispatch/app/prospects.h"
#include "services/dispatch/app/reservations.h"
#include "services/dispatch/domain/eligibility.h"
#include "services/dispatch/domain/unit_claim.h"

namespace baodao::dispatch {
namespace {

constexpr int kRounds = 8;

// The decision wants a slot for somebody whose time is not reserved. Never leaves this file.
absl::Status NeedsReservation() { return absl::AbortedError("needs a reservation"); }
bool IsNeedsReservation(const absl::Status& status) {
  return absl::IsAborted(status) && !IsRefusal(status);
}

bool IsAboutTime(const absl::Status& status) {
  return Is(status, Reason::OVERLAPPING_TASK) || Is(status, Reason::DAILY_HOURS_EXCEEDED) ||
         Is(status, Reason::REST_TOO_SHORT);
}

// False where a unit names somebody who cannot be put on one of its slots.
bool MayBeNamed(const v1::TaskRecord& record, const TakeCommand& command, Time now) {
  return command.kind != TakeKind::kName ||
         CheckNaming(record, command.unit_id, *command.profile, now).ok();
}

}  // namespace

// A request being decided, and those that sent it again meanwhile.
struct Taker::Flight {
  explicit Flight(Executor executor, uint64_t fingerprint)
      : fingerprint(fingerprint), landed(executor, asio::steady_timer::time_point::max()) {}
  uint64_t fingerprint;
  asio::steady_timer landed;
  std::optional<absl::StatusOr<std::string>> result;
};

Task<absl::StatusOr<v1::Assignment>> Taker::Take(TakeOrder order) {
  if (!ids::IsValid(order.task_id, "tsk")) co_return NotFound("task", order.task_id);
  const std::string name = order.mutation.key.caller + '\n' + order.mutation.key.request_id;
  if (const auto it = flights_.find(name); it != flights_.end()) {
    const std::shared_ptr<Flight> flight = it->second;
    if (flight->fingerprint != order.mutation.key.fingerprint) {
      co_return Refuse(Reason::REQUEST_ID_REUSED);
    }
    while (!flight->result) {
      asio::error_code woken;
      co_await flight->landed.async_wait(asio::redirect_error(kAwait, woken));
    }
    co_return Parsed<v1::Assignment>(*flight->result);
  }
  const Executor executor = co_await asio::this_coro::executor;
  auto flight = std::make_shared<Flight>(executor, order.mutation.key.fingerprint);
  flights_[name] = flight;
  absl::StatusOr<std::string> result = absl::InternalError("not decided");
  try {
    result = co_await Decide(order);
  } catch (const std::exception& error) {
    result = absl::InternalError(error.what());  // whoever waits for this flight must hear of it
  }
  flights_.erase(name);
  flight->result = result;
  flight->landed.cancel();
  co_return Parsed<v1::Assignment>(std::move(result));
}

Task<absl::StatusOr<std::string>> Taker::Decide(const TakeOrder& order) {
  bool marked = false;
  absl::StatusOr<std::string> result = co_await DecideInRounds(order, &marked);
  const bool refused = IsRefusal(result.status()) && !absl::IsUnavailable(result.status());
  if (!marked || !refused) co_return result;
  const int task_shard = app_.keys.ShardOf(order.task_id);
  CO_ASSIGN_OR_RETURN(std::optional<std::string> answer,
                      co_await store::UnmarkRefused(app_.store, order.mutation.caller_shard,
                                                    task_shard, order.mutation.key));
  if (answer) co_return *std::move(answer);
  co_return result;
}

Task<absl::StatusOr<std::string>> Taker::DecideInRounds(const TakeOrder& order, bool* marked) {
  TakeCommand command;
  command.kind = order.kind;
  command.person_id = order.person_id;
  command.relations = &app_.relations;
  command.no_waitlist = order.no_waitlist;
  command.unit_id = order.unit_id;
  bool renewed = false;
  for (int round = 0; round < kRounds; ++round) {
    // Read anew each round: an event may have brought a newer profile.
    CO_ASSIGN_OR_RETURN(const profiles::ProfilePtr profile,
                        co_await app_.profiles.Get(order.peers, order.person_id));
    command.profile = profile.get();
    absl::StatusOr<std::optional<std::string>> answer = co_await Try(order, command, marked);
    // A review of a moment ago may not have been heard of here, or not when this round began.
    if (IsAboutProfile(answer.status()) && !std::exchange(renewed, true)) {
      const auto newest = co_await app_.profiles.Newest(order.peers, order.person_id);
      if (newest != nullptr && newest->version() > profile->version()) continue;
    }
    CO_RETURN_IF_ERROR(answer.status());
    if (*answer) co_return **std::move(answer);
  }
  co_return Refuse(Reason::CONFLICT_RETRY);
}

// A person who must wait is answered from what this replica knows, confirmed by one read: however
// often they ask, it leaves nothing behind.
Task<absl::Status> Taker::CheckPause(const TakeOrder& order, const Loaded& seen) {
  if (order.kind != TakeKind::kClaim) co_return absl::OkStatus();
  const auto known = seen.people.find(order.person_id);
  if (known == seen.people.end() || MayReturn(known->second, app_.clock.Now()).ok()) {
    co_return absl::OkStatus();
  }
  const auto mine = co_await app_.tasks.ReadAssignment(order.task_id, order.person_id);
  if (!mine.ok()) co_return mine.status();
  co_return MayReturn(*mine, app_.clock.Now());
}

Task<absl::StatusOr<bool>> Taker::WouldTake(const TakeOrder& order, const TakeCommand& command) {
  CO_ASSIGN_OR_RETURN(v1::TaskRecord record, co_await app_.tasks.Read(order.task_id));
  if (!MayBeNamed(record, command, app_.clock.Now())) co_return false;
  CO_ASSIGN_OR_RETURN(const Prospect prospect,
                      co_await ReadProspect(app_, std::move(*record.mutable_task()), command));
  co_return prospect.refusals.empty() && prospect.outlook == TakeOutlook::kTakes;
}

Task<absl::StatusOr<std::optional<Reservation>>> Taker::ReserveIfPromising(
    const TakeOrder& order, const TakeCommand& command, Gate::Pass* pass, bool* marked) {
  CO_ASSIGN_OR_RETURN(const auto seen, co_await app_.tasks.Peek(order.task_id, order.person_id));
  CO_RETURN_IF_ERROR(co_await CheckPause(order, *seen));
  // How many claims may hold reservations for this task at once: as many as could win.
  const std::function<int()> room = [&] {
    std::shared_ptr<const Loaded> known = app_.tasks.Known(order.task_id);
    if (known == nullptr) known = seen;
    // Whose time it is, is the business of their own unit alone.
    if (!MayBeNamed(known->record, command, app_.clock.Now())) return 0;
    const v1::Task& task = known->record.task();
    const auto mine = known->people.find(order.person_id);
    const auto outlook = Foresee(task, mine == known->people.end() ? nullptr : &mine->second,
                                 command, app_.clock.Now());
    if (!outlook.ok() || *outlook != TakeOutlook::kTakes) return 0;
    return std::max(1, SeatsOf(task).FreeForNewcomers());
  };
  *pass = co_await app_.gate.Enter(order.task_id, room);
  if (!*pass) co_return std::nullopt;
  // The mark of the person's own request rides along; a coordinator's lies in another shard.
  const int person_shard = app_.keys.ShardOf(order.person_id);
  std::optional<store::RequestKey> mark;
  if (!*marked && order.mutation.caller_shard == person_shard) mark = order.mutation.key;
  absl::StatusOr<Reservation> reserved =
      co_await app_.calendars.Reserve(order.person_id, WorkOf(seen->record.task()), mark);
  if (!reserved.ok()) {
    // The knowledge of this process may be old, and only a slot takes time: the decision itself
    // says the rest.
    if (!IsAboutTime(reserved.status())) co_return std::move(reserved).status();
    *pass = Gate::Pass();  // for somebody whose time is free
    CO_ASSIGN_OR_RETURN(const bool takes, co_await WouldTake(order, command));
    if (takes) co_return std::move(reserved).status();
    co_return std::nullopt;
  }
  if (mark) *marked = true;
  co_return *std::move(reserved);
}

Task<absl::StatusOr<std::optional<std::string>>> Taker::Try(const TakeOrder& order,
                                                            const TakeCommand& command,
                                                            bool* marked) {
  Gate::Pass pass;
  auto reserving = co_await ReserveIfPromising(order, command, &pass, marked);
  if (!reserving.ok()) {
    if (!IsRefusal(reserving.status())) co_return std::move(reserving).status();
    CO_ASSIGN_OR_RETURN(std::string known,
                        co_await KnownAnswer(app_, order.mutation, order.task_id));
    if (!known.empty()) co_return std::optional<std::string>(std::move(known));
    co_return std::move(reserving).status();
  }
  const std::optional<Reservation> reservation = *std::move(reserving);
  TaskCall call;
  bool took = false;
  call.request = order.mutation.key;
  const bool elsewhere = order.mutation.caller_shard != app_.keys.ShardOf(order.task_id);
  if (elsewhere && !*marked) call.mark_shard = order.mutation.caller_shard;
  call.people.push_back(order.person_id);
  call.actor = order.mutation.actor;
  call.trace_id = order.mutation.trace_id;
  if (reservation) call.not_after = reservation->valid_until;
  call.answer = AnswerAssignment(order.person_id);
  call.decide = [&](Aggregate& aggregate, Time now) -> absl::StatusOr<Effects> {
    // As heard by now: this may have waited long for its turn.
    const profiles::ProfilePtr profile = app_.profiles.Find(order.person_id);
    TakeCommand latest = command;
    latest.profile = profile.get();
    if (latest.kind == TakeKind::kName) {
      RETURN_IF_ERROR(CheckNaming(aggregate.record(), latest.unit_id, *profile, now));
    }
    ASSIGN_OR_RETURN(const TakeOutlook outlook, Foresee(aggregate, latest, now));
    took = outlook == TakeOutlook::kTakes;
    if (!took) return Enqueue(aggregate, latest, now);
    if (!reservation) return NeedsReservation();
    return dispatch::Take(aggregate, latest, reservation->token, now);
  };
  co_await RunAndRelease(app_, order.task_id, call);
  if (reservation) co_await Settle(*reservation, call, took);
  const bool again =
      call.end == TaskCall::End::kExpired ||
      (call.end == TaskCall::End::kRefused && IsNeedsReservation(call.result.status()));
  if (again) co_return std::optional<std::string>();
  if (!call.result.ok()) co_return call.result.status();
  co_return std::optional<std::string>(*std::move(call.result));
}

Task<void> Taker::Settle(const Reservation& reservation, const TaskCall& call, bool took) {
  // Put on the waitlist: that takes no time.
  if (call.end == TaskCall::End::kApplied && !took) return Release(reservation);
  return SettleReservation(app_, reservation, call);
}

Task<void> Taker::Release(const Reservation& reservation) {
  return app_.calendars.Release(reservation.person_id, reservation.task_id, reservation.token);
}

}  // namespace baodao::dispatch
