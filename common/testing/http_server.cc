#include "common/testing/http_server.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/read.hpp>
#include <asio/read_until.hpp>
#include <asio/write.hpp>
#include <utility>

namespace baodao::testing {
namespace {

using asio::ip::tcp;

HttpRequest ParseHead(const std::string& head) {
  HttpRequest request;
  const std::vector<std::string> lines = absl::StrSplit(head, "\r\n");
  const std::vector<std::string> first = absl::StrSplit(lines[0], ' ');
  if (first.size() > 1) request.target = first[1];
  for (const std::string& line : lines) {
    std::pair<std::string, std::string> parts = absl::StrSplit(line, absl::MaxSplits(':', 1));
    absl::StripAsciiWhitespace(&parts.second);
    request.headers[absl::AsciiStrToLower(parts.first)] = parts.second;
  }
  return request;
}

}  // namespace

HttpServer::HttpServer(std::function<HttpAnswer(const HttpRequest&)> answer)
    : answer_(std::move(answer)),
      acceptor_(loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
  asio::co_spawn(loop_, Accept(), asio::detached);
  thread_ = std::thread([this] { loop_.run(); });
}

HttpServer::~HttpServer() {
  loop_.stop();
  thread_.join();
}

std::string HttpServer::url() const {
  return absl::StrCat("http://127.0.0.1:", acceptor_.local_endpoint().port(), "/push");
}

std::vector<HttpRequest> HttpServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

Task<void> HttpServer::Accept() {
  for (;;) {
    tcp::socket socket = co_await acceptor_.async_accept(kAwait);
    asio::co_spawn(loop_, Serve(std::move(socket)), asio::detached);
  }
}

// Until the client goes away, which ends it with an exception.
Task<void> HttpServer::Serve(tcp::socket socket) {
  std::string buffer;
  for (;;) {
    const size_t head =
        co_await asio::async_read_until(socket, asio::dynamic_buffer(buffer), "\r\n\r\n", kAwait);
    HttpRequest request = ParseHead(buffer.substr(0, head - 4));
    buffer.erase(0, head);
    const size_t length = std::stoul("0" + request.headers["content-length"]);
    if (buffer.size() < length) {
      co_await asio::async_read(socket, asio::dynamic_buffer(buffer),
                                asio::transfer_exactly(length - buffer.size()), kAwait);
    }
    request.body = buffer.substr(0, length);
    buffer.erase(0, length);
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    const HttpAnswer answer = answer_(request);
    if (answer.closes) co_return;
    if (answer.hangs) {
      co_await asio::async_read_until(socket, asio::dynamic_buffer(buffer), '\0', kAwait);
    }
    const std::string text =
        absl::StrCat("HTTP/1.1 ", answer.status, " x\r\n", answer.headers,
                     "content-length: ", answer.body.size(), "\r\n\r\n", answer.body);
    co_await asio::async_write(socket, asio::buffer(text), kAwait);
  }
}

}  // namespace baodao::testing
