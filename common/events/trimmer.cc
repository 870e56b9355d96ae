#include "common/events/trimmer.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <asio/this_coro.hpp>
#include <optional>
#include <utility>

#include "common/async/signal.h"
#include "common/events/detail/streams.h"
#include "common/log/log.h"

namespace baodao::events {
namespace {

// The first id that must stay: the older of `horizon` and what the slowest group handled last.
std::string MinId(const redis::Reply& cursors, Time horizon) {
  std::string min = absl::StrCat(horizon.time_since_epoch().count(), "-0");
  for (size_t i = 0; i + 1 < cursors.items.size(); i += 2) {
    if (cursors.items[i].text.ends_with('!')) continue;  // not a cursor
    std::string id = detail::ParseCursor(cursors.items[i + 1].text).id;
    if (detail::IdLess(id, min)) min = std::move(id);
  }
  return min;
}

class Trimmer final : public Consumer {
 public:
  Trimmer(redis::Client& client, Clock& clock, TrimmerOptions options)
      : client_(client), clock_(clock), options_(std::move(options)) {}

  Task<void> Run() override {
    co_await StopInsteadOfCancel([this] { Stop(); });
    const Executor executor = co_await asio::this_coro::executor;
    sleeper_.emplace(executor.context(), clock_);
    while (!stopping_) {
      absl::StatusOr<int64_t> removed = co_await TrimOnce(client_, clock_, options_);
      if (!removed.ok()) {
        log::Warn("events.trim_failed",
                  {{"service", options_.service}, {"status", removed.status()}});
      }
      if (!stopping_) co_await sleeper_->Sleep(options_.every);
    }
    co_await AllowCancel();
  }

  void Stop() override {
    stopping_ = true;
    if (sleeper_) sleeper_->WakeForEver();
  }

 private:
  redis::Client& client_;
  Clock& clock_;
  TrimmerOptions options_;
  std::optional<Sleeper> sleeper_;
  bool stopping_ = false;
};

}  // namespace

std::unique_ptr<Consumer> NewTrimmer(redis::Client& client, Clock& clock, TrimmerOptions options) {
  return std::make_unique<Trimmer>(client, clock, std::move(options));
}

// A group that begins between the two commands has not promised anything to its readers yet.
Task<absl::StatusOr<int64_t>> TrimOnce(redis::Client& client, Clock& clock,
                                       TrimmerOptions options) {
  std::vector<redis::Command> ask;
  for (int shard = 0; shard < options.shards; ++shard) {
    const std::string key = detail::CursorsKey(options.service, shard);
    ask.push_back(redis::Command::On(key, "HGETALL", key));
  }
  std::vector<absl::StatusOr<redis::Reply>> cursors = co_await client.CallEach(std::move(ask));
  const Time horizon = clock.Now() - options.keep;
  std::vector<redis::Command> trim;
  for (int shard = 0; shard < options.shards; ++shard) {
    const absl::StatusOr<redis::Reply>& reply = cursors[static_cast<size_t>(shard)];
    if (!reply.ok()) co_return reply.status();
    const std::string key = detail::EventsKey(options.service, shard);
    trim.push_back(redis::Command::On(key, "XTRIM", key, "MINID", "~", MinId(*reply, horizon)));
  }
  std::vector<absl::StatusOr<redis::Reply>> replies = co_await client.CallEach(std::move(trim));
  int64_t removed = 0;
  for (const absl::StatusOr<redis::Reply>& reply : replies) {
    if (!reply.ok()) co_return reply.status();
    removed += reply->integer;
  }
  co_return removed;
}

}  // namespace baodao::events
