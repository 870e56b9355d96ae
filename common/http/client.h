// Calls to HTTP servers of others, by libcurl.
#pragma once

#include <absl/status/statusor.h>

#include <asio/io_context.hpp>
#include <asio/thread_pool.hpp>
#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "common/async/task.h"
#include "common/clock/clock.h"

namespace baodao::http {

struct Request {
  std::string url;                   // http:// or https://
  std::vector<std::string> headers;  // "Name: value"
  std::string body;
};

struct Response {
  int status = 0;
  std::string body;                   // its first 64 KiB
  std::optional<Millis> retry_after;  // as the header says, in seconds or as a date; a day at most
};

// Calls run on threads of the client, which keep their connections. Loop thread only.
class Client {
 public:
  // At most `calls` at a time. None takes longer than `timeout`, waiting for a thread and
  // connecting included.
  Client(asio::io_context& loop, int calls, Millis timeout);
  // As Stop, and waits until all have ended, about a second.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // The answer, whatever its status; redirections are answers. Certificates of https:// are checked
  // against those of the machine. UNAVAILABLE where the server did not get the request: too many
  // wait, it cannot be reached, the client is stopped. DEADLINE_EXCEEDED where it may have got it
  // and nothing came back. The waiting call may be cancelled: what has begun goes on.
  Task<absl::StatusOr<Response>> Post(Request request);
  // Cuts short what is under way and refuses what comes.
  void Stop() { stopping_ = true; }

 private:
  asio::io_context& loop_;
  size_t most_waiting_;
  Millis timeout_;
  std::atomic<bool> stopping_ = false;
  std::atomic<size_t> waiting_ = 0;  // or running
  asio::thread_pool threads_;
};

}  // namespace baodao::http
