#include "common/service/startup.h"

#include <algorithm>

#include "common/log/log.h"

namespace baodao::service {
namespace {

constexpr Millis kFirstPause{250};
constexpr Millis kLongestPause{4'000};

}  // namespace

Task<absl::Status> UntilReachable(Clock& clock, std::string what,
                                  std::function<Task<absl::Status>()> step) {
  for (Millis pause = kFirstPause;; pause = std::min(2 * pause, kLongestPause)) {
    absl::Status status = co_await step();
    if (!absl::IsUnavailable(status) && !absl::IsDeadlineExceeded(status)) co_return status;
    log::Warn("service.waiting", {{"for", what}, {"status", status}});
    co_await clock.SleepFor(pause);
  }
}

}  // namespace baodao::service
