// Suspended callers and the answers they wait for. Internal to common/redis.
#pragma once

#include <absl/status/statusor.h>

#include <asio/async_result.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/async/task.h"
#include "common/redis/reply.h"

namespace baodao::redis {

using Instant = std::chrono::steady_clock::time_point;

// How one command ended. Lives in the caller's coroutine frame.
struct Answer {
  enum class State : uint8_t { kPending, kReply, kNotSent, kLost, kTimeout, kCancelled };

  State state = State::kPending;
  Reply reply;

  bool IsError() const { return state == State::kReply && reply.IsError(); }
  // `cause`: why the connection was lost or never made, for the message.
  absl::StatusOr<Reply> Take(const std::string& cause) &&;
};

class PendingCalls;

// One caller that waits for `unanswered` of its `count` answers. Reference-counted: by the caller
// and by every command in flight, which may outlast the caller when its deadline passes.
class Wait {
 public:
  using Handler = asio::async_result<asio::use_awaitable_t<Executor>, void()>::handler_type;

  // A command got its answer, or will get none. Ignored once the caller has given up.
  void Deliver(Answer* answer, Reply&& reply);
  void Fail(Answer* answer, Answer::State state);

 private:
  friend class PendingCalls;
  friend class WaitRef;

  void CountDown();

  PendingCalls* owner_ = nullptr;
  std::optional<Handler> handler_;
  Answer* answers_ = nullptr;
  uint32_t count_ = 0;
  uint32_t unanswered_ = 0;
  uint32_t references_ = 0;
  bool settled_ = false;  // nothing is written to the answers any more
  Instant deadline_;
  Wait* next_ = nullptr;  // among those that wait, or among the spare
  Wait* previous_ = nullptr;
};

class WaitRef {
 public:
  WaitRef() = default;
  explicit WaitRef(Wait* wait) : wait_(wait) { ++wait_->references_; }
  WaitRef(const WaitRef& other) : wait_(other.wait_) {
    if (wait_ != nullptr) ++wait_->references_;
  }
  WaitRef(WaitRef&& other) noexcept : wait_(std::exchange(other.wait_, nullptr)) {}
  WaitRef& operator=(WaitRef other) noexcept {
    std::swap(wait_, other.wait_);
    return *this;
  }
  ~WaitRef() { Release(); }

  Wait* operator->() const { return wait_; }
  Wait* get() const { return wait_; }

 private:
  void Release();
  Wait* wait_ = nullptr;
};

// All callers of one client. Answers come in batches: callers are resumed after the batch, from the
// loop and never from inside hiredis, so what they do next cannot run into a half-updated
// connection.
class PendingCalls : public std::enable_shared_from_this<PendingCalls> {
 public:
  explicit PendingCalls(asio::io_context& loop) : loop_(loop), alarm_(loop) {}
  ~PendingCalls();
  PendingCalls(const PendingCalls&) = delete;
  PendingCalls& operator=(const PendingCalls&) = delete;

  // A wait for `count` answers, until `deadline`. The answers must live until Await returned.
  WaitRef Begin(Answer* answers, uint32_t count, Instant deadline);
  // Suspends until every answer is there or the deadline has passed; then no answer is kPending.
  // The PendingCalls must live until then.
  Task<void> Await(WaitRef wait);
  // Ends a wait with kCancelled for what is still open.
  void Cancel(Wait& wait);

  // Resumes whoever is done. Only from a handler of the loop, with the connection in order.
  void Drain();
  // Makes the loop call Drain soon.
  void ScheduleDrain();

  uint64_t timeouts() const { return timeouts_; }

 private:
  friend class Wait;
  friend class WaitRef;
  struct Suspend;
  struct DrainLater;

  void Enlist(Wait& wait);
  void Unlist(Wait& wait);
  void Settle(Wait& wait, Answer::State state);
  void Ready(Wait& wait);
  void ArmAlarm(Instant at);
  void ExpireDue();
  void Recycle(Wait* wait);
  void Abandon();

  asio::io_context& loop_;
  asio::steady_timer alarm_;
  Instant armed_ = Instant::max();  // when the alarm rings
  Wait* waiting_ = nullptr;
  std::vector<WaitRef> ready_;
  size_t resumed_ = 0;  // of ready_, by the Drain in progress
  bool drain_scheduled_ = false;
  Wait* spare_ = nullptr;
  uint64_t timeouts_ = 0;
};

}  // namespace baodao::redis
