#include "common/redis/pending_calls.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <asio/associated_cancellation_slot.hpp>
#include <asio/post.hpp>
#include <utility>

#include "common/redis/errors.h"

namespace baodao::redis {

absl::StatusOr<Reply> Answer::Take(const std::string& cause) && {
  switch (state) {
    case State::kReply:
      if (reply.IsError()) return ErrorReply(reply.text);
      return std::move(reply);
    case State::kTimeout:
      return OutcomeUnknownError("no answer within the deadline");
    case State::kCancelled:
      return absl::CancelledError("redis: the call was cancelled");
    case State::kNotSent:
      return NotSentError(absl::StrCat("not connected: ", cause));
    case State::kLost:
    case State::kPending:
      break;
  }
  return OutcomeUnknownError(absl::StrCat("connection lost: ", cause));
}

void Wait::Deliver(Answer* answer, Reply&& reply) {
  if (settled_) return;
  answer->reply = std::move(reply);
  answer->state = Answer::State::kReply;
  CountDown();
}

void Wait::Fail(Answer* answer, Answer::State state) {
  if (settled_) return;
  answer->state = state;
  CountDown();
}

void Wait::CountDown() {
  if (--unanswered_ > 0) return;
  settled_ = true;
  owner_->Ready(*this);
}

void WaitRef::Release() {
  if (wait_ != nullptr && --wait_->references_ == 0) wait_->owner_->Recycle(wait_);
}

struct PendingCalls::Suspend {
  WaitRef wait;

  void operator()(Wait::Handler handler) const {
    PendingCalls& waits = *wait->owner_;
    asio::cancellation_slot slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected()) {
      // The slot is cleared before the handler runs, so the wait still lives when this is called.
      slot.assign([wait = wait.get()](asio::cancellation_type) { wait->owner_->Cancel(*wait); });
    }
    wait->handler_.emplace(std::move(handler));
    waits.Enlist(*wait.get());
    if (!wait->settled_) return;
    waits.Ready(*wait.get());  // a connection that broke while sending
    waits.ScheduleDrain();
  }
};

// When the loop goes away before this ran, the coroutines that were to be resumed are destroyed:
// they hold references to the PendingCalls, which holds them.
struct PendingCalls::DrainLater {
  std::shared_ptr<PendingCalls> waits;

  explicit DrainLater(std::shared_ptr<PendingCalls> waits) : waits(std::move(waits)) {}
  DrainLater(DrainLater&&) = default;
  ~DrainLater() {
    if (waits) waits->Abandon();
  }
  void operator()() {
    const std::shared_ptr<PendingCalls> self = std::move(waits);
    self->drain_scheduled_ = false;
    self->Drain();
  }
};

PendingCalls::~PendingCalls() {
  while (spare_ != nullptr) delete std::exchange(spare_, spare_->next_);
}

WaitRef PendingCalls::Begin(Answer* answers, uint32_t count, Instant deadline) {
  Wait* wait = spare_;
  if (wait != nullptr) {
    spare_ = std::exchange(wait->next_, nullptr);
  } else {
    wait = new Wait;
    wait->owner_ = this;
  }
  wait->answers_ = answers;
  wait->count_ = count;
  wait->unanswered_ = count;
  wait->settled_ = count == 0;
  wait->deadline_ = deadline;
  return WaitRef(wait);
}

Task<void> PendingCalls::Await(WaitRef wait) {
  return asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(
      Suspend{std::move(wait)}, kAwait);
}

void PendingCalls::Cancel(Wait& wait) {
  if (!wait.settled_) Settle(wait, Answer::State::kCancelled);
}

void PendingCalls::Settle(Wait& wait, Answer::State state) {
  for (uint32_t i = 0; i < wait.count_; ++i) {
    if (wait.answers_[i].state != Answer::State::kPending) continue;
    wait.answers_[i].state = state;
    if (state == Answer::State::kTimeout) ++timeouts_;
  }
  wait.settled_ = true;
  Ready(wait);
  ScheduleDrain();
}

void PendingCalls::Enlist(Wait& wait) {
  wait.next_ = waiting_;
  wait.previous_ = nullptr;
  if (waiting_ != nullptr) waiting_->previous_ = &wait;
  waiting_ = &wait;
  if (wait.deadline_ < armed_) ArmAlarm(wait.deadline_);
}

void PendingCalls::Unlist(Wait& wait) {
  (wait.previous_ != nullptr ? wait.previous_->next_ : waiting_) = wait.next_;
  if (wait.next_ != nullptr) wait.next_->previous_ = wait.previous_;
  wait.next_ = wait.previous_ = nullptr;
}

// Without a handler it is not suspended yet: Suspend will see that it is settled.
void PendingCalls::Ready(Wait& wait) {
  if (!wait.handler_) return;
  Unlist(wait);
  ready_.emplace_back(&wait);
}

void PendingCalls::ScheduleDrain() {
  if (drain_scheduled_ || ready_.empty()) return;
  drain_scheduled_ = true;
  asio::post(loop_, DrainLater{shared_from_this()});
}

void PendingCalls::Drain() {
  // A call that resumes may get others ready (by destroying the client): those take their turn here
  // too.
  struct Rest {
    PendingCalls& waits;
    ~Rest() {
      auto& ready = waits.ready_;
      ready.erase(ready.begin(), ready.begin() + static_cast<ptrdiff_t>(waits.resumed_));
      waits.resumed_ = 0;
      waits.ScheduleDrain();  // a caller threw: the others are not to wait for the next batch
    }
  } rest{*this};
  while (resumed_ < ready_.size()) {
    const WaitRef wait = std::move(ready_[resumed_++]);
    Wait::Handler handler = std::move(*wait->handler_);
    wait->handler_.reset();
    std::move(handler)();
  }
}

// The alarm rings at the earliest deadline known when it was set. Nearly all calls are answered
// long before, so it rings once per timeout's length, looks through who waits then, and sets itself
// anew.
void PendingCalls::ArmAlarm(Instant at) {
  armed_ = at;
  alarm_.expires_at(at);
  alarm_.async_wait([weak = weak_from_this()](const asio::error_code& error) {
    const std::shared_ptr<PendingCalls> self = weak.lock();
    if (!error && self) self->ExpireDue();
  });
}

void PendingCalls::ExpireDue() {
  const Instant now = std::chrono::steady_clock::now();
  Instant earliest = Instant::max();
  for (Wait* wait = waiting_; wait != nullptr;) {
    Wait* next = wait->next_;
    if (wait->deadline_ <= now) {
      Settle(*wait, Answer::State::kTimeout);
    } else {
      earliest = std::min(earliest, wait->deadline_);
    }
    wait = next;
  }
  armed_ = Instant::max();
  if (earliest != Instant::max()) ArmAlarm(earliest);
}

void PendingCalls::Abandon() {
  const std::vector<WaitRef> abandoned = std::move(ready_);
  ready_.clear();
  for (const WaitRef& wait : abandoned) wait->handler_.reset();
}

void PendingCalls::Recycle(Wait* wait) {
  wait->next_ = spare_;
  spare_ = wait;
}

}  // namespace baodao::redis
