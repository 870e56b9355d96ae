#include "common/redis/command.h"

#include <strings.h>

#include <charconv>
#include <cstdlib>

#include "common/redis/slot.h"

namespace baodao::redis {
namespace {

// Reads the bulk string at `position` of `wire` and moves past it.
std::string_view NextArgument(std::string_view wire, size_t& position) {
  size_t length = 0;
  const char* end = wire.data() + wire.size();
  const char* after =
      std::from_chars(wire.data() + position + 1, end, length).ptr + 2;  // "$3\r\n" -> past \n
  position = static_cast<size_t>(after - wire.data()) + length + 2;
  return {after, length};
}

}  // namespace

Command::Command(std::string_view routing_key)
    : buffer_(kHead, ' '), slot_(routing_key.empty() ? -1 : KeySlot(routing_key)) {}

Command& Command::Add(std::string_view argument) {
  char head[24];
  head[0] = '$';
  char* end = std::to_chars(head + 1, head + sizeof(head), argument.size()).ptr;
  *end++ = '\r';
  *end++ = '\n';
  buffer_.append(head, static_cast<size_t>(end - head));
  buffer_.append(argument);
  buffer_.append("\r\n", 2);
  CountOne();
  return *this;
}

Command& Command::AddNumber(int64_t number) {
  char digits[24];
  const char* end = std::to_chars(digits, digits + sizeof(digits), number).ptr;
  return Add(std::string_view(digits, static_cast<size_t>(end - digits)));
}

Command& Command::AddAll(const std::vector<std::string>& arguments) {
  size_t bytes = 0;
  for (const std::string& argument : arguments) bytes += SizeOf(argument);
  Reserve(bytes);
  for (const std::string& argument : arguments) Add(argument);
  return *this;
}

Command& Command::Reserve(size_t bytes) {
  buffer_.reserve(buffer_.size() + bytes);
  return *this;
}

// The count stands in front of the arguments, right-aligned in the room left for it.
void Command::CountOne() {
  ++size_;
  char* at = buffer_.data() + kHead;
  *--at = '\n';
  *--at = '\r';
  for (uint32_t rest = size_; rest > 0; rest /= 10) *--at = static_cast<char>('0' + rest % 10);
  *--at = '*';
  head_ = static_cast<size_t>(at - buffer_.data());
}

std::string_view Command::argument(uint32_t index) const {
  if (index >= size_) return {};
  size_t position = kHead;
  std::string_view found;
  for (uint32_t i = 0; i <= index; ++i) found = NextArgument(buffer_, position);
  return found;
}

std::string_view Command::label() const {
  const std::string_view name = argument(0);
  const bool call = name.size() >= 5 && strncasecmp(name.data(), "FCALL", 5) == 0;
  return call && size_ > 1 ? argument(1) : name;
}

}  // namespace baodao::redis
