#include "common/events/memory_consumer.h"

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <deque>
#include <optional>
#include <utility>

#include "common/async/signal.h"
#include "common/events/detail/delivery.h"
#include "common/events/detail/streams.h"
#include "common/log/log.h"

namespace baodao::events {
namespace {

class MemoryConsumer final : public Consumer {
 public:
  MemoryConsumer(asio::io_context& loop, store::MemoryData& data, Clock& clock,
                 MemoryConsumerOptions options, Handler handler)
      : loop_(loop),
        data_(data),
        clock_(clock),
        options_(std::move(options)),
        handler_(std::move(handler)),
        ended_(loop) {
    for (const std::string& service : options_.services) {
      for (int shard = 0; shard < options_.shards; ++shard) {
        Open(streams_.emplace_back(loop_, clock_, service, shard));
      }
    }
    listener_ = data_.OnAppend([this](const std::string& key) {
      for (Feed& feed : streams_) {
        if (feed.key == key) feed.appended.Notify();
      }
    });
  }
  ~MemoryConsumer() override { data_.RemoveListener(listener_); }

  Task<void> Run() override {
    co_await StopInsteadOfCancel([this] { Stop(); });
    for (Feed& feed : streams_) {
      ++running_;
      asio::co_spawn(loop_, RunFeed(&feed), asio::detached);
    }
    while (running_ > 0) co_await ended_.Wait();
    co_await AllowCancel();
  }

  void Stop() override {
    stopping_ = true;
    for (Feed& feed : streams_) {
      feed.appended.Notify();
      feed.pause.WakeForEver();
    }
  }

 private:
  struct Feed {
    Feed(asio::io_context& loop, Clock& clock, std::string service, int shard)
        : service(std::move(service)),
          shard(shard),
          key(detail::EventsKey(this->service, shard)),
          appended(loop),
          pause(loop, clock) {}

    std::string service;
    int shard;
    std::string key;
    std::string cursor_key;  // empty for a tail
    std::string position = "0-0";
    Signal appended;
    Sleeper pause;
  };

  void Open(Feed& feed) {
    if (!options_.group.empty()) {
      feed.cursor_key = feed.key + ":cursor:" + options_.group;
      feed.position = data_.ReadText(feed.cursor_key, clock_.Now()).value_or("0-0");
    } else if (const auto* const stream = data_.FindStream(feed.key)) {
      if (!stream->entries.empty()) feed.position = stream->entries.back().id;
    }
  }

  std::optional<store::StreamEntry> Next(const Feed& feed) const {
    const store::MemoryData::Stream* const stream = data_.FindStream(feed.key);
    if (stream == nullptr) return std::nullopt;
    const auto next =
        std::upper_bound(stream->entries.begin(), stream->entries.end(), feed.position,
                         [](const std::string& id, const store::StreamEntry& entry) {
                           return store::StreamIdLess(id, entry.id);
                         });
    if (next == stream->entries.end()) return std::nullopt;
    return *next;
  }

  Task<void> RunFeed(Feed* feed) {
    while (!stopping_) {
      std::optional<store::StreamEntry> entry = Next(*feed);
      if (!entry) {
        co_await feed->appended.Wait();
        continue;
      }
      if (!co_await Handle(*feed, *entry)) break;
      feed->position = entry->id;
      if (!feed->cursor_key.empty()) data_.WriteText(feed->cursor_key, entry->id, std::nullopt);
    }
    --running_;
    ended_.Notify();
  }

  // False when stopped before the event was handled.
  Task<bool> Handle(Feed& feed, store::StreamEntry entry) {
    Delivery delivery;
    delivery.service = feed.service;
    delivery.shard = feed.shard;
    delivery.id = entry.id;
    const bool readable = delivery.event.ParseFromString(entry.bytes);
    const int tries = options_.group.empty() || !readable ? 1 : options_.max_deliveries;
    for (; delivery.attempt <= tries; ++delivery.attempt) {
      absl::Status status = absl::InvalidArgumentError("the entry holds no event");
      if (readable) status = co_await detail::Deliver(handler_, delivery);
      if (status.ok()) co_return true;
      // An outage is waited out.
      if (detail::IsOutage(status) && !options_.group.empty()) --delivery.attempt;
      if (delivery.attempt < tries) co_await feed.pause.Sleep(options_.retry);
      if (stopping_) co_return false;
    }
    if (!options_.group.empty()) {
      data_.Append("dead:" + options_.group, feed.key + " " + entry.id, clock_.Now());
    }
    co_return true;
  }

  asio::io_context& loop_;
  store::MemoryData& data_;
  Clock& clock_;
  MemoryConsumerOptions options_;
  Handler handler_;
  std::deque<Feed> streams_;
  uint64_t listener_ = 0;
  Signal ended_;
  int running_ = 0;
  bool stopping_ = false;
};

}  // namespace

std::unique_ptr<Consumer> NewMemoryConsumer(asio::io_context& loop, store::MemoryData& data,
                                            Clock& clock, MemoryConsumerOptions options,
                                            Handler handler) {
  return std::make_unique<MemoryConsumer>(loop, data, clock, std::move(options),
                                          std::move(handler));
}

std::vector<std::string> MemoryDeadLetters(const store::MemoryData& data,
                                           const std::string& group) {
  std::vector<std::string> letters;
  const store::MemoryData::Stream* const stream = data.FindStream("dead:" + group);
  if (stream == nullptr) return letters;
  for (const store::StreamEntry& entry : stream->entries) letters.push_back(entry.bytes);
  return letters;
}

}  // namespace baodao::events
