#include "services/dispatch/store/gate.h"

#include <asio/redirect_error.hpp>
#include <asio/this_coro.hpp>

namespace baodao::dispatch {

Task<Gate::Pass> Gate::Enter(std::string key, std::function<int()> room) {
  for (;;) {
    const int most = room();
    if (most <= 0) co_return Pass();
    Lane& lane = lanes_[key];
    if (lane.inside < most) {
      ++lane.inside;
      co_return Pass(this, std::move(key));
    }
    asio::steady_timer turn(co_await asio::this_coro::executor,
                            asio::steady_timer::time_point::max());
    lane.waiting.push_back(&turn);
    asio::error_code woken;
    co_await turn.async_wait(asio::redirect_error(kAwait, woken));
    // Leave() empties the list when it wakes those in it; a cancelled wait is still in it.
    if (const auto it = lanes_.find(key); it != lanes_.end()) {
      it->second.waiting.remove(&turn);
    }
  }
}

void Gate::Leave(const std::string& key) {
  const auto it = lanes_.find(key);
  if (it == lanes_.end()) return;
  --it->second.inside;
  std::list<asio::steady_timer*> waiting;
  waiting.swap(it->second.waiting);
  if (it->second.inside == 0) lanes_.erase(it);
  for (asio::steady_timer* turn : waiting) turn->cancel();
}

}  // namespace baodao::dispatch
