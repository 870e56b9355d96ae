// How many records of a type one person may create in a day.
#pragma once

#include <absl/status/status.h>

#include <asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "common/async/task.h"
#include "common/containers/string_map.h"
#include "common/rpc/context.h"
#include "common/store/store.h"

namespace baodao::record {

// Loop thread only; outlives its creations, but not those that a stopped loop left behind.
class CreationLimit {
  // Waiters for the end of a creation, by its name.
  using UnderWay = StringMap<std::shared_ptr<asio::steady_timer>>;

 public:
  // One request to create something, while it is under way.
  class Creation {
   public:
    Creation(store::Store& store, std::shared_ptr<UnderWay> under_way, std::string name,
             std::string counter, int per_day)
        : store_(store),
          under_way_(std::move(under_way)),
          name_(std::move(name)),
          counter_(std::move(counter)),
          per_day_(per_day) {}
    Creation(Creation&&) noexcept = default;
    ~Creation();

    // Counts it, once, however often it is decided. RATE_LIMITED beyond the limit in the 24 hours
    // since the first; then nothing is written. Services are not limited. Call it last in the
    // decision of a mutation: a refusal there still gives a request known already its old answer.
    Task<absl::Status> Count();
    // Takes the count back unless something was created: call it when the mutation has ended.
    Task<void> Settle(bool replayed, absl::Status outcome);

   private:
    store::Store& store_;
    std::shared_ptr<UnderWay> under_way_;
    std::string name_;
    std::string counter_;  // empty: not limited
    int per_day_;
    bool counted_ = false;
  };

  explicit CreationLimit(store::Store& store) : store_(store) {}

  // Waits for copies of the request that are under way here: they must not count, too.
  Task<Creation> Begin(std::string type, int per_day, rpc::CallContext context,
                       std::string request_id);

 private:
  store::Store& store_;
  std::shared_ptr<UnderWay> under_way_ = std::make_shared<UnderWay>();
};

}  // namespace baodao::record
