// How many calls of a unary method are served at once.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "common/rpc/context.h"

namespace baodao::rpc::detail {

// As many as get done within kLongestWait, going by what got done of late. A server that takes on
// all that come does none in time once more come than can be done: each waits behind others whose
// clients have given up (ops/decisions/0056). Loop thread only.
class LiveLimit {
 public:
  // So many are always served: few enough not to be late for each other's sake.
  static constexpr std::size_t kAlways = 256;
  // Where nothing is known yet.
  static constexpr std::size_t kMax = 10'000;

  void Add() { ++live_; }
  void Remove() { --live_; }
  // Whether the call added last is one too many.
  bool Exceeded() const { return live_ > limit_; }
  // The handler of a call is over, whether or not its client still waits.
  void Done() { ++done_; }
  // Every few hundred milliseconds.
  void Measure(SteadyTime now) {
    const bool busy = live_ >= kAlways / 2;
    if (busy_ && busy) {
      const std::chrono::duration<double> took = now - measured_;
      const double in_time = static_cast<double>(done_) * (kLongestWait / took);
      // Only half the way: a pause of Redis is no overload yet.
      const double limit = (static_cast<double>(limit_) + in_time) / 2;
      limit_ = static_cast<std::size_t>(
          std::clamp(limit, static_cast<double>(kAlways), static_cast<double>(kMax)));
    } else {
      // The pace under little load says nothing of what can be done. Nor may a limit outlive the
      // last calls: nobody measures while there are none.
      limit_ = kMax;
    }
    busy_ = busy;
    done_ = 0;
    measured_ = now;
  }

 private:
  // Other services wait four seconds for an answer, people not much longer.
  static constexpr std::chrono::duration<double> kLongestWait{1};

  std::size_t live_ = 0;
  std::size_t limit_ = kMax;
  std::size_t done_ = 0;  // since `measured_`
  SteadyTime measured_{};
  bool busy_ = false;  // at `measured_`, with calls that waited for each other
};

}  // namespace baodao::rpc::detail
