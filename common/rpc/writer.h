// The sending half of a server stream, as its handler sees it.
#pragma once

#include <absl/status/status.h>
#include <google/protobuf/message.h>

#include <functional>

#include "common/async/task.h"
#include "common/clock/clock.h"

namespace baodao::rpc {

// The other end of a Writer: a live call, or a double in a test. Loop thread only.
class StreamSink {
 public:
  virtual ~StreamSink() = default;
  virtual Task<bool> Write(const google::protobuf::Message& message) = 0;
  virtual bool open() const = 0;
  virtual Task<bool> Wait(Millis timeout) = 0;
  virtual std::function<void()> Waker() = 0;
  virtual std::function<void(absl::Status)> Closer() = 0;
};

// Loop thread only; lives until the handler returns.
template <class Resp>
class Writer {
 public:
  explicit Writer(StreamSink& sink) : sink_(sink) {}
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Sends one message and returns when the transport has room for the next (backpressure). False
  // when the client is gone or the server drains: return then, nothing more will be sent.
  Task<bool> Write(const Resp& message) { return sink_.Write(message); }
  // False as soon as the client is gone or the server drains.
  bool open() const { return sink_.open(); }
  // Sleeps until the waker is called, `timeout` has passed, or the stream closes. Returns open(). A
  // wake that came while nobody waited is not lost: the next Wait returns at once.
  Task<bool> Wait(Millis timeout) { return sink_.Wait(timeout); }
  // Ends a Wait. The function may be kept and called after the stream is over: then it does
  // nothing.
  std::function<void()> Waker() { return sink_.Waker(); }
  // Ends the stream for its client with this status at once, also one that takes nothing any more;
  // the handler finds it closed. May be kept and called as the waker.
  std::function<void(absl::Status)> Closer() { return sink_.Closer(); }

 private:
  StreamSink& sink_;
};

}  // namespace baodao::rpc
