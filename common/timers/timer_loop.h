// Fires what Commit::SetTimer set. At least once: firing is an ordinary commit that checks versions
// and clears (or moves) the timer; one that is not cleared comes again after its lease.
#pragma once

#include <absl/status/status.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "common/async/task.h"
#include "common/clock/clock.h"
#include "common/store/store.h"

namespace baodao::timers {

// "<kind>|<id>[|extra]" taken apart.
struct Timer {
  std::string kind;
  std::string id;
  std::string extra;   // everything after the second '|'
  std::string member;  // the whole: what ClearTimer wants
  int shard = 0;
  Time due;
};

// "offer", "tsk_…", "per_…" → "offer|tsk_…|per_…".
std::string Member(std::string_view kind, std::string_view id, std::string_view extra = {});

// OK: handled, and the timer cleared or moved by the handler's commit. An error: again later (at
// the latest after the lease). A handler that finds nothing left to do must still clear the timer.
using Handler = std::function<Task<absl::Status>(const Timer&)>;

struct Options {
  Millis lease{30'000};   // longer than any handler takes
  int concurrency = 64;   // handlers at the same time
  int take = 64;          // timers of a shard at once
  Millis refresh{5'000};  // timers that other replicas set are seen after this at the latest
  Millis min_sleep{5};
  Millis backoff_max{5'000};  // when the store does not answer
};

struct Stats {
  uint64_t fired = 0;
  uint64_t failed = 0;   // handler errors
  uint64_t unknown = 0;  // of kinds nobody registered: left alone
  int overdue = 0;       // shards whose next timer was due for more than a second at the last look
  Millis lateness{0};    // by how much the latest of them was
};

// One loop; any number of replicas. It knows of the timers that its own process sets, and looks for
// those of others now and then: idle, it costs a command for each shard every Options::refresh.
class TimerLoop {
 public:
  // `store` and `clock` outlive it.
  TimerLoop(store::Store& store, Clock& clock, Options options = {});
  ~TimerLoop();

  // Before Run.
  void Register(std::string kind, Handler handler);
  // Called after each look at the shards.
  void SetObserver(std::function<void(const Stats&)> observer);

  // Returns after Stop (which cancelling the coroutine also means), when the handlers under way
  // have ended.
  Task<void> Run();
  void Stop();
  const Stats& stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace baodao::timers
