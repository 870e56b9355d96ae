// The receiving end of a server stream.
#pragma once

#include <absl/status/status.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <memory>
#include <optional>
#include <utility>

#include "common/async/task.h"
#include "common/rpc/detail/client_stream.h"

namespace baodao::rpc {

// Loop thread only. Destroying it cancels the stream.
template <class Resp>
class StreamReader {
 public:
  explicit StreamReader(std::shared_ptr<detail::ClientStreamBase<Resp>> stream)
      : stream_(std::move(stream)) {}
  StreamReader(StreamReader&&) noexcept = default;
  StreamReader& operator=(StreamReader&&) noexcept = default;
  ~StreamReader() {
    if (stream_) stream_->Cancel();
  }

  // The next message, in order; empty when the stream is over: see status(). One call at a time.
  Task<std::optional<Resp>> Next() { return stream_->Next(stream_); }
  // How the stream ended, as Client::Call makes it; OK while it has not.
  const absl::Status& status() const { return stream_->status(); }
  void Cancel() { stream_->Cancel(); }

 private:
  std::shared_ptr<detail::ClientStreamBase<Resp>> stream_;
};

}  // namespace baodao::rpc
