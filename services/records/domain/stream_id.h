// Streams of events, and where an event stands in its own.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace baodao::records {

struct StreamName {
  std::string service;
  int64_t shard = 0;

  auto operator<=>(const StreamName&) const = default;  // NOLINT(modernize-use-nullptr)
};

// "<milliseconds>-<number>", as the streams give them out; 0-0 stands before every event.
struct StreamId {
  int64_t ms = 0;
  int64_t seq = 0;

  // 0-0 for text that is none.
  static StreamId Parse(std::string_view text);
  std::string Text() const;

  auto operator<=>(const StreamId&) const = default;  // NOLINT(modernize-use-nullptr)
};

}  // namespace baodao::records
