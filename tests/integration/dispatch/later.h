// Replicas in a later hour: what happens once a task has begun, or is over.
#pragma once

#include <functional>

#include "tests/integration/dispatch/handlers_fixture.h"

namespace baodao::dispatch {

// The machine's clock, moved ahead.
class LaterClock final : public Clock {
 public:
  Time Now() const override { return SystemClock().Now() + ahead; }
  Task<void> SleepFor(Millis duration) override { return SystemClock().SleepFor(duration); }

  Millis ahead{0};
};

// A replica by such a clock.
struct LaterReplica {
  LaterReplica(asio::io_context& loop, Replica& replica, Clock& clock, const crypto::KeyRing& ring,
               AppOptions options = {})
      : app(
            loop, replica.store, clock, ring, replica.profiles, [] { return TestTree(); },
            replica.registry, std::move(options)),
        tasks(app, replica.near),
        assignments(app),
        changes(app),
        ledgers(app),
        deadlines(app) {}

  App app;
  TaskHandlers tasks;
  AssignmentHandlers assignments;
  ChangeHandlers changes;
  LedgerHandlers ledgers;
  Deadlines deadlines;
};

class LaterTest : public HandlersTest {
 protected:
  void RunLaterTimersUntil(LaterReplica& replica, std::function<bool()> done) {
    timers::TimerLoop timers(replica.app.store, replica.app.clock);
    replica.deadlines.Register(timers);
    Run(Wait(timers, std::move(done)));
  }
  // Fires one timer of a task.
  absl::Status Fire(LaterReplica& replica, Task<absl::Status> (Deadlines::*handler)(timers::Timer),
                    std::string_view kind, const std::string& task) {
    timers::Timer timer;
    timer.id = task;
    timer.member = TimerName(kind, task);
    timer.shard = replica.app.keys.ShardOf(task);
    timer.due = replica.app.clock.Now();
    return Run((replica.deadlines.*handler)(timer));
  }
};

}  // namespace baodao::dispatch
