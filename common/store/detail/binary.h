// How records and answers lie in Redis.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/store/commit.h"
#include "common/store/store.h"

namespace baodao::store::detail {

inline constexpr Millis kAnswerTtl{24 * 60 * 60 * 1000};

// 8 bytes, big-endian.
inline std::string Fixed64(uint64_t value) {
  std::string bytes(8, '\0');
  for (int i = 7; i >= 0; --i, value >>= 8)
    bytes[static_cast<size_t>(i)] = static_cast<char>(value);
  return bytes;
}

inline uint64_t ReadFixed64(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < 8 && i < bytes.size(); ++i)
    value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

inline std::string RecordText(uint64_t version, std::string_view bytes) {
  std::string text = Fixed64(version);
  text += bytes;
  return text;
}

// Anything shorter than a version is no record.
inline Stored ParseRecord(std::string_view text) {
  if (text.size() < 8) return {};
  return {ReadFixed64(text), std::string(text.substr(8))};
}

// The value kept under a request: a fingerprint, and '=' with the answer unless it is only a mark.
inline std::string RequestText(const Commit::Request& request) {
  std::string text = Fixed64(request.key.fingerprint);
  if (!request.marker_only) text.append(1, '=').append(request.answer);
  return text;
}

inline bool IsMark(std::string_view text) { return text.size() <= 8; }

// The value kept under a request, seen by a call with this fingerprint.
inline Marking MarkingOf(std::string_view kept, uint64_t fingerprint) {
  return ReadFixed64(kept) == fingerprint ? Marking::kKnown : Marking::kReused;
}

inline CommitOutcome::Replay ParseReplay(size_t index, uint64_t fingerprint,
                                         std::string_view text) {
  CommitOutcome::Replay replay;
  replay.request = index;
  replay.same_payload = ReadFixed64(text) == fingerprint;
  if (replay.same_payload && !IsMark(text)) replay.answer = std::string(text.substr(9));
  return replay;
}

}  // namespace baodao::store::detail
