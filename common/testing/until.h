// Waiting for what comes true by itself.
#pragma once

#include <chrono>
#include <thread>

namespace baodao::testing {

// False when it has not come true within `limit`.
template <class Condition>
bool Until(Condition condition, std::chrono::seconds limit = std::chrono::seconds(60)) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

}  // namespace baodao::testing
