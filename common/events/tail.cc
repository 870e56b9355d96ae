#include "common/events/tail.h"

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <deque>
#include <utility>

#include "common/async/signal.h"
#include "common/events/detail/delivery.h"
#include "common/events/detail/lane.h"
#include "common/events/detail/streams.h"
#include "common/log/log.h"

namespace baodao::events {
namespace {

using detail::Entry;
using detail::Lane;
using detail::Stream;

constexpr Millis kRetry{200};

struct TailStream : Stream {
  std::string service;
  int shard = 0;
  uint64_t count = 0;  // entries ever added up to the position
};

class RedisTail final : public Tail {
 public:
  RedisTail(asio::io_context& loop, redis::Client& client, TailOptions options, Handler handler,
            GapHandler gap)
      : loop_(loop),
        client_(client),
        options_(std::move(options)),
        handler_(std::move(handler)),
        gap_(std::move(gap)),
        stop_(loop),
        ended_(loop) {
    for (const std::string& service : options_.services) {
      for (int shard = 0; shard < options_.shards; ++shard) {
        TailStream& stream = streams_.emplace_back();
        stream.key = detail::EventsKey(service, shard);
        stream.service = service;
        stream.shard = shard;
      }
    }
  }

  Task<absl::Status> Prepare() override;
  Task<void> Run() override;
  void Stop() override;
  bool caught_up() const override;

 private:
  Task<absl::StatusOr<std::vector<detail::StreamInfo>>> Look(std::vector<TailStream*> streams);
  Task<bool> Start();
  void AddLanes(bool cluster);
  Task<void> RunLanes();
  Task<void> RunLane(Lane* lane);
  Task<void> Handle(Stream& base, std::vector<Entry> entries);
  Task<bool> FindGaps(std::vector<TailStream*> streams);

