#include "common/store/store.h"

namespace baodao::store {

void Store::TellOfTimers(const Commit& commit) const {
  if (!timer_watcher_) return;
  for (const Commit::Write& write : commit.writes()) {
    if (write.op != Commit::Op::kSetTimer) continue;
    timer_watcher_(commit.shard(), Time(Millis(static_cast<int64_t>(write.number))));
  }
}

}  // namespace baodao::store
