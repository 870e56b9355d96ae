// Puts people on tasks: reserves their time in their own shard, then takes the slot in the task's.
// The one path of claims, acceptances, assignments and namings; see
// ops/decisions/0003-claim-across-two-shards.md.
#pragma once

#include <absl/status/statusor.h>

#include <memory>
#include <string>

#include "common/rpc/call_options.h"
#include "services/dispatch/app/mutation.h"
#include "services/dispatch/domain/take.h"

namespace baodao::dispatch {

struct TakeOrder {
  TakeKind kind = TakeKind::kClaim;
  std::string task_id;
  std::string person_id;
  bool no_waitlist = false;
  std::string unit_id;  // kName: that holds the slot
  Mutation mutation;
  rpc::CallOptions peers;  // to ask other services as
};

// Loop thread only.
class Taker {
 public:
  explicit Taker(App& app) : app_(app) {}

  // The assignment, ACCEPTED or WAITLISTED, or why not. The same request sent several times at once
  // is decided once.
  Task<absl::StatusOr<v1::Assignment>> Take(TakeOrder order);

 private:
  struct Flight;

  Task<absl::StatusOr<std::string>> Decide(const TakeOrder& order);
  // `marked`: the request is marked in the caller's shard, with a reservation.
  Task<absl::StatusOr<std::string>> DecideInRounds(const TakeOrder& order, bool* marked);
  // One try: an answer, a refusal, or nullopt to try again with what has been learnt.
  Task<absl::StatusOr<std::optional<std::string>>> Try(const TakeOrder& order,
                                                       const TakeCommand& command, bool* marked);
  Task<absl::Status> CheckPause(const TakeOrder& order, const Loaded& seen);
  // Whether the command would get a slot, by what is stored now.
  Task<absl::StatusOr<bool>> WouldTake(const TakeOrder& order, const TakeCommand& command);
  Task<absl::StatusOr<std::optional<Reservation>>> ReserveIfPromising(const TakeOrder& order,
                                                                      const TakeCommand& command,
                                                                      Gate::Pass* pass,
                                                                      bool* marked);
  Task<void> Release(const Reservation& reservation);
  // Keeps the reservation or gives it back, as the call ended.
  Task<void> Settle(const Reservation& reservation, const TaskCall& call, bool took);

  App& app_;
  StringMap<std::shared_ptr<Flight>> flights_;
};

}  // namespace baodao::dispatch
