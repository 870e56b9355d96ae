// A clock that tests own.
#pragma once

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "common/async/task.h"
#include "common/clock/clock.h"

namespace baodao::testing {

// Stands still until advanced. One loop: everything is called on its thread (or before it runs).
class FakeClock final : public Clock {
 public:
  // 2025-06-01 08:00 in China unless told otherwise.
  static constexpr Time kStart{Millis(1'748'736'000'000)};

  explicit FakeClock(asio::io_context& loop, Time start = kStart) : loop_(loop), now_(start) {}

  Time Now() const override { return now_; }
  Task<void> SleepFor(Millis duration) override;

  // Moves time and schedules everybody whose sleep is over, earliest first, equal ones in the order
  // they fell asleep. They run when the loop does, and then all see the new time.
  void Advance(Millis duration);
  void AdvanceTo(Time time);

  // How many are asleep, and when the first of them is due.
  size_t sleepers() const { return room_->sleepers.size(); }
  std::optional<Time> next_wake() const;
  // Returns as soon as at least `count` are asleep: what to await before Advance.
  Task<void> AwaitSleepers(size_t count);

 private:
  using Key = std::pair<Time, uint64_t>;
  // Shared with those asleep: the loop may destroy them after the clock is gone.
  struct Sleepers {
    std::map<Key, asio::steady_timer*> sleepers;
    std::multimap<size_t, asio::steady_timer*> watchers;
  };

  asio::io_context& loop_;
  Time now_;
  uint64_t order_ = 0;
  std::shared_ptr<Sleepers> room_ = std::make_shared<Sleepers>();
};

}  // namespace baodao::testing
