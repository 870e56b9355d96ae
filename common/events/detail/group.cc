#include "common/events/detail/group.h"

#include <absl/strings/str_cat.h>
#include <unistd.h>

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <utility>

#include "common/crypto/random.h"
#include "common/log/log.h"

namespace baodao::events::detail {
namespace {

std::string MadeUpName() { return absl::StrCat(getpid(), "-", absl::Hex(crypto::RandomBits())); }

GroupOptions WithName(GroupOptions options) {
  if (options.consumer.empty()) options.consumer = MadeUpName();
  return options;
}

}  // namespace

Group::Group(asio::io_context& loop, redis::Client& client, Clock& clock, GroupOptions options,
             Handler handler, BatchHandler together)
    : loop_(loop),
      client_(client),
      clock_(clock),
      options_(WithName(std::move(options))),
      handler_(std::move(handler)),
      together_(std::move(together)),
      members_(client, options_.group, options_.consumer, options_.claim_idle),
      take_(TakeScript()),
      save_(SaveScript()),
      shards_(static_cast<size_t>(options_.shards)),
      beat_(loop),
      dirty_(loop),
      ended_(loop) {
  for (int shard = 0; shard < options_.shards; ++shard) {
    for (const std::string& service : options_.services) AddStream(service, shard);
    AddStream("", shard);
  }
}

void Group::AddStream(const std::string& service, int shard) {
  GroupStream& stream = streams_.emplace_back(loop_, service, shard);
  const bool requeued = service.empty();
  stream.key = requeued ? AgainKey(options_.group, shard) : EventsKey(service, shard);
  stream.cursors_key =
      requeued ? AgainCursorKey(options_.group, shard) : CursorsKey(service, shard);
  stream.field = options_.group;
  shards_[static_cast<size_t>(shard)].streams.push_back(&stream);
}

void Group::AddLanes(bool cluster) {
  const auto add = [&](std::vector<Stream*> streams) {
    lanes_.push_back(std::make_unique<Lane>(loop_, client_, std::move(streams),
                                            Lane::Options{options_.batch, options_.linger},
                                            [this](Stream& stream, std::vector<Entry> entries) {
                                              return HandleAll(stream, std::move(entries));
                                            }));
    return lanes_.back().get();
  };
  std::vector<Stream*> all;
  for (Shard& shard : shards_) {
    all.insert(all.end(), shard.streams.begin(), shard.streams.end());
    if (cluster) shard.lane = add(std::exchange(all, {}));
  }
  if (cluster) return;
  Lane* const lane = add(std::move(all));
  for (Shard& shard : shards_) shard.lane = lane;
}

// False when stopped before Redis answered.
Task<bool> Group::Prepare() {
  while (!stopping_) {
    absl::StatusOr<bool> cluster = co_await IsCluster(client_);
    if (cluster.ok()) {
      AddLanes(*cluster);
      co_return !stopping_;
    }
    co_await beat_.WaitFor(options_.heartbeat);
  }
  co_return false;
}

Task<void> Group::Run() {
  co_await StopInsteadOfCancel([this] { Stop(); });
  if (co_await Prepare()) co_await RunLoops();
  co_await AllowCancel();
}

Task<void> Group::RunLoops() {
  for (const std::unique_ptr<Lane>& lane : lanes_) {
    ++loops_;
    asio::co_spawn(loop_, RunLane(lane.get()), asio::detached);
  }
  ++loops_;
  asio::co_spawn(loop_, KeepCursors(), asio::detached);
  co_await KeepMembership();
  while (loops_ > 0) co_await ended_.Wait();
  co_await SaveAll();
  co_await members_.Leave();
}

Task<void> Group::RunLane(Lane* lane) {
  co_await lane->Run();
  --loops_;
  ended_.Notify();
}

void Group::Stop() {
  stopping_ = true;
  for (const std::unique_ptr<Lane>& lane : lanes_) lane->Stop();
  for (GroupStream& stream : streams_) stream.pause.Notify();
  dirty_.Notify();
  beat_.Notify();
}

Task<void> Group::KeepMembership() {
  while (!stopping_) {
    // Others have taken over what was here, and a heartbeat does not bring it back.
    if (!members_.Alive()) ReleaseAll();
    absl::Status status = co_await members_.Beat();
    if (!status.ok()) {
      log::Warn("events.heartbeat_failed", {{"group", options_.group}, {"status", status}});
    }
    if (together_ && !stopping_) co_await CheckTerms();
    if (!stopping_) co_await Assign();
    if (!stopping_) co_await beat_.WaitFor(options_.heartbeat);
  }
}

// Shards go round the live replicas in the order of their names.
Task<void> Group::Assign() {
  const std::vector<std::string> live = members_.Live();
  for (size_t i = 0; i < shards_.size() && !stopping_; ++i) {
    Shard& shard = shards_[i];
    const bool mine = !live.empty() && live[i % live.size()] == options_.consumer;
    if (!mine) {
      Release(shard);
    } else if (shard.state == Shard::State::kAway && live.size() > 1) {
      // Its owner is to notice first: this takes it a heartbeat.
      shard.state = Shard::State::kComing;
    } else if (shard.state != Shard::State::kHere) {
      co_await Come(shard);
    }
  }
}

Task<void> Group::Come(Shard& shard) {
  shard.state = Shard::State::kComing;
  for (const GroupStream* stream : shard.streams) {
    if (stream->busy) co_return;  // still handling what was here before: with the next heartbeat
  }
  absl::Status loaded = co_await Load(shard);
  if (!loaded.ok()) {
    log::Warn("events.load_failed", {{"group", options_.group}, {"status", loaded}});
    co_return;
  }
  shard.state = Shard::State::kHere;
  for (GroupStream* stream : shard.streams) stream->enabled = true;
  shard.lane->Wake();
}

void Group::Release(Shard& shard) {
  if (shard.state == Shard::State::kHere) {
    for (GroupStream* stream : shard.streams) {
      stream->enabled = false;
      stream->pause.Notify();
    }
  }
  shard.state = Shard::State::kAway;
}

void Group::ReleaseAll() {
  for (Shard& shard : shards_) Release(shard);
}

GroupStats Group::stats() const {
  GroupStats stats = stats_;
  for (const Shard& shard : shards_) stats.shards += shard.state == Shard::State::kHere;
  return stats;
}

}  // namespace baodao::events::detail
