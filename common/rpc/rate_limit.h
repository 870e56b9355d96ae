// Token buckets per caller, in bounded memory.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "common/containers/lru_cache.h"

namespace baodao::rpc {

struct Bucket {
  double per_second = 0;  // 0 means no limit
  double burst = 0;
};

// Calls are limited per caller (a person; without a token, the peer's address) and class of RPC.
// Services are never limited.
struct RateLimits {
  Bucket person{50, 100};
  Bucket anonymous{20, 40};
  // Mutations of a person that succeeded, on top: each keeps its answer for a day. A coordinator's
  // fullest day passes; what one person can have kept in a day, by one replica, is 7,320 answers.
  Bucket writes{1.0 / 20, 3000};
  // Methods ("package.Service/Method") with a bucket of their own, per caller, e.g. sending login
  // codes, instead of the common one. That of a mutation is on top, too, and taken only by what
  // succeeded.
  std::map<std::string, Bucket, std::less<>> methods;
  // Callers remembered at once, and people who wrote; the one longest unseen is forgotten first.
  std::size_t max_callers = 100'000;
};

// Loop thread only.
class RateLimiter {
 public:
  using Now = std::chrono::steady_clock::time_point;

  explicit RateLimiter(std::size_t max_callers) : entries_(max_callers) {}

  // Takes one token of `key`'s bucket. Zero when taken, else how long until one will be there.
  std::chrono::milliseconds Take(std::string_view key, const Bucket& bucket, Now now);
  // Takes `cost` whatever is there: whoever owes waits until it is paid back. Nobody comes to owe
  // more than a burst.
  void Charge(std::string_view key, const Bucket& bucket, double cost, Now now);
  // The same without taking it.
  std::chrono::milliseconds Wait(std::string_view key, const Bucket& bucket, Now now) const;
  std::size_t callers() const { return entries_.size(); }

 private:
  struct Entry {
    double tokens;
    Now refilled;
  };

  // The bucket as it is now, a full one where there was none.
  Entry& Refill(std::string_view key, const Bucket& bucket, Now now);
  static double TokensOf(const Entry& entry, const Bucket& bucket, Now now);

  LruCache<Entry> entries_;
};

}  // namespace baodao::rpc
