// What a call came to, in words: a failing test prints the status itself.
//   EXPECT_THAT(Claim(), testing::IsOk());
//   EXPECT_THAT(Claim(), testing::IsRefusal(Reason::TASK_FULL));
#pragma once

#include <absl/status/status.h>
#include <gmock/gmock.h>

#include "common/status/grpc.h"
#include "common/status/status.h"

namespace baodao::testing {

inline absl::Status StatusIn(const absl::Status& status) { return status; }
inline absl::Status StatusIn(const grpc::Status& status) { return FromGrpc(status); }
// Of a StatusOr, or of a stream.
template <class Result>
absl::Status StatusIn(const Result& result) {
  return result.status();
}

MATCHER(IsOk, "is OK") {
  *result_listener << "which is " << StatusIn(arg);
  return StatusIn(arg).ok();
}

MATCHER_P(IsRefusal, reason, "is refused as " + std::string(Name(reason))) {
  *result_listener << "which is " << StatusIn(arg);
  return Is(StatusIn(arg), reason);
}

}  // namespace baodao::testing
