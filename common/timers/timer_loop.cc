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
  Task<void> Look();
  Task<void> Refresh();
  Task<void> TakeShard(int shard, Time now);
  void Hear(int shard, Time due);
  void Failed();
  Time NextLook() const;
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
  std::vector<std::optional<Time>> next;  // of each shard, as far as is known here
  Time refreshed;                         // when all shards were asked last, or that failed
  Millis until_refresh{0};
  Time wake;  // until when it sleeps, or slept last
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
  next.resize(static_cast<size_t>(store.shards()));
  store.WatchTimers([this](int shard, Time due) { Hear(shard, due); });
  while (!stopping) {
    co_await Look();
    if (stopping) break;
    wake = NextLook();
    const Millis longest = failures > 0 ? options.backoff_max : options.refresh;
    co_await sleeper->Sleep(std::clamp(wake - clock.Now(), options.min_sleep, longest));
  }
  store.WatchTimers({});
  while (running > 0) co_await freed->Wait();
  co_await AllowCancel();
}

void TimerLoop::Impl::Stop() {
  stopping = true;
  if (sleeper) sleeper->WakeForEver();
}

// Fires what is due.
Task<void> TimerLoop::Impl::Look() {
  co_await StartRetries();
  const Time now = clock.Now();
  // A clock may go back.
  if (now < refreshed || now >= refreshed + until_refresh) co_await Refresh();
  stats.overdue = 0;
  stats.lateness = Millis::zero();
  for (size_t shard = 0; shard < next.size() && !stopping; ++shard) {
    const std::optional<Time> due = next[shard];
    if (!due || *due > now) continue;
    stats.lateness = std::max(stats.lateness, now - *due);
    if (now - *due > kOverdue) ++stats.overdue;
    co_await TakeShard(static_cast<int>(shard), now);
  }
  if (observer) observer(stats);
}

// Asks for the timers of all shards.
Task<void> TimerLoop::Impl::Refresh() {
  // A timer that is set from now on may be missing in the answer, but is heard of.
  std::ranges::fill(next, std::nullopt);
  const absl::StatusOr<std::vector<std::optional<Time>>> asked = co_await store.NextTimers();
  if (!asked.ok()) {
    Failed();
    co_return;
  }
  failures = 0;
  refreshed = clock.Now();
  until_refresh = options.refresh;
  for (size_t shard = 0; shard < asked->size(); ++shard) {
    if ((*asked)[shard]) Hear(static_cast<int>(shard), *(*asked)[shard]);
  }
}

// A timer of the shard is, or may be, due then.
void TimerLoop::Impl::Hear(int shard, Time due) {
  std::optional<Time>& known = next[static_cast<size_t>(shard)];
  known = std::min(known.value_or(due), due);
  if (due >= wake) return;
  wake = due;
  sleeper->Wake();
}

// The store, which has logged it, is asked anew a little later, and longer with each failure.
void TimerLoop::Impl::Failed() {
  failures = std::min(failures + 1, 10);
  refreshed = clock.Now();
  until_refresh = std::min(options.backoff_max, kFirstRetry * (1 << failures));
  std::ranges::fill(next, std::nullopt);
}

Time TimerLoop::Impl::NextLook() const {
  Time look = refreshed + until_refresh;
  for (const std::optional<Time>& due : next) look = std::min(look, due.value_or(look));
  if (!retries.empty()) look = std::min(look, retries.begin()->first);
  return look;
}

Task<void> TimerLoop::Impl::TakeShard(int shard, Time now) {
  next[static_cast<size_t>(shard)].reset();
  absl::StatusOr<std::vector<store::DueTimer>> due =
      co_await store.TakeDueTimers(shard, now, options.lease, options.take);
  if (!due.ok()) {
    Failed();
    co_return;
  }
  const bool more = static_cast<int>(due->size()) >= options.take;
  for (store::DueTimer& timer : *due) {
    co_await Start(Parse(std::move(timer), shard), kFirstRetry, now + options.lease / 2);
  }
  if (more) {
    Hear(shard, now);
    co_return;
  }
  const absl::StatusOr<std::optional<Time>> upcoming = co_await store.NextTimer(shard);
  if (!upcoming.ok()) {
    Failed();
  } else if (*upcoming) {
    Hear(shard, **upcoming);
  }
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
