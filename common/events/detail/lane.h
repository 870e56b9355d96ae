// Streams read over one blocking connection: all of them when Redis is standalone, those of one
// shard in a cluster.
#pragma once

#include <asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/async/signal.h"
#include "common/async/task.h"
#include "common/events/detail/streams.h"
#include "common/redis/client.h"

namespace baodao::events::detail {

struct Stream {
  std::string key;
  std::string position = "0-0";  // everything up to here is handled
  bool enabled = false;          // is to be read
  bool busy = false;             // its entries are being handled: it is not read meanwhile
};

class Lane {
 public:
  struct Options {
    int batch = 64;
    Millis linger{10};
  };
  // Handles entries of one stream and moves its position; entries beyond that come again.
  using OnEntries = std::function<Task<void>(Stream& stream, std::vector<Entry> entries)>;
  // Before the first read after a failed one, or after a pause so long that entries may have been
  // trimmed; again until it answers true.
  using OnOutage = std::function<Task<bool>()>;

  // The streams outlive the lane.
  Lane(asio::io_context& loop, redis::Client& client, std::vector<Stream*> streams, Options options,
       OnEntries on_entries, OnOutage on_outage = {});

  // Returns after Stop, when no stream is busy.
  Task<void> Run();
  void Stop();
  // Some stream was enabled.
  void Wake() { changed_.Notify(); }
  // Whether the last read found nothing and nothing is being handled.
  bool caught_up() const { return caught_up_; }

 private:
  std::vector<Stream*> Ready() const;
  bool AnyBusy() const;
  Task<bool> ReadOnce(std::vector<Stream*> ready);
  Task<void> Handle(Stream* stream, std::vector<Entry> entries);
  Task<void> WaitOutOutage();

  asio::io_context& loop_;
  std::vector<Stream*> streams_;
  Options options_;
  OnEntries on_entries_;
  OnOutage on_outage_;
  std::unique_ptr<redis::BlockingConnection> connection_;
  Signal changed_;  // a stream became ready, or Stop
  Millis outage_delay_{0};
  bool outage_ = false;  // OnOutage is due
  std::chrono::steady_clock::time_point last_read_;
  bool caught_up_ = false;
  bool stopping_ = false;
};

}  // namespace baodao::events::detail
