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
#include "common/record/repository.h"
#include "common/store/store.h"

namespace baodao::lists {

inline constexpr int kMaxAddedPerDay = 50;

// Limits of each type of record. Loop thread only; outlives its additions, but not those that a
// stopped loop left behind.
class DailyLimit {
  // Who waits for the end of an addition, by its name.
  using UnderWay = StringMap<std::shared_ptr<asio::steady_timer>>;

 public:
  explicit DailyLimit(store::Store& store) : store_(store) {}

  // Runs a mutation that adds a record of `type`: see Repository::Mutate and Addition::Count.
  template <class Answer, class Request>
  Task<absl::StatusOr<Answer>> Add(record::Repository& records, std::string_view type,
                                   rpc::CallContext context, const Request& request, int shard,
                                   record::Decide<Answer> decide);

 private:
  // One request to add something, while it is under way.
  class Addition {
   public:
    Addition(store::Store& store, std::shared_ptr<UnderWay> under_way, std::string name,
             std::string counter)
        : store_(store),
          under_way_(std::move(under_way)),
          name_(std::move(name)),
          counter_(std::move(counter)) {}
    Addition(Addition&&) noexcept = default;
    ~Addition();

    // Counts it, once, however often it is decided. RATE_LIMITED beyond kMaxAddedPerDay in the 24
    // hours since the first; then nothing is written. Services are not limited. Call it last in the
    // decision of a mutation: a refusal there still gives a request known already its old answer.
    Task<absl::Status> Count();
    // Takes the count back unless something was added: call it when the mutation has ended.
    Task<void> Settle(bool replayed, absl::Status outcome);

   private:
    store::Store& store_;
    std::shared_ptr<UnderWay> under_way_;
    std::string name_;
    std::string counter_;  // empty: not limited
    bool counted_ = false;
  };

  // Waits for copies of the request that are under way here: they must not count, too.
  Task<Addition> Begin(std::string_view type, rpc::CallContext ctx, std::string request_id);

  store::Store& store_;
  std::shared_ptr<UnderWay> under_way_ = std::make_shared<UnderWay>();
};

template <class Answer, class Request>
Task<absl::StatusOr<Answer>> DailyLimit::Add(record::Repository& records, std::string_view type,
                                             rpc::CallContext context, const Request& request,
                                             int shard, record::Decide<Answer> decide) {
  Addition addition = co_await Begin(type, context, request.request_id());
  record::Decide<Answer> limited =
      [&](record::Transaction& transaction) -> Task<absl::StatusOr<Answer>> {
    CO_ASSIGN_OR_RETURN(Answer answer, co_await decide(transaction));
    CO_RETURN_IF_ERROR(co_await addition.Count());
    co_return answer;
  };
  bool replayed = false;
  absl::StatusOr<Answer> answer =
      co_await records.Mutate<Answer>(context, request, shard, std::move(limited), &replayed);
  co_await addition.Settle(replayed, answer.status());
  co_return answer;
}

}  // namespace baodao::lists
