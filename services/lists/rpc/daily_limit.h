// How much one person may add to the lists in a day: everything added is kept for good and read by
// coordinators, so that the calls per second alone do not bound it.
#pragma once

#include <absl/status/status.h>

#include <asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "common/containers/string_map.h"
#include "services/lists/rpc/deps.h"

namespace baodao::lists {

inline constexpr int kMostAddedPerDay = 50;

// The limit of one list. Loop thread only; outlives its additions, but not those that a stopped
// loop left behind.
class DailyLimit {
  // Who waits for the end of an addition, by its name.
  using UnderWay = StringMap<std::shared_ptr<asio::steady_timer>>;

 public:
  DailyLimit(ListsStore& lists, std::string_view list) : lists_(lists), list_(list) {}

  // One request to add something, while it is under way.
  class Addition {
   public:
    Addition(ListsStore& lists, std::shared_ptr<UnderWay> under_way, std::string name,
             std::string counter)
        : lists_(lists),
          under_way_(std::move(under_way)),
          name_(std::move(name)),
          counter_(std::move(counter)) {}
    Addition(Addition&&) noexcept = default;
    ~Addition();

    // Counts it, once, however often it is decided. RATE_LIMITED beyond kMostAddedPerDay in the 24
    // hours since the first; then nothing is written. Services are not limited. Call it last in the
    // decision of a mutation: a refusal there still gives a request known already its old answer.
    Task<absl::Status> Count();
    // Takes the count back unless something was added: call it when the mutation has ended.
    Task<void> Settle(bool replayed, absl::Status outcome);

   private:
    ListsStore& lists_;
    std::shared_ptr<UnderWay> under_way_;
    std::string name_;
    std::string counter_;  // empty: not limited
    bool counted_ = false;
  };

  // Waits for copies of the request that are under way here: they must not count, too.
  Task<Addition> Begin(rpc::CallContext ctx, std::string request_id);

 private:
  ListsStore& lists_;
  std::string_view list_;
  std::shared_ptr<UnderWay> under_way_ = std::make_shared<UnderWay>();
};

}  // namespace baodao::lists