  asio::io_context& loop_;
  redis::Client& client_;
  TailOptions options_;
  Handler handler_;
  GapHandler gap_;
  std::deque<TailStream> streams_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  Signal stop_;
  Signal ended_;
  int loops_ = 0;
  bool prepared_ = false;
  bool stopping_ = false;
};

Task<absl::StatusOr<std::vector<detail::StreamInfo>>> RedisTail::Look(
    std::vector<TailStream*> streams) {
  std::vector<redis::Command> commands;
  commands.reserve(streams.size());
  for (const TailStream* stream : streams) {
    commands.push_back(redis::Command::On(stream->key, "XINFO", "STREAM", stream->key));
  }
  std::vector<absl::StatusOr<redis::Reply>> replies =
      co_await client_.CallEach(std::move(commands));
  std::vector<detail::StreamInfo> infos;
  for (const auto& reply : replies) {
    absl::StatusOr<detail::StreamInfo> info = detail::ParseInfo(reply);
    if (!info.ok()) co_return info.status();
    infos.push_back(*std::move(info));
  }
  co_return infos;
}

Task<absl::Status> RedisTail::Prepare() {
  std::vector<TailStream*> streams;
  for (TailStream& stream : streams_) streams.push_back(&stream);
  absl::StatusOr<std::vector<detail::StreamInfo>> infos = co_await Look(streams);
  if (!infos.ok()) co_return infos.status();
  for (size_t i = 0; i < infos->size(); ++i) {
    streams[i]->position = std::move((*infos)[i].last_id);
    streams[i]->count = (*infos)[i].added;
    streams[i]->enabled = true;
  }
  prepared_ = true;
  co_return absl::OkStatus();
}

void RedisTail::AddLanes(bool cluster) {
  std::vector<std::vector<TailStream*>> groups(cluster ? static_cast<size_t>(options_.shards)
                                                       : size_t{1});
  for (TailStream& stream : streams_) {
    groups[cluster ? static_cast<size_t>(stream.shard) : 0].push_back(&stream);
  }
  for (const std::vector<TailStream*>& streams : groups) {
    lanes_.push_back(std::make_unique<Lane>(
        loop_, client_, std::vector<Stream*>(streams.begin(), streams.end()),
        Lane::Options{options_.batch, options_.linger},
        [this](Stream& stream, std::vector<Entry> entries) {
          return Handle(stream, std::move(entries));
        },
        [this, streams] { return FindGaps(streams); }));
  }
}

// False when stopped before Redis answered.
Task<bool> RedisTail::Start() {
  while (!stopping_) {
    absl::StatusOr<bool> cluster = co_await detail::IsCluster(client_);
    absl::Status ready = cluster.status();
    if (ready.ok() && !prepared_) ready = co_await Prepare();
    if (ready.ok()) {
      AddLanes(*cluster);
      co_return !stopping_;
    }
    log::Warn("events.tail_not_started", {{"status", ready}});
    co_await stop_.WaitFor(kRetry);
  }
  co_return false;
}

Task<void> RedisTail::Run() {
  co_await StopInsteadOfCancel([this] { Stop(); });
  if (!streams_.empty() && co_await Start()) co_await RunLanes();
  co_await AllowCancel();
}

Task<void> RedisTail::RunLanes() {
  for (const std::unique_ptr<Lane>& lane : lanes_) {
    ++loops_;
    asio::co_spawn(loop_, RunLane(lane.get()), asio::detached);
  }
  while (loops_ > 0) co_await ended_.Wait();
}

Task<void> RedisTail::RunLane(Lane* lane) {
  co_await lane->Run();
  --loops_;
  ended_.Notify();
}

void RedisTail::Stop() {
  stopping_ = true;
  for (const std::unique_ptr<Lane>& lane : lanes_) lane->Stop();
  stop_.Notify();
}

bool RedisTail::caught_up() const {
  return !lanes_.empty() && std::all_of(lanes_.begin(), lanes_.end(),
                                        [](const auto& lane) { return lane->caught_up(); });
}

Task<void> RedisTail::Handle(Stream& base, std::vector<Entry> entries) {
  TailStream& stream = static_cast<TailStream&>(base);
  for (const Entry& entry : entries) {
    if (stopping_) co_return;
    Delivery delivery;
    delivery.service = stream.service;
    delivery.shard = stream.shard;
    delivery.id = entry.id;
    absl::Status status = detail::ParseEvent(entry, delivery);
    if (status.ok()) status = co_await detail::Deliver(handler_, delivery);
    if (!status.ok()) {
      log::Warn("events.tail_skipped",
                {{"stream", stream.key}, {"id", entry.id}, {"status", status}});
    }
    stream.position = entry.id;
    ++stream.count;
  }
}

// After an outage: entries may have been trimmed before they were read here, or the whole data may
// be another. Asked only of streams that stand still meanwhile, those of the lane that calls and of
// them the idle: one that went on would be ahead of the answer, which looks like other data.
Task<bool> RedisTail::FindGaps(std::vector<TailStream*> streams) {
  std::erase_if(streams, [](const TailStream* stream) { return stream->busy; });
  absl::StatusOr<std::vector<detail::StreamInfo>> infos = co_await Look(streams);
  if (!infos.ok()) co_return false;
  for (size_t i = 0; i < infos->size() && !stopping_; ++i) {
    TailStream& stream = *streams[i];
    const detail::StreamInfo& info = (*infos)[i];
    const uint64_t trimmed = info.added - info.length;
    const bool other_data =
        info.added < stream.count || detail::IdLess(info.last_id, stream.position);
    if (trimmed <= stream.count && !other_data) continue;
    log::Warn("events.gap", {{"stream", stream.key}, {"position", stream.position}});
    stream.count = trimmed;
    if (other_data) stream.position = "0-0";
    if (gap_) co_await gap_(stream.service, stream.shard);
  }
  co_return true;
}

}  // namespace

std::unique_ptr<Tail> NewTail(asio::io_context& loop, redis::Client& client, Clock&,
                              TailOptions options, Handler handler, GapHandler gap) {
  return std::make_unique<RedisTail>(loop, client, std::move(options), std::move(handler),
                                     std::move(gap));
}

}  // namespace baodao::events
