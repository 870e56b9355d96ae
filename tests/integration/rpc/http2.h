// HTTP/2 by hand, for clients that no library would be: ones that never finish what they begin, or
// fall silent.
#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace baodao::rpc {

class Http2 {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  // `target` is "127.0.0.1:<port>". The server may send `window` bytes of each stream.
  explicit Http2(const std::string& target, uint32_t window = 65'535) : socket_(loop_) {
    const int port = std::stoi(target.substr(target.rfind(':') + 1));
    socket_.connect({asio::ip::address_v4::loopback(), static_cast<asio::ip::port_type>(port)});
    socket_.non_blocking(true);
    out_ = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    std::string settings;
    AddNumber(4, 2, &settings);  // SETTINGS_INITIAL_WINDOW_SIZE
    AddNumber(window, 4, &settings);
    Frame(kSettings, 0, 0, settings);
  }

  // A call of gRPC whose message is yet to come; its stream.
  uint32_t Call(const std::string& method, const Headers& metadata) {
    const uint32_t stream = next_;
    next_ += 2;
    std::string block;
    const auto add = [&block](const std::string& name, const std::string& value) {
      block += '\0';  // a literal, not indexed, with a new name
      AddText(name, &block);
      AddText(value, &block);
    };
    add(":method", "POST");
    add(":scheme", "http");
    add(":path", method);
    add(":authority", "localhost");
    add("te", "trailers");
    add("content-type", "application/grpc");
    for (const auto& [name, value] : metadata) add(name, value);
    Frame(kHeaders, kEndHeaders, stream, block);
    windows_[stream] = initial_window_;
    Flush();
    return stream;
  }

  // Sends a whole message, as far as there is room for it.
  void SendMessage(uint32_t stream, const std::string& message) {
    std::string frame(1, '\0');
    AddNumber(message.size(), 4, &frame);
    Data(stream, frame + message);
  }

