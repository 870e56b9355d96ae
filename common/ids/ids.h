// Record ids: a prefix, '_' and a ULID: "tsk_01HF8J…". The 26 characters (Crockford base32) are 48
// bits of milliseconds, 10 bits of shard, 70 random bits. Ids of one shard sort by creation time.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "common/clock/clock.h"

namespace baodao::ids {

inline constexpr int kMaxShards = 1024;

// 64 uniformly random bits a call.
using Random = std::function<uint64_t()>;

// Ids of one generator never repeat, and increase even when its clock stands still or goes back.
// Thread-safe.
class Generator {
 public:
  // `clock` outlives the generator.
  Generator(const Clock& clock, Random random);
  // `shard` is in [0, kMaxShards).
  std::string New(std::string_view prefix, int shard);

 private:
  struct Tail {         // The 70 random bits.
    uint32_t high = 0;  // 6 bits.
    uint64_t low = 0;
  };
  // Advances last_ms_ and tail_.
  void Advance();

  const Clock& clock_;
  Random random_;
  std::mutex mutex_;
  int64_t last_ms_ = -1;
  Tail tail_;
};

// From the process's generator: the system's clock and the kernel's randomness, unless replaced.
std::string New(std::string_view prefix, int shard);
// Makes New use `generator` (nullptr: the system's again). For simulation, before any thread
// starts.
void Use(Generator* generator);

// Empty when `id` is not a well-formed id of any prefix.
std::optional<int> ShardOf(std::string_view id);
std::optional<Time> TimeOf(std::string_view id);
// The id that differs from `id`, a well-formed one, in its prefix and its time: the same for the
// same arguments, and unlike any that another id leads to.
std::string At(std::string_view id, std::string_view prefix, Time time);
// Whether `id` is well-formed and has this prefix ("tsk", without '_').
bool IsValid(std::string_view id, std::string_view prefix);
// Whether `id` is well-formed: a prefix of 2–4 lower-case letters, '_', a ULID in upper case.
bool IsValid(std::string_view id);

}  // namespace baodao::ids
