// Keeps a current copy of the tree of areas in a process.
//
//   areas::AreaTreeFeed feed(areas::FromRegistration(channel), SystemClock());
//   co_await feed.Load();                                  // once, before serving
//   asio::co_spawn(loop, feed.Run(), asio::detached);      // from then on
//   // An events::Tail over registration calls feed.OnEvent and feed.OnGap.
//   feed.tree()->Covers(a, b);
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/areas/tree.h"
#include "common/async/task.h"
#include "common/clock/clock.h"
#include "common/events/consumer.h"
#include "common/rpc/client.h"

namespace baodao::areas {

// Reads every area there is, in any order.
using AreaSource = std::function<Task<absl::StatusOr<std::vector<Area>>>()>;

// All pages of registration's ListAreas. `channel` must outlive the source.
AreaSource FromRegistration(rpc::Channel& channel);

// Loop thread only; must outlive its tasks.
class AreaTreeFeed {
 public:
  struct Options {
    Millis refresh_every{3 * 60 * 1000};
    // Between attempts of Load: doubled each time up to the maximum.
    Millis retry_min{100};
    Millis retry_max{2'000};
  };

  AreaTreeFeed(AreaSource source, Clock& clock);
  AreaTreeFeed(AreaSource source, Clock& clock, Options options);

  // Returns with the first tree, however long the source is down. An empty tree is one.
  Task<void> Load();
  // Refreshes every few minutes, for ever: events may be missed, this is not. Cancel the task to
  // end it.
  Task<void> Run();
  // Reads the source now. The tree stays as it is when that fails.
  Task<absl::Status> Refresh();
  // For events::Tail: refreshes on AreasImported and ignores everything else.
  Task<absl::Status> OnEvent(const events::Delivery& delivery);
  // For events::Tail: refreshes; where that fails, Run does it later.
  Task<void> OnGap(std::string service, int shard);

  // Never null; empty before Load. Keep the pointer for the length of one decision.
  const std::shared_ptr<const AreaTree>& tree() const { return tree_; }
  bool loaded() const { return applied_ != 0; }
  // Everything that was imported before it is in the tree; the epoch before Load.
  Time as_of() const { return as_of_; }
  // Whether `descendant` is `ancestor` or below it, in the current tree: for rpc::AccessPolicy.
  bool Covers(std::string_view ancestor, std::string_view descendant) const {
    return tree_->Covers(ancestor, descendant);
  }

 private:
  Task<void> TryRefresh();

  AreaSource source_;
  Clock& clock_;
  Options options_;
  std::shared_ptr<const AreaTree> tree_;
  uint64_t started_ = 0;  // Refreshes begun; a slow one never replaces what a later one read.
  uint64_t applied_ = 0;
  Time as_of_{};
};

}  // namespace baodao::areas
