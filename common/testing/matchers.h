// Matchers of a call's outcome: a failing test prints the status itself.
//   EXPECT_THAT(Claim(), testing::IsOk());
//   EXPECT_THAT(Claim(), testing::IsRefusal(Reason::TASK_FULL));
#pragma once

#include <absl/status/status.h>
#include <gmock/gmock.h>

#include <optional>
#include <string>

#include "common/status/grpc.h"
#include "common/status/status.h"

namespace baodao::testing {

inline absl::Status StatusIn(const absl::Status& status) { return status; }
inline absl::Status StatusIn(const grpc::Status& status) { return FromGrpc(status); }
// The status of a StatusOr, or of a stream.
template <class Result>
absl::Status StatusIn(const Result& result) {
  return result.status();
}

// "OK", or the name of the reason for a refusal; of another error, all that it says.
template <class Result>
std::string ReasonName(const Result& result) {
  const absl::Status status = StatusIn(result);
  if (status.ok()) return "OK";
  const std::optional<Reason> reason = ReasonOf(status);
  return reason ? std::string(Name(*reason)) : status.ToString();
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
