// The handlers of two replicas, as tests call them.
#pragma once

#include <asio/co_spawn.hpp>
#include <functional>
#include <string>

#include "common/clock/timestamp.h"
#include "common/status/status.h"
#include "tests/integration/dispatch/cluster.h"

namespace baodao::dispatch {

class HandlersTest : public ReplicasTest {
 protected:
  // Runs the timers of one replica until `done` answers true, at most ten seconds.
  void RunTimersUntil(std::function<bool()> done) {
    Replica& replica = *replicas_[0];
    timers::TimerLoop timers(replica.store, SystemClock());
    replica.deadlines.Register(timers);
    replica.standings.Register(timers);
    Run(Wait(timers, std::move(done)));
  }
  static Task<void> Wait(timers::TimerLoop& timers, std::function<bool()> done) {
    bool ended = false;
    asio::co_spawn(co_await asio::this_coro::executor, timers.Run(),
                   [&ended](std::exception_ptr) { ended = true; });
    const Time give_up = SystemClock().Now() + std::chrono::seconds(10);
    while (!done() && SystemClock().Now() < give_up) {
      co_await SystemClock().SleepFor(Millis(5));
    }
    timers.Stop();
    while (!ended) co_await SystemClock().SleepFor(Millis(1));
  }

  v1::SignRequest SignBy(const std::string& task, const std::string& code, const std::string& id) {
    v1::SignRequest request;
    request.set_request_id(id);
    request.set_task_id(task);
    request.set_code(code);
    return request;
  }
  v1::Task Get(const std::string& task) {
    v1::GetTaskRequest request;
    request.set_task_id(task);
    return *Run(replicas_[1]->tasks.GetTask(Coordinator(), request));
  }
  static std::string Why(const absl::Status& status) { return testing::ReasonName(status); }
};

}  // namespace baodao::dispatch
