// What a call came to, in words: a failing test prints the status itself.
//   EXPECT_THAT(Claim(), testing::IsOk());
//   EXPECT_THAT(Claim(), testing::IsRefusal(Reason::TASK_FULL));
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <gmock/gmock.h>

#include "common/status/status.h"

namespace baodao::testing {

inline const absl::Status& StatusIn(const absl::Status& status) { return status; }
template <class T>
const absl::Status& StatusIn(const absl::StatusOr<T>& result) {
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
