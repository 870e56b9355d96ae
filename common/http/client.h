// Calls to HTTP servers of others, by libcurl.
#pragma once

#include <absl/status/statusor.h>

#include <asio/io_context.hpp>
#include <asio/thread_pool.hpp>
#include <chrono>
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
  std::optional<Millis> retry_after;  // as the header says, in seconds or as a date
};

// Each call runs on a thread of its own, which keeps its connections. Loop thread only.
class Client {
 public:
  // At most `calls` at a time, others wait; none takes longer than `timeout`, connecting included.
  Client(asio::io_context& loop, int calls, Millis timeout);
  // Waits for what has begun.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // The answer, whatever its status; redirections are answers. Certificates of https:// are checked
  // against those of the machine. UNAVAILABLE where there is none; the server may have got the
  // request all the same. Whoever waits may be cancelled: what has begun goes on.
  Task<absl::StatusOr<Response>> Post(Request request);

 private:
  asio::io_context& loop_;
  Millis timeout_;
  asio::thread_pool threads_;
};

}  // namespace baodao::http
