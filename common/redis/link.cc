#include "common/redis/link.h"

#include <absl/strings/str_cat.h>
#include <hiredis/async.h>
#include <hiredis/hiredis.h>
#include <signal.h>

#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <utility>

namespace baodao::redis {
namespace {

// hiredis writes with write(2): a peer that went away must not kill the process.
void IgnoreBrokenPipes() {
  static const bool done = [] {
    struct sigaction now {};
    if (sigaction(SIGPIPE, nullptr, &now) == 0 && now.sa_handler == SIG_DFL) {
      signal(SIGPIPE, SIG_IGN);
    }
    return true;
  }();
  (void)done;
}

}  // namespace

// Callbacks of hiredis. They resume nobody and never free the context: AfterHiredis() does the
// rest.
struct LinkHooks {
  static Link* Of(void* link) { return static_cast<Link*>(link); }

  static void Reply(redisAsyncContext*, void* reply, void* link) {
    if (reply == nullptr) return;  // it ends: AfterHiredis() tells everybody
    std::deque<Link::Flight>& flight = Of(link)->flight_;
    const Link::Flight first = std::move(flight.front());
    flight.pop_front();
    first.wait->Deliver(first.answer, std::move(ReplyBuilder::Of(reply)));
  }
  static void Connected(const redisAsyncContext* context, int status) {
    if (status == REDIS_OK) Of(context->data)->connected_ = true;
  }
  static void AddWrite(void* link) { Of(link)->RequestWrite(); }
  static void Nothing(void*) {}  // a link waits for answers as long as it lives
  static void Cleanup(void* link) { Of(link)->Detach(); }
};

Link::Link(asio::io_context& loop, std::shared_ptr<PendingCalls> waits, Millis stall_limit)
    : loop_(loop),
      waits_(std::move(waits)),
      stall_limit_(stall_limit),
      descriptor_(loop),
      opening_(loop),
      stall_(loop) {
  IgnoreBrokenPipes();
}

Link::~Link() {
  on_closed_ = nullptr;
  Close("destroyed");
}

Task<absl::Status> Link::Open(std::string address, uint16_t port, Instant deadline) {
  const std::shared_ptr<Link> self = shared_from_this();
  if (Attach(address, port)) {
    asio::error_code ignored;
    opening_.expires_at(deadline);
    WaitWritable();
    co_await opening_.async_wait(asio::redirect_error(kAwait, ignored));
  }
  if (is_open()) co_return absl::OkStatus();
  Close("no answer to the connection attempt within the deadline");
  co_return absl::UnavailableError(absl::StrCat(
      "cannot connect to ", address, port != 0 ? absl::StrCat(":", port) : "", ": ", cause_));
}

bool Link::Attach(const std::string& address, uint16_t port) {
  redisAsyncContext* context =
      port == 0 ? redisAsyncConnectUnix(address.c_str()) : redisAsyncConnect(address.c_str(), port);
  if (context == nullptr) {
    cause_ = "out of memory";
    return false;
  }
  if (context->err != 0) {
    cause_ = context->errstr;
    redisAsyncFree(context);
    return false;
  }
  asio::error_code error;
  descriptor_.assign(context->c.fd, error);
  if (error) {
    cause_ = error.message();
    redisAsyncFree(context);
    return false;
  }
  context_ = context;
  context->data = this;
  context->ev.data = this;
  context->ev.addRead = LinkHooks::Nothing;
  context->ev.delRead = LinkHooks::Nothing;
  context->ev.addWrite = LinkHooks::AddWrite;
  context->ev.delWrite = LinkHooks::Nothing;
  context->ev.cleanup = LinkHooks::Cleanup;
  builder_.Install(context->c.reader);
  redisAsyncSetConnectCallback(context, LinkHooks::Connected);
  return true;
}

void Link::Send(std::string_view wire, const WaitRef& wait, Answer* answer) {
  if (!is_open()) return wait->Fail(answer, Answer::State::kNotSent);
  if (flight_.empty() && stall_limit_ > Millis::zero()) {
    progress_ = std::chrono::steady_clock::now();
    WatchStall();
  }
  flight_.push_back(Flight{wait, answer});
  if (redisAsyncFormattedCommand(context_, LinkHooks::Reply, this, wire.data(), wire.size()) !=
      REDIS_OK) {
    flight_.pop_back();
    wait->Fail(answer, Answer::State::kNotSent);
  }
}

void Link::Close(std::string cause) {
  if (context_ == nullptr) return;
  cause_ = std::move(cause);
  redisAsyncFree(context_);
  AfterHiredis();
}

void Link::WaitReadable() {
  if (reading_ || context_ == nullptr) return;
  reading_ = true;
  descriptor_.async_wait(asio::posix::stream_descriptor::wait_read,
                         [self = shared_from_this()](const asio::error_code& error) {
                           self->reading_ = false;
                           if (!error) self->OnReadable();
                         });
}

void Link::WaitWritable() {
  if (writing_ || context_ == nullptr) return;
  writing_ = true;
  descriptor_.async_wait(asio::posix::stream_descriptor::wait_write,
                         [self = shared_from_this()](const asio::error_code& error) {
                           self->writing_ = false;
                           if (!error) self->OnWritable();
                         });
}

void Link::OnReadable() {
  if (context_ == nullptr) return;
  if (stall_limit_ > Millis::zero()) progress_ = std::chrono::steady_clock::now();
  redisAsyncHandleRead(context_);
  AfterHiredis();
  WaitReadable();
  waits_->Drain();
}

void Link::OnWritable() {
  if (context_ == nullptr) return;
  const bool opening = !connected_;
  Write();
  if (!opening || context_ == nullptr) return;
  if (!connected_) return WaitWritable();
  opening_.cancel();
  WaitReadable();
}

void Link::Write() {
  in_write_ = true;
  redisAsyncHandleWrite(context_);
  in_write_ = false;
  AfterHiredis();
}

// hiredis has bytes to send. Those of a new command wait for the handlers that are ready now, which
// may add theirs; what the socket did not take waits for the socket. While connecting there is
// nothing to send, and becoming writable is what ends it.
void Link::RequestWrite() {
  if (!connected_ || writing_ || flush_scheduled_) return;
  if (in_write_) return WaitWritable();
  flush_scheduled_ = true;
  asio::post(loop_, [self = shared_from_this()] {
    self->flush_scheduled_ = false;
    if (self->context_ != nullptr) self->Write();
  });
}

// The context is about to be freed, and its socket closed.
void Link::Detach() {
  if (context_->c.err != 0) cause_ = context_->c.errstr;
  if (descriptor_.is_open()) descriptor_.release();
  context_ = nullptr;
}

void Link::AfterHiredis() {
  if (context_ != nullptr || finished_) return;
  finished_ = true;
  opening_.cancel();
  stall_.cancel();
  while (!flight_.empty()) {
    const Flight first = std::move(flight_.front());
    flight_.pop_front();
    first.wait->Fail(first.answer, Answer::State::kLost);
  }
  waits_->ScheduleDrain();
  if (connected_ && on_closed_) std::exchange(on_closed_, nullptr)();
}

void Link::WatchStall() {
  if (stall_watched_) return;
  stall_watched_ = true;
  stall_.expires_at(progress_ + stall_limit_);
  stall_.async_wait([weak = weak_from_this()](const asio::error_code& error) {
    const std::shared_ptr<Link> self = weak.lock();
    if (error || !self) return;
    self->stall_watched_ = false;
    if (self->flight_.empty()) return;
    if (std::chrono::steady_clock::now() < self->progress_ + self->stall_limit_) {
      return self->WatchStall();
    }
    self->Close(absl::StrCat("nothing was answered for ", self->stall_limit_.count(), " ms"));
  });
}

}  // namespace baodao::redis
