// Between Time and the wire's google.protobuf.Timestamp.
#pragma once

#include <google/protobuf/timestamp.pb.h>

#include "common/clock/clock.h"

namespace baodao {

inline google::protobuf::Timestamp ToTimestamp(Time time) {
  google::protobuf::Timestamp result;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  result.set_seconds(seconds.time_since_epoch().count());
  result.set_nanos(static_cast<int32_t>((time - seconds).count()) * 1'000'000);
  return result;
}

// Parts of a millisecond are cut off.
inline Time ToTime(const google::protobuf::Timestamp& timestamp) {
  return Time(Millis(timestamp.seconds() * 1000 + timestamp.nanos() / 1'000'000));
}

}  // namespace baodao
