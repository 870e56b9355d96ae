// The answer of a server of this machine to a GET.
#pragma once

#include <asio/connect.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>
#include <string>

namespace baodao::testing {

// With status line and headers. Throws asio::system_error when nobody listens.
inline std::string HttpGet(int port, const std::string& path) {
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  socket.connect({asio::ip::address_v4::loopback(), static_cast<asio::ip::port_type>(port)});
  asio::write(socket, asio::buffer("GET " + path + " HTTP/1.0\r\n\r\n"));
  std::string answer;
  std::error_code end_of_file;
  asio::read(socket, asio::dynamic_buffer(answer), end_of_file);
  return answer;
}

}  // namespace baodao::testing
