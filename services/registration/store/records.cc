#include "services/registration/store/records.h"

#include <algorithm>

#include "common/crypto/random.h"
#include "common/status/status.h"

namespace baodao::registration {
namespace {

constexpr int kTries = 8;

// Before try `n` (from 1): up to 2, 4, 8, … milliseconds, so that rivals do not meet again.
Millis Pause(int n) { return Millis(1 + crypto::RandomBits() % (uint64_t{1} << std::min(n, 6))); }

}  // namespace

Task<absl::Status> CommitUntilSettled(store::Store& store, Clock& clock,
                                      std::function<Task<absl::StatusOr<store::Commit>>()> decide) {
  for (int n = 1; n <= kTries; ++n) {
    CO_ASSIGN_OR_RETURN(store::Commit commit, co_await decide());
    if (commit.writes().empty()) co_return absl::OkStatus();
    CO_ASSIGN_OR_RETURN(const store::CommitOutcome outcome,
                        co_await store.Apply(std::move(commit)));
    if (outcome.kind == store::CommitOutcome::Kind::kApplied) co_return absl::OkStatus();
    co_await clock.SleepFor(Pause(n));
  }
  co_return Refuse(Reason::CONFLICT_RETRY);
}

}  // namespace baodao::registration
