#include "common/store/detail/errors.h"

#include <absl/strings/str_cat.h>

#include <chrono>

#include "common/log/log.h"
#include "common/redis/errors.h"
#include "common/status/status.h"

namespace baodao::store::detail {
namespace {

bool Passes(absl::StatusCode code) {
  return code == absl::StatusCode::kUnavailable || code == absl::StatusCode::kResourceExhausted ||
         code == absl::StatusCode::kDeadlineExceeded || code == absl::StatusCode::kAborted;
}

void LogOutage(const absl::Status& cause) {
  using Instant = std::chrono::steady_clock::time_point;
  thread_local Instant last{};
  const Instant now = std::chrono::steady_clock::now();
  if (now - last < std::chrono::seconds(1)) return;
  last = now;
  log::Warn("store.unavailable", {{"status", cause}});
}

}  // namespace

absl::Status StoreError(const absl::Status& cause) {
  if (cause.code() == absl::StatusCode::kCancelled) return cause;
  if (Passes(cause.code())) {
    LogOutage(cause);
    if (redis::HasErrorWord(cause, "OOM")) return Refuse(Reason::STORE_FULL);
    return Refuse(Reason::STORE_UNAVAILABLE);
  }
  log::Error("store.failed", {{"status", cause}});
  return absl::InternalError(absl::StrCat("store: ", cause.message()));
}

}  // namespace baodao::store::detail
