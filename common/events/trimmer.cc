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

// The cursors of one stream, read.
struct Reading {
  std::string slowest;                 // handled by all groups; empty: there is no group
  std::vector<std::string> unstarted;  // of the readers named
};

Reading ReadCursors(const redis::Reply& cursors, const std::vector<std::string>& readers) {
  Reading reading;
  reading.unstarted = readers;
  for (size_t i = 0; i + 1 < cursors.items.size(); i += 2) {
    const std::string& group = cursors.items[i].text;
    // A note of an event being handled is not a cursor; cursors of other groups may follow it.
    if (group.ends_with('!')) continue;
    std::erase(reading.unstarted, group);
    std::string id = detail::ParseCursor(cursors.items[i + 1].text).id;
    if (reading.slowest.empty() || detail::IdLess(id, reading.slowest)) {
      reading.slowest = std::move(id);
    }
  }
  return reading;
}

std::string IdAt(Time time) { return absl::StrCat(time.time_since_epoch().count(), "-0"); }

// The first id that must stay: the oldest of the horizon and what the slowest group handled last.
// A reader that has not started has handled nothing, but is not waited for for ever.
std::string MinId(const Reading& reading, const TrimmerOptions& options, Time now) {
  std::string min = IdAt(now - options.keep);
  if (!reading.unstarted.empty()) min = IdAt(now - std::max(options.keep, options.keep_unstarted));
  if (!reading.slowest.empty() && detail::IdLess(reading.slowest, min)) min = reading.slowest;
  return min;
}

class Trimmer final : public Consumer {
 public:
  Trimmer(redis::Client& client, Clock& clock, TrimmerOptions options, TrimObserver observer)
      : client_(client),
        clock_(clock),
        options_(std::move(options)),
        observer_(std::move(observer)) {}

  Task<void> Run() override {
    co_await StopInsteadOfCancel([this] { Stop(); });
    const Executor executor = co_await asio::this_coro::executor;
    sleeper_.emplace(executor.context(), clock_);
    while (!stopping_) {
      const absl::StatusOr<Trimmed> trimmed = co_await TrimOnce(client_, clock_, options_);
      if (!trimmed.ok()) {
        log::Warn("events.trim_failed",
                  {{"service", options_.service}, {"status", trimmed.status()}});
      } else {
        Note(*trimmed);
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
  void Note(const Trimmed& trimmed) {
    for (const auto& [group, oldest] : trimmed.unstarted) {
      log::Warn("events.reader_not_started", {{"service", options_.service},
                                              {"group", group},
                                              {"oldest_s", oldest.count() / 1000},
                                              {"kept_s", options_.keep_unstarted.count() / 1000}});
    }
    if (observer_) observer_(trimmed);
  }

  redis::Client& client_;
  Clock& clock_;
  TrimmerOptions options_;
  TrimObserver observer_;
  std::optional<Sleeper> sleeper_;
  bool stopping_ = false;
};

// The age of the first event of a stream; nothing when it has none.
std::optional<Millis> AgeOfFirst(redis::Reply& range, Time now) {
  const std::vector<detail::Entry> entries = detail::ParseEntries(range);
  if (entries.empty()) return std::nullopt;
  return now - Time(Millis(detail::MsOf(entries.front().id)));
}

}  // namespace

std::unique_ptr<Consumer> NewTrimmer(redis::Client& client, Clock& clock, TrimmerOptions options,
                                     TrimObserver observer) {
  return std::make_unique<Trimmer>(client, clock, std::move(options), std::move(observer));
}

// A group that begins between the commands has not promised anything to its readers yet.
Task<absl::StatusOr<Trimmed>> TrimOnce(redis::Client& client, Clock& clock,
                                       TrimmerOptions options) {
  std::vector<redis::Command> ask;
  for (int shard = 0; shard < options.shards; ++shard) {
    const std::string key = detail::CursorsKey(options.service, shard);
    ask.push_back(redis::Command::On(key, "HGETALL", key));
  }
  std::vector<absl::StatusOr<redis::Reply>> cursors = co_await client.CallEach(std::move(ask));
  const Time now = clock.Now();
  std::vector<Reading> readings;
  std::vector<redis::Command> trim;
  for (int shard = 0; shard < options.shards; ++shard) {
    const absl::StatusOr<redis::Reply>& reply = cursors[static_cast<size_t>(shard)];
    if (!reply.ok()) co_return reply.status();
    const Reading& reading = readings.emplace_back(ReadCursors(*reply, options.readers));
    const std::string key = detail::EventsKey(options.service, shard);
    trim.push_back(
        redis::Command::On(key, "XTRIM", key, "MINID", "~", MinId(reading, options, now)));
    trim.push_back(redis::Command::On(key, "XRANGE", key, "-", "+", "COUNT", 1));
  }
  std::vector<absl::StatusOr<redis::Reply>> replies = co_await client.CallEach(std::move(trim));
  Trimmed trimmed;
  for (size_t shard = 0; shard < readings.size(); ++shard) {
    absl::StatusOr<redis::Reply>& removed = replies[2 * shard];
    absl::StatusOr<redis::Reply>& first = replies[2 * shard + 1];
    if (!removed.ok()) co_return removed.status();
    if (!first.ok()) co_return first.status();
    trimmed.removed += removed->integer;
    const std::optional<Millis> age = AgeOfFirst(*first, now);
    if (!age || *age <= options.keep) continue;
    for (const std::string& group : readings[shard].unstarted) {
      Millis& oldest = trimmed.unstarted[group];
      oldest = std::max(oldest, *age);
    }
  }
  co_return trimmed;
}

}  // namespace baodao::events
