#include "common/timers/timer_loop.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/this_coro.hpp>
#include <exception>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "common/async/signal.h"
#include "common/log/log.h"

namespace baodao::timers {
namespace {

constexpr Millis kOverdue{1'000};
constexpr Millis kFirstRetry{100};

Timer Parse(store::DueTimer due, int shard) {
  Timer timer;
  timer.member = std::move(due.member);
  timer.shard = shard;
  timer.due = due.due;
  const std::string_view member = timer.member;
  const size_t first = member.find('|');
  timer.kind = std::string(member.substr(0, first));
  if (first == member.npos) return timer;
  const size_t second = member.find('|', first + 1);
  if (second == member.npos) {
    timer.id = std::string(member.substr(first + 1));
  } else {
    timer.id = std::string(member.substr(first + 1, second - first - 1));
    timer.extra = std::string(member.substr(second + 1));
  }
  return timer;
}

Task<absl::Status> Guarded(const Handler& handler, const Timer& timer) {
  try {
    co_return co_await handler(timer);
  } catch (const std::exception& error) {
    co_return absl::InternalError(error.what());
  }
}

}  // namespace

std::string Member(std::string_view kind, std::string_view id, std::string_view extra) {
  std::string member(kind);
  member.append(1, '|').append(id);
  if (!extra.empty()) member.append(1, '|').append(extra);
  return member;
}

struct TimerLoop::Impl {
  // A timer whose handler failed: tried again here while its lease is fresh.
  struct Retry {
    Timer timer;
    Millis delay;  // before the try after this one
    Time until;    // no tries after this: others may take it
  };

  Impl(store::Store& store, Clock& clock, Options options)
      : store(store), clock(clock), options(options) {}

  Task<void> Run();
  void Stop();
  Task<Time> Look();
  Task<bool> TakeShard(int shard, Time due);
  Task<void> Start(Timer timer, Millis retry_delay, Time until);
  Task<void> Fire(const Handler* handler, Retry retry);
  Task<void> StartRetries();
  void Unknown(const Timer& timer);

  store::Store& store;
  Clock& clock;
  Options options;
  // Made by Run, on its loop.
  asio::io_context* loop = nullptr;
  std::optional<Sleeper> sleeper;
  std::optional<Signal> freed;  // a handler ended
  std::map<std::string, Handler> handlers;
  std::multimap<Time, Retry> retries;
  std::set<std::string> unknown_kinds;
  std::function<void(const Stats&)> observer;
  Stats stats;
  int running = 0;
  int failures = 0;  // looks that failed in a row
  bool stopping = false;
};

Task<void> TimerLoop::Impl::Run() {
  co_await StopInsteadOfCancel([this] { Stop(); });
  const Executor executor = co_await asio::this_coro::executor;
  loop = &executor.context();
  sleeper.emplace(*loop, clock);
  freed.emplace(*loop);
  while (!stopping) {
    const Time wake = co_await Look();
    if (stopping) break;
    const Millis ahead = wake - clock.Now();
    co_await sleeper->Sleep(std::clamp(ahead, options.min_sleep,
                                       failures > 0 ? options.backoff_max : options.max_sleep));
  }
  while (running > 0) co_await freed->Wait();
  co_await AllowCancel();
}

void TimerLoop::Impl::Stop() {
  stopping = true;
  if (sleeper) sleeper->WakeForEver();
}

// Fires what is due; when to look again.
Task<Time> TimerLoop::Impl::Look() {
  co_await StartRetries();
  absl::StatusOr<std::vector<std::optional<Time>>> next = co_await store.NextTimers();
  const Time now = clock.Now();
  if (!next.ok()) {
    failures = std::min(failures + 1, 10);
    co_return now + std::min(options.backoff_max, kFirstRetry * (1 << failures));
  }
  failures = 0;
  stats.overdue = 0;
  stats.lateness = Millis::zero();
  Time wake = now + options.max_sleep;
  for (size_t shard = 0; shard < next->size() && !stopping; ++shard) {
    const std::optional<Time> due = (*next)[shard];
    if (!due) continue;
    if (*due > now) {
      wake = std::min(wake, *due);
      continue;
    }
    stats.lateness = std::max(stats.lateness, now - *due);
    if (now - *due > kOverdue) ++stats.overdue;
    if (co_await TakeShard(static_cast<int>(shard), now)) wake = now;
  }
  if (!retries.empty()) wake = std::min(wake, retries.begin()->first);
  if (observer) observer(stats);
  co_return wake;
}

// Whether there may be more due.
Task<bool> TimerLoop::Impl::TakeShard(int shard, Time now) {
  absl::StatusOr<std::vector<store::DueTimer>> due =
      co_await store.TakeDueTimers(shard, now, options.lease, options.take);
  if (!due.ok()) co_return false;  // logged by the store; the next look tries again
  const bool more = static_cast<int>(due->size()) >= options.take;
  for (store::DueTimer& timer : *due) {
    co_await Start(Parse(std::move(timer), shard), kFirstRetry, now + options.lease / 2);
  }
  co_return more;
}

Task<void> TimerLoop::Impl::StartRetries() {
  while (!stopping && !retries.empty() && retries.begin()->first <= clock.Now()) {
    Retry retry = std::move(retries.extract(retries.begin()).mapped());
    co_await Start(std::move(retry.timer), retry.delay, retry.until);
  }
}

// Waits for a free place. Returns when the handler has been started, not when it is done.
Task<void> TimerLoop::Impl::Start(Timer timer, Millis retry_delay, Time until) {
  while (running >= options.concurrency) co_await freed->Wait();
  const auto handler = handlers.find(timer.kind);
  if (handler == handlers.end()) {
    Unknown(timer);
    co_return;
  }
  if (stopping) co_return;  // comes again after its lease
  ++running;
  asio::co_spawn(*loop, Fire(&handler->second, Retry{std::move(timer), retry_delay, until}),
                 asio::detached);
}

Task<void> TimerLoop::Impl::Fire(const Handler* handler, Retry retry) {
  const absl::Status status = co_await Guarded(*handler, retry.timer);
  if (status.ok()) {
    ++stats.fired;
  } else {
    ++stats.failed;
    log::Warn("timer.failed", {{"kind", retry.timer.kind},
                               {"id", retry.timer.id},
                               {"shard", retry.timer.shard},
                               {"status", status}});
    const Time again = clock.Now() + retry.delay;
    retry.delay = std::min(retry.delay * 2, options.backoff_max);
    if (again < retry.until) {
      retries.emplace(again, std::move(retry));
      sleeper->Wake();
    }
  }
  --running;
  freed->Notify();
}

void TimerLoop::Impl::Unknown(const Timer& timer) {
  ++stats.unknown;
  if (!unknown_kinds.insert(timer.kind).second) return;
  log::Error("timer.unknown_kind", {{"kind", timer.kind}, {"shard", timer.shard}});
}

TimerLoop::TimerLoop(store::Store& store, Clock& clock, Options options)
    : impl_(std::make_unique<Impl>(store, clock, options)) {}

TimerLoop::~TimerLoop() = default;

void TimerLoop::Register(std::string kind, Handler handler) {
  impl_->handlers[std::move(kind)] = std::move(handler);
}

void TimerLoop::SetObserver(std::function<void(const Stats&)> observer) {
  impl_->observer = std::move(observer);
}

Task<void> TimerLoop::Run() { return impl_->Run(); }

void TimerLoop::Stop() { impl_->Stop(); }

const Stats& TimerLoop::stats() const { return impl_->stats; }

}  // namespace baodao::timers
