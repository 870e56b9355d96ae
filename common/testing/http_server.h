// An HTTP server of this machine that answers as a test wants.
#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/async/task.h"

namespace baodao::testing {

struct HttpRequest {
  std::string target;                          // "/push"
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

struct HttpAnswer {
  int status = 200;
  std::string body;
  std::string headers;  // more lines, each with its "\r\n"
  bool hangs = false;   // none comes, until the client goes away
  bool closes = false;  // none comes: the connection ends
};

// Serves on a thread of its own. Thread-safe.
class HttpServer {
 public:
  // `answer` is called on that thread, once for each request, after the request was noted.
  explicit HttpServer(std::function<HttpAnswer(const HttpRequest&)> answer);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // "http://127.0.0.1:<port>/push"
  std::string url() const;
  // In the order they came.
  std::vector<HttpRequest> requests() const;

 private:
  Task<void> Accept();
  Task<void> Serve(asio::ip::tcp::socket socket);

  std::function<HttpAnswer(const HttpRequest&)> answer_;
  asio::io_context loop_;
  asio::ip::tcp::acceptor acceptor_;
  mutable std::mutex mutex_;
  std::vector<HttpRequest> requests_;
  std::thread thread_;
};

}  // namespace baodao::testing
