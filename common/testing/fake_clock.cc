#include "common/testing/fake_clock.h"

#include <algorithm>
#include <asio/error.hpp>
#include <asio/redirect_error.hpp>
#include <asio/system_error.hpp>

namespace baodao::testing {

Task<void> FakeClock::SleepFor(Millis duration) {
  if (duration <= Millis::zero()) co_return;
  const std::shared_ptr<Sleepers> room = room_;
  const Key key{now_ + duration, order_++};
  asio::steady_timer turn(loop_, asio::steady_timer::time_point::max());
  room->sleepers.emplace(key, &turn);
  while (!room->watchers.empty() && room->watchers.begin()->first <= room->sleepers.size()) {
    room->watchers.begin()->second->cancel();
    room->watchers.erase(room->watchers.begin());
  }
  // A sleeper that is woken was taken out first; one still in was cancelled, or is being destroyed.
  struct Leave {
    Sleepers& room;
    const Key& key;
    ~Leave() { room.sleepers.erase(key); }
  } leave{*room, key};
  asio::error_code error;
  co_await turn.async_wait(asio::redirect_error(kAwait, error));
  if (room->sleepers.contains(key)) throw asio::system_error(asio::error::operation_aborted);
}

void FakeClock::AdvanceTo(Time time) {
  if (time <= now_) return;
  now_ = time;
  std::map<Key, asio::steady_timer*>& sleepers = room_->sleepers;
  while (!sleepers.empty() && sleepers.begin()->first.first <= now_) {
    asio::steady_timer* turn = sleepers.begin()->second;
    sleepers.erase(sleepers.begin());
    turn->cancel();
  }
}

void FakeClock::Advance(Millis duration) { AdvanceTo(now_ + duration); }

std::optional<Time> FakeClock::next_wake() const {
  if (room_->sleepers.empty()) return std::nullopt;
  return room_->sleepers.begin()->first.first;
}

Task<void> FakeClock::AwaitSleepers(size_t count) {
  const std::shared_ptr<Sleepers> room = room_;
  asio::steady_timer turn(loop_, asio::steady_timer::time_point::max());
  while (room->sleepers.size() < count) {
    const auto place = room->watchers.emplace(count, &turn);
    struct Leave {
      Sleepers& room;
      std::multimap<size_t, asio::steady_timer*>::iterator place;
      bool woken = false;
      ~Leave() {
        if (!woken) room.watchers.erase(place);
      }
    } leave{*room, place};
    asio::error_code error;
    co_await turn.async_wait(asio::redirect_error(kAwait, error));
    leave.woken = std::none_of(room->watchers.begin(), room->watchers.end(),
                               [&](const auto& watcher) { return watcher.second == &turn; });
    if (!leave.woken) throw asio::system_error(asio::error::operation_aborted);
  }
}

}  // namespace baodao::testing
