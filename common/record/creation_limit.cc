#include "common/record/creation_limit.h"

#include <asio/redirect_error.hpp>
#include <asio/this_coro.hpp>

#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::record {
namespace {

constexpr Millis kCreationDay{24 * 60 * 60 * 1000};

}  // namespace

Task<CreationLimit::Creation> CreationLimit::Begin(std::string type, int per_day,
                                                   rpc::CallContext context,
                                                   std::string request_id) {
  const std::string name = context.caller().Caller() + '\n' + request_id;
  for (auto it = under_way_->find(name); it != under_way_->end(); it = under_way_->find(name)) {
    const std::shared_ptr<asio::steady_timer> ended = it->second;
    asio::error_code woken;
    co_await ended->async_wait(asio::redirect_error(kAwait, woken));
  }
  const Executor executor = co_await asio::this_coro::executor;
  (*under_way_)[name] =
      std::make_shared<asio::steady_timer>(executor, asio::steady_timer::time_point::max());
  std::string counter;
  if (context.caller().IsPerson()) {
    const std::string& person = context.caller().person_id;
    counter = store_.keys().Of(store_.keys().ShardOfId(person), "created", type + ":" + person);
  }
  co_return Creation(store_, under_way_, name, std::move(counter), per_day);
}

CreationLimit::Creation::~Creation() {
  if (under_way_ == nullptr) return;  // moved away
  const auto it = under_way_->find(name_);
  const std::shared_ptr<asio::steady_timer> ended = it->second;
  under_way_->erase(it);
  ended->cancel();
}

Task<absl::Status> CreationLimit::Creation::Count() {
  if (counter_.empty() || counted_) co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(store::Counted added, co_await store_.ReadCounter(counter_));
  if (added.value >= per_day_) co_return RefuseFor(Reason::RATE_LIMITED, added.left);
  CO_ASSIGN_OR_RETURN(added, co_await store_.Increment(counter_, kCreationDay));
  counted_ = true;
  if (added.value <= per_day_) co_return absl::OkStatus();
  co_return RefuseFor(Reason::RATE_LIMITED, added.left);  // others were faster
}

Task<void> CreationLimit::Creation::Settle(bool replayed, absl::Status outcome) {
  const bool unknown = !outcome.ok() && (!IsRefusal(outcome) || absl::IsUnavailable(outcome));
  if (!counted_ || unknown || (outcome.ok() && !replayed)) co_return;
  (co_await store_.Decrement(counter_, kCreationDay)).IgnoreError();
}

}  // namespace baodao::record
