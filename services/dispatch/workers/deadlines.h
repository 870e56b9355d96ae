// The timers of dispatch: what happens to tasks when time passes.
#pragma once

#include <functional>
#include <string>

#include "common/timers/timer_loop.h"
#include "services/dispatch/app/app.h"

namespace baodao::dispatch {

// Each handler is one ordinary commit through the task's queue: firing late, early or twice does no
// harm.
class Deadlines {
 public:
  // `app` outlives it and the loop it registers with.
  explicit Deadlines(App& app) : app_(app) {}

  void Register(timers::TimerLoop& loop);

  Task<absl::Status> Sla(timers::Timer timer);
  Task<absl::Status> Begin(timers::Timer timer);
  Task<absl::Status> NoShow(timers::Timer timer);
  Task<absl::Status> End(timers::Timer timer);
  Task<absl::Status> AutoClose(timers::Timer timer);
  Task<absl::Status> UnitClaims(timers::Timer timer);
  Task<absl::Status> Offer(timers::Timer timer);
  Task<absl::Status> Promote(timers::Timer timer);
  Task<absl::Status> Credit(timers::Timer timer);
  Task<absl::Status> Release(timers::Timer timer);
  Task<absl::Status> Retire(timers::Timer timer);
  // For one person's request for credit.
  Task<absl::Status> CreditRequest(timers::Timer timer);
  // For one person who is to be heard from.
  Task<absl::Status> CheckIn(timers::Timer timer);
  // For a person, not for a task.
  Task<absl::Status> Ledger(timers::Timer timer);

 private:
  using Decide = std::function<absl::StatusOr<Effects>(Aggregate&, Time)>;
  Task<absl::Status> Run(timers::Timer timer, std::vector<std::string> people, bool everybody,
                         Decide decide);
  // A timer whose task does not exist (a restored or damaged store) is dropped.
  Task<absl::Status> Drop(timers::Timer timer);

  App& app_;
};

}  // namespace baodao::dispatch
