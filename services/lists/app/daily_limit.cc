#include "services/lists/app/daily_limit.h"

#include <asio/redirect_error.hpp>
#include <asio/this_coro.hpp>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/lists/store/keys.h"

namespace baodao::lists {
namespace {

constexpr Millis kAdditionDay{24 * 60 * 60 * 1000};

}  // namespace

Task<DailyLimit::Addition> DailyLimit::Begin(std::string_view type, rpc::CallContext ctx,
                                             std::string request_id) {
  const std::string name = ctx.caller().Caller() + '\n' + request_id;
  for (auto it = under_way_->find(name); it != under_way_->end(); it = under_way_->find(name)) {
    const std::shared_ptr<asio::steady_timer> ended = it->second;
    asio::error_code woken;
    co_await ended->async_wait(asio::redirect_error(kAwait, woken));
  }
  const Executor executor = co_await asio::this_coro::executor;
  (*under_way_)[name] =
      std::make_shared<asio::steady_timer>(executor, asio::steady_timer::time_point::max());
  std::string counter;
  if (ctx.caller().IsPerson()) {
    counter = AddedTodayKey(store_.keys(), type, ctx.caller().person_id);
  }
  co_return Addition(store_, under_way_, name, std::move(counter));
}

DailyLimit::Addition::~Addition() {
  if (under_way_ == nullptr) return;  // moved away
  const auto it = under_way_->find(name_);
  const std::shared_ptr<asio::steady_timer> ended = it->second;
  under_way_->erase(it);
  ended->cancel();
}

Task<absl::Status> DailyLimit::Addition::Count() {
  if (counter_.empty() || counted_) co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(store::Counted added, co_await store_.ReadCounter(counter_));
  if (added.value >= kMaxAddedPerDay) co_return RefuseFor(Reason::RATE_LIMITED, added.left);
  CO_ASSIGN_OR_RETURN(added, co_await store_.Increment(counter_, kAdditionDay));
  counted_ = true;
  if (added.value <= kMaxAddedPerDay) co_return absl::OkStatus();
  co_return RefuseFor(Reason::RATE_LIMITED, added.left);  // others were faster
}

Task<void> DailyLimit::Addition::Settle(bool replayed, absl::Status outcome) {
  const bool unknown = !outcome.ok() && (!IsRefusal(outcome) || absl::IsUnavailable(outcome));
  if (!counted_ || unknown || (outcome.ok() && !replayed)) co_return;
  (co_await store_.Decrement(counter_, kAdditionDay)).IgnoreError();
}

}  // namespace baodao::lists
