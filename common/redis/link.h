// One hiredis connection on the loop, from connecting to its end. Internal to common/redis.
#pragma once

#include <absl/status/status.h>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/async/task.h"
#include "common/clock/clock.h"
#include "common/redis/pending_calls.h"
#include "common/redis/reader.h"

struct redisAsyncContext;

namespace baodao::redis {

// hiredis owns the socket and its buffers, the link tells it when the socket is ready. Commands are
// collected while the loop's current handlers run and leave in one write.
class Link : public std::enable_shared_from_this<Link> {
 public:
  // `stall_limit`: see Config; zero for a connection whose commands may block.
  Link(asio::io_context& loop, std::shared_ptr<PendingCalls> waits, Millis stall_limit);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // Connects to a numeric address, or to a unix socket when `port` is 0. Once per link.
  Task<absl::Status> Open(std::string address, uint16_t port, Instant deadline);

  bool is_open() const { return context_ != nullptr && connected_; }
  // Sends one command of a wait; its answer (or failure) goes to `answer`. kNotSent when not open.
  void Send(std::string_view wire, const WaitRef& wait, Answer* answer);
  // Ends the connection; what is in flight fails with kLost. Does nothing when it has ended
  // already.
  void Close(std::string cause);
  // Called once after the connection ended, for whatever reason, if it was ever open.
  void OnClosed(std::function<void()> callback) { on_closed_ = std::move(callback); }

  const std::string& cause() const { return cause_; }
  size_t in_flight() const { return flight_.size(); }

 private:
  friend struct LinkHooks;
  struct Flight {
    WaitRef wait;
    Answer* answer;
  };

  bool Attach(const std::string& address, uint16_t port);
  void WaitReadable();
  void WaitWritable();
  void OnReadable();
  void OnWritable();
  void Write();
  void RequestWrite();
  void Detach();
  void AfterHiredis();
  void WatchStall();

  asio::io_context& loop_;
  const std::shared_ptr<PendingCalls> waits_;
  const Millis stall_limit_;
  ReplyBuilder builder_;
  asio::posix::stream_descriptor descriptor_;
  asio::steady_timer opening_;  // rings when connected or ended
  asio::steady_timer stall_;
  redisAsyncContext* context_ = nullptr;
  std::deque<Flight> flight_;  // in the order of the answers to come
  std::function<void()> on_closed_;
  std::string cause_;
  Instant progress_;  // last sign of life
  bool connected_ = false;
  bool finished_ = false;  // the end has been told to everybody
  bool reading_ = false;   // waiting to become readable
  bool writing_ = false;   // waiting to become writable
  bool in_write_ = false;  // inside hiredis' write
  bool flush_scheduled_ = false;
  bool stall_watched_ = false;
};

}  // namespace baodao::redis
