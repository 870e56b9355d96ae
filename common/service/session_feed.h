// Which sessions have ended, heard from registration's events. Every service listens, through
// service::Main: none can forget it.
#pragma once

#include <absl/status/status.h>

#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>

#include "common/auth/ended_sessions.h"
#include "common/clock/clock.h"
#include "common/events/tail.h"
#include "common/redis/client.h"

namespace baodao::service {

// Loop thread only.
class SessionFeed {
 public:
  // `on_ended` is called for every session that is new in `ended`. All arguments outlive the feed.
  SessionFeed(asio::io_context& loop, redis::Client& redis, Clock& clock, int shards,
              auth::EndedSessions& ended, std::function<void(const std::string&)> on_ended);

  // Reads what ended lately: tokens of it may still be about. Before serving; returns when it is
  // done, however long Redis is down.
  Task<void> Load();
  // Hears the rest, until Stop.
  Task<void> Run() { return tail_->Run(); }
  void Stop() { tail_->Stop(); }

 private:
  Task<absl::Status> LoadAll();
  Task<absl::Status> LoadShard(int shard);
  Task<absl::Status> OnEvent(const events::Delivery& delivery);
  Task<void> Persist(std::function<Task<absl::Status>()> load);

  redis::Client& redis_;
  Clock& clock_;
  int shards_;
  auth::EndedSessions& ended_;
  std::function<void(const std::string&)> on_ended_;
  std::unique_ptr<events::Tail> tail_;
};

}  // namespace baodao::service