  // Sends up to so many zero bytes of the stream, as far as its windows allow; how many.
  std::size_t Send(uint32_t stream, std::size_t bytes, const std::string& first = "") {
    static const std::string kZeros(16'384, '\0');
    std::size_t sent = 0;
    if (!first.empty()) sent = Data(stream, first);
    while (sent < bytes) {
      const std::size_t now = Data(stream, kZeros.substr(0, bytes - sent));
      if (now == 0) break;
      sent += now;
    }
    return sent;
  }

  // Lets the server send so much more of the stream.
  void Widen(uint32_t stream, uint32_t bytes) {
    std::string payload;
    AddNumber(bytes, 4, &payload);
    Frame(kWindow, 0, stream, payload);
    Flush();
  }

  // Reads what has come, and answers what HTTP/2 wants answered.
  void Pump() {
    char buffer[65'536];
    asio::error_code error;
    for (;;) {
      const std::size_t got = socket_.read_some(asio::buffer(buffer), error);
      if (error) break;
      in_.append(buffer, got);
    }
    if (error != asio::error::would_block) closed_ = true;
    while (in_.size() >= 9) {
      const std::size_t size = Number(in_, 0, 3);
      if (in_.size() < 9 + size) break;
      const std::string payload = in_.substr(9, size);
      Take(in_[3], in_[4], static_cast<uint32_t>(Number(in_, 5, 4)), payload);
      in_.erase(0, 9 + size);
    }
    Flush();
  }

  bool closed() const { return closed_; }
  // Whether the server has ended the stream.
  bool Ended(uint32_t stream) const { return windows_.count(stream) == 0; }
  // Streams that the server closed on our side, too: it takes nothing more of them.
  int resets() const { return resets_; }
  // Those of the server that were answered.
  int pings() const { return pings_; }
  uint32_t max_streams() const { return max_streams_; }

 private:
  enum Type : char {
    kData = 0,
    kHeaders = 1,
    kReset = 3,
    kSettings = 4,
    kPing = 6,
    kGoAway = 7,
    kWindow = 8
  };
  static constexpr char kAck = 1, kEndStream = 1, kEndHeaders = 4;

  static uint64_t Number(const std::string& text, std::size_t at, int bytes) {
    uint64_t number = 0;
    for (int i = 0; i < bytes; ++i) number = number << 8 | static_cast<unsigned char>(text[at + i]);
    return number;
  }
  static void AddNumber(uint64_t number, int bytes, std::string* out) {
    while (bytes-- > 0) *out += static_cast<char>(number >> (8 * bytes) & 0xff);
  }
  // HPACK's strings, without Huffman's code.
  static void AddText(const std::string& text, std::string* out) {
    if (text.size() < 127) {
      *out += static_cast<char>(text.size());
    } else {
      *out += '\x7f';
      std::size_t rest = text.size() - 127;
      for (; rest >= 128; rest >>= 7) *out += static_cast<char>(rest % 128 + 128);
      *out += static_cast<char>(rest);
    }
    *out += text;
  }

  void Frame(char type, char flags, uint32_t stream, const std::string& payload) {
    AddNumber(payload.size(), 3, &out_);
    out_ += type;
    out_ += flags;
    AddNumber(stream, 4, &out_);
    out_ += payload;
  }

  std::size_t Data(uint32_t stream, const std::string& bytes) {
    const auto window = windows_.find(stream);
    if (closed_ || !out_.empty() || window == windows_.end()) return 0;
    const int64_t room = std::min(window->second, connection_window_);
    if (room <= 0) return 0;
    const std::string part = bytes.substr(0, static_cast<std::size_t>(room));
    window->second -= static_cast<int64_t>(part.size());
    connection_window_ -= static_cast<int64_t>(part.size());
    Frame(kData, 0, stream, part);
    Flush();
    return part.size();
  }

  void Take(char type, char flags, uint32_t stream, const std::string& payload) {
    if (type == kSettings && (flags & kAck) == 0) {
      TakeSettings(payload);
    } else if (type == kPing && (flags & kAck) == 0) {
      Frame(kPing, kAck, 0, payload);
      ++pings_;
    } else if (type == kWindow) {
      const auto more = static_cast<int64_t>(Number(payload, 0, 4));
      if (stream == 0) connection_window_ += more;
      if (const auto found = windows_.find(stream); found != windows_.end()) found->second += more;
    } else if (type == kGoAway) {
      closed_ = true;
    } else if (type == kReset) {
      windows_.erase(stream);
      ++resets_;
    } else if ((type == kHeaders || type == kData) && (flags & kEndStream)) {
      windows_.erase(stream);
    }
  }

  void TakeSettings(const std::string& payload) {
    for (std::size_t at = 0; at + 6 <= payload.size(); at += 6) {
      const uint64_t name = Number(payload, at, 2), value = Number(payload, at + 2, 4);
      if (name == 3) max_streams_ = static_cast<uint32_t>(value);
      if (name == 4) {
        const int64_t more = static_cast<int64_t>(value) - initial_window_;
        initial_window_ += more;
        for (auto& [stream, window] : windows_) window += more;
      }
    }
    Frame(kSettings, kAck, 0, "");
  }

  void Flush() {
    while (!out_.empty() && !closed_) {
      asio::error_code error;
      out_.erase(0, socket_.write_some(asio::buffer(out_), error));
      if (error == asio::error::would_block) return;
      if (error) closed_ = true;
    }
  }

  asio::io_context loop_;
  asio::ip::tcp::socket socket_;
  std::string in_, out_;
  std::map<uint32_t, int64_t> windows_;  // of the streams that have not ended
  int64_t connection_window_ = 65'535;
  int64_t initial_window_ = 65'535;
  uint32_t max_streams_ = UINT32_MAX;
  uint32_t next_ = 1;
  int resets_ = 0;
  int pings_ = 0;
  bool closed_ = false;
};

}  // namespace baodao::rpc
