#include "common/events/detail/lane.h"

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <exception>
#include <utility>

#include "common/log/log.h"

namespace baodao::events::detail {
namespace {

// How long one read waits: without an end it would not notice a connection that died silently.
constexpr Millis kBlock{1'000};
// While some streams are being handled, they must be able to rejoin soon.
constexpr Millis kBlockWhileBusy{40};
constexpr Millis kAnswerLimit{3'000};  // beyond the block time
constexpr Millis kLongPause{60'000};   // much less than what a trimmer keeps
constexpr Millis kOutageMin{50};
constexpr Millis kOutageMax{1'000};

}  // namespace

Lane::Lane(asio::io_context& loop, redis::Client& client, std::vector<Stream*> streams,
           Options options, OnEntries on_entries, OnOutage on_outage)
    : loop_(loop),
      streams_(std::move(streams)),
      options_(options),
      on_entries_(std::move(on_entries)),
      on_outage_(std::move(on_outage)),
      connection_(client.Dedicated(streams_.front()->key)),
      changed_(loop),
      last_read_(std::chrono::steady_clock::now()) {}

std::vector<Stream*> Lane::Ready() const {
  std::vector<Stream*> ready;
  for (Stream* stream : streams_) {
    if (stream->enabled && !stream->busy) ready.push_back(stream);
  }
  return ready;
}

bool Lane::AnyBusy() const {
  return std::any_of(streams_.begin(), streams_.end(), [](Stream* s) { return s->busy; });
}

Task<void> Lane::Run() {
  while (!stopping_) {
    std::vector<Stream*> ready = Ready();
    if (ready.empty()) {
      co_await changed_.Wait();
      continue;
    }
    if (co_await ReadOnce(std::move(ready)) && !stopping_) {
      // Under load the next read finds more at once; a lone event has been handed on already.
      Signal lingering(loop_);
      co_await lingering.WaitFor(options_.linger);
    }
  }
  while (AnyBusy()) co_await changed_.Wait();
}

// Whether there was anything.
Task<bool> Lane::ReadOnce(std::vector<Stream*> ready) {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_read_ > kLongPause) outage_ = true;
  if (outage_ && on_outage_ && !co_await on_outage_()) {
    co_await WaitOutOutage();
    co_return false;
  }
  outage_ = false;
  last_read_ = now;
  const bool busy = AnyBusy();
  const Millis block = busy ? kBlockWhileBusy : kBlock;
  redis::Command command(ready.front()->key);
  command.Add("XREAD").Add("COUNT").Add(options_.batch).Add("BLOCK").Add(block.count());
  command.Add("STREAMS");
  for (const Stream* stream : ready) command.Add(stream->key);
  std::vector<std::string> positions;
  for (const Stream* stream : ready) command.Add(positions.emplace_back(stream->position));
  redis::Options options;
  options.timeout = block + kAnswerLimit;
  absl::StatusOr<redis::Reply> reply = co_await connection_->Call(std::move(command), options);
  if (stopping_) co_return false;
  if (!reply.ok()) {
    log::Warn("events.read_failed", {{"stream", ready.front()->key}, {"status", reply.status()}});
    co_await WaitOutOutage();
    co_return false;
  }
  outage_delay_ = Millis::zero();
  caught_up_ = reply->items.empty() && !busy;
  for (redis::Reply& item : reply->items) {
    if (item.items.size() != 2) continue;
    const auto found = std::find_if(ready.begin(), ready.end(), [&](const Stream* stream) {
      return stream->key == item.items[0].text;
    });
    // Disabled while this was under way: whoever took it over reads it. Perhaps it is back already,
    // and goes on somewhere else.
    if (found == ready.end() || !(*found)->enabled) continue;
    if ((*found)->position != positions[static_cast<size_t>(found - ready.begin())]) continue;
    (*found)->busy = true;
    asio::co_spawn(loop_, Handle(*found, ParseEntries(item.items[1])), asio::detached);
  }
  co_return !reply->items.empty();
}

Task<void> Lane::Handle(Stream* stream, std::vector<Entry> entries) {
  try {
    co_await on_entries_(*stream, std::move(entries));
  } catch (const std::exception& error) {
    log::Error("events.handling_threw", {{"stream", stream->key}, {"error", error.what()}});
  }
  stream->busy = false;
  changed_.Notify();
}

Task<void> Lane::WaitOutOutage() {
  outage_ = true;
  outage_delay_ = std::clamp(outage_delay_ * 2, kOutageMin, kOutageMax);
  Signal pause(loop_);
  co_await pause.WaitFor(outage_delay_);
}

void Lane::Stop() {
  stopping_ = true;
  connection_->Close();
  changed_.Notify();
}

}  // namespace baodao::events::detail
