#include "common/rpc/rate_limit.h"

#include <algorithm>
#include <cmath>

namespace baodao::rpc {
namespace {

double Capacity(const Bucket& bucket) { return std::max(1.0, bucket.burst); }

// Until there is one token.
std::chrono::milliseconds WaitFor(double tokens, const Bucket& bucket) {
  if (tokens >= 1) return std::chrono::milliseconds(0);
  return std::chrono::milliseconds(
      static_cast<long>(std::ceil((1 - tokens) / bucket.per_second * 1000)));
}

}  // namespace

double RateLimiter::TokensOf(const Entry& entry, const Bucket& bucket, Now now) {
  const double elapsed = std::chrono::duration<double>(now - entry.refilled).count();
  return std::min(Capacity(bucket), entry.tokens + std::max(0.0, elapsed) * bucket.per_second);
}

std::chrono::milliseconds RateLimiter::Wait(std::string_view key, const Bucket& bucket,
                                            Now now) const {
  if (bucket.per_second <= 0) return std::chrono::milliseconds(0);
  const Entry* const entry = entries_.Peek(key);
  if (entry == nullptr) return std::chrono::milliseconds(0);
  return WaitFor(TokensOf(*entry, bucket, now), bucket);
}

RateLimiter::Entry& RateLimiter::Refill(std::string_view key, const Bucket& bucket, Now now) {
  Entry* const known = entries_.Find(key);
  if (known == nullptr) return entries_.Put(key, {Capacity(bucket), now});
  Entry& entry = *known;
  entry.tokens = TokensOf(entry, bucket, now);
  entry.refilled = now;
  return entry;
}

std::chrono::milliseconds RateLimiter::Take(std::string_view key, const Bucket& bucket, Now now) {
  if (bucket.per_second <= 0) return std::chrono::milliseconds(0);
  Entry& entry = Refill(key, bucket, now);
  const std::chrono::milliseconds wait = WaitFor(entry.tokens, bucket);
  if (wait == std::chrono::milliseconds(0)) entry.tokens -= 1;
  return wait;
}

void RateLimiter::Charge(std::string_view key, const Bucket& bucket, double cost, Now now) {
  if (bucket.per_second <= 0) return;
  Entry& entry = Refill(key, bucket, now);
  entry.tokens = std::max(entry.tokens - cost, -Capacity(bucket));
}

}  // namespace baodao::rpc
