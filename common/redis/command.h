// A Redis command, written straight into the bytes that go over the wire.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace baodao::redis {

// Arguments may hold any bytes. Values are copied at once: views need not outlive the call.
//
//   Command::On(key, "GET", key)                        the usual way
//   Command c(key);                                     or step by step
//   c.Add("FCALL").Add("commit").Add(1).Add(key).Add(record);
class Command {
 public:
  // `routing_key` decides the node in Redis Cluster, which rejects a command whose keys belong to
  // another slot; the command itself is never parsed for keys. Empty: any node will do.
  explicit Command(std::string_view routing_key = {});

  template <class... Args>
  static Command On(std::string_view routing_key, const Args&... args) {
    Command command(routing_key);
    command.Reserve((0 + ... + SizeOf(args)));
    (command.Add(args), ...);
    return command;
  }
  // For commands without a key: Command::Any("PING").
  template <class... Args>
  static Command Any(const Args&... args) {
    return On(std::string_view{}, args...);
  }

  Command& Add(std::string_view argument);
  template <std::integral Int>
  Command& Add(Int number) {
    return AddNumber(static_cast<int64_t>(number));
  }
  Command& AddAll(const std::vector<std::string>& arguments);
  // Room for `bytes` more, so that adding large arguments moves nothing.
  Command& Reserve(size_t bytes);

  // How many arguments there are, the command's name included.
  uint32_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // The complete RESP array; valid until the next Add. Terminated by a NUL that is not part of it.
  std::string_view wire() const { return std::string_view(buffer_).substr(head_); }
  // -1 when any node will do.
  int slot() const { return slot_; }
  // Its name in metrics: the command as given ("GET"), for FCALL and FCALL_RO the function's name.
  std::string_view label() const;
  // The `index`-th argument; empty when there is none. Linear: for logs and tests.
  std::string_view argument(uint32_t index) const;

 private:
  static constexpr size_t kHead = 13;  // "*4294967295\r\n": room for any count in front

  static size_t SizeOf(std::string_view argument) { return argument.size() + 16; }
  template <std::integral Int>
  static size_t SizeOf(Int) {
    return 32;
  }
  Command& AddNumber(int64_t number);
  void CountOne();

  std::string buffer_;
  uint32_t size_ = 0;
  int slot_;
  size_t head_ = kHead;
};

}  // namespace baodao::redis
