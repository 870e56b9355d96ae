#include "common/service/session_feed.h"

#include <algorithm>
#include <utility>

#include "common/auth/tokens.h"
#include "common/clock/timestamp.h"
#include "common/events/history.h"
#include "common/log/log.h"
#include "common/status/macros.h"

namespace baodao::service {
namespace {

constexpr char kIssuer[] = "registration";
// As EndedSessions keeps them; the clocks of Redis and of the issuer may differ.
constexpr Millis kHistory = std::chrono::duration_cast<Millis>(auth::kAccessLife + 3 * auth::kSkew);
constexpr Millis kFirstRetry{100};
constexpr Millis kLastRetry{2'000};

}  // namespace

SessionFeed::SessionFeed(asio::io_context& loop, redis::Client& redis, Clock& clock, int shards,
                         auth::EndedSessions& ended,
                         std::function<void(const std::string&)> on_ended)
    : redis_(redis), clock_(clock), shards_(shards), ended_(ended), on_ended_(std::move(on_ended)) {
  events::TailOptions options;
  options.services.emplace_back(kIssuer);
  options.shards = shards;
  tail_ = events::NewTail(
      loop, redis, clock, options,
      [this](const events::Delivery& delivery) { return OnEvent(delivery); },
      [this](std::string, int shard) {
        return Persist([this, shard] { return LoadShard(shard); });
      });
}

Task<void> SessionFeed::Load() {
  return Persist([this] { return LoadAll(); });
}

Task<absl::Status> SessionFeed::LoadAll() {
  CO_RETURN_IF_ERROR(co_await tail_->Prepare());
  for (int shard = 0; shard < shards_; ++shard) CO_RETURN_IF_ERROR(co_await LoadShard(shard));
  co_return absl::OkStatus();
}

Task<absl::Status> SessionFeed::LoadShard(int shard) {
  events::Handler handler = [this](const events::Delivery& delivery) { return OnEvent(delivery); };
  co_return co_await events::ReadSince(redis_, kIssuer, shard, clock_.Now() - kHistory,
                                       std::move(handler));
}

Task<absl::Status> SessionFeed::OnEvent(const events::Delivery& delivery) {
  if (!delivery.event.has_session_ended()) co_return absl::OkStatus();
  const std::string& id = delivery.event.session_ended().session_id();
  if (ended_.Add(id, ToTime(delivery.event.time()), clock_.Now())) on_ended_(id);
  co_return absl::OkStatus();
}

Task<void> SessionFeed::Persist(std::function<Task<absl::Status>()> load) {
  Millis pause = kFirstRetry;
  for (;;) {
    const absl::Status status = co_await load();
    if (status.ok()) co_return;
    log::Warn("sessions.waiting", {{"status", status}});
    co_await clock_.SleepFor(pause);
    pause = std::min(2 * pause, kLastRetry);
  }
}

}  // namespace baodao::service
