#include "common/rpc/rate_limit.h"

#include <algorithm>
#include <cmath>

namespace baodao::rpc {

std::chrono::milliseconds RateLimiter::Take(std::string_view key, const Bucket& bucket, Now now) {
  if (bucket.per_second <= 0) return std::chrono::milliseconds(0);
  const double capacity = std::max(1.0, bucket.burst);
  auto found = index_.find(key);
  if (found == index_.end()) {
    if (entries_.size() >= max_callers_ && !entries_.empty()) {
      index_.erase(entries_.back().key);
      entries_.pop_back();
    }
    entries_.push_front({std::string(key), capacity, now});
    found = index_.emplace(entries_.front().key, entries_.begin()).first;
  } else {
    entries_.splice(entries_.begin(), entries_, found->second);
  }
  Entry& entry = *found->second;
  const double elapsed = std::chrono::duration<double>(now - entry.refilled).count();
  entry.tokens = std::min(capacity, entry.tokens + std::max(0.0, elapsed) * bucket.per_second);
  entry.refilled = now;
  if (entry.tokens >= 1) {
    entry.tokens -= 1;
    return std::chrono::milliseconds(0);
  }
  const double wait_ms = (1 - entry.tokens) / bucket.per_second * 1000;
  return std::chrono::milliseconds(static_cast<long>(std::ceil(wait_ms)));
}

}  // namespace baodao::rpc
