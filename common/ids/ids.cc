#include "common/ids/ids.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <utility>

#include "common/crypto/random.h"

namespace baodao::ids {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr size_t kUlid = 26;
constexpr size_t kTimeChars = 10;
constexpr size_t kShardChars = 2;
constexpr int64_t kMaxMs = (int64_t{1} << 48) - 1;

constexpr std::array<int8_t, 256> kDigits = [] {
  std::array<int8_t, 256> digits{};
  digits.fill(-1);
  for (size_t i = 0; i < kAlphabet.size(); ++i) {
    digits[static_cast<uint8_t>(kAlphabet[i])] = static_cast<int8_t>(i);
  }
  return digits;
}();

// The value of one base32 character, -1 for any other. Lower case and look-alikes are not accepted:
// an id has one spelling, because it is part of keys.
int Digit(char c) { return kDigits[static_cast<uint8_t>(c)]; }

// The ULID part of a well-formed id, empty otherwise.
std::string_view UlidOf(std::string_view id) {
  if (id.size() < kUlid + 3 || id.size() > kUlid + 5) return {};
  const std::string_view prefix = id.substr(0, id.size() - kUlid - 1);
  const std::string_view ulid = id.substr(id.size() - kUlid);
  if (id[prefix.size()] != '_' || ulid[0] > '7') return {};
  if (!std::ranges::all_of(prefix, [](char c) { return c >= 'a' && c <= 'z'; })) return {};
  if (!std::ranges::all_of(ulid, [](char c) { return Digit(c) >= 0; })) return {};
  return ulid;
}

int64_t Number(std::string_view digits) {
  int64_t value = 0;
  for (const char c : digits) value = value * 32 + Digit(c);
  return value;
}

// Writes `value` right-aligned into the last `count` characters before `end`.
void Write(char* end, size_t count, uint64_t value) {
  for (size_t i = 0; i < count; ++i, value >>= 5) *--end = kAlphabet[value & 31];
}

std::atomic<Generator*> replaced{nullptr};

Generator& ProcessGenerator() {
  static Generator generator(SystemClock(), crypto::RandomBits);
  Generator* const other = replaced.load(std::memory_order_acquire);
  return other != nullptr ? *other : generator;
}

}  // namespace

Generator::Generator(const Clock& clock, Random random)
    : clock_(clock), random_(std::move(random)) {}

void Generator::Advance() {
  const int64_t now = std::clamp<int64_t>(clock_.Now().time_since_epoch().count(), 0, kMaxMs);
  if (now > last_ms_) {
    last_ms_ = now;
    // The top bit starts at zero, so that counting up within a millisecond has room.
    tail_.high = static_cast<uint32_t>(random_() & 0x1F);
    tail_.low = random_();
    return;
  }
  // Same millisecond, or the clock went back: count on, by a step nobody can guess.
  const uint64_t step = 1 + (random_() & 0xFFFFFFFF);
  tail_.low += step;
  if (tail_.low >= step) return;
  if (++tail_.high < 64) return;
  tail_ = {};
  ++last_ms_;
}

std::string Generator::New(std::string_view prefix, int shard) {
  assert(shard >= 0 && shard < kMaxShards);
  std::string id(prefix.size() + 1 + kUlid, '_');
  std::copy(prefix.begin(), prefix.end(), id.begin());
  const std::lock_guard lock(mutex_);
  Advance();
  char* const ulid = id.data() + prefix.size() + 1;
  Write(ulid + kTimeChars, kTimeChars, static_cast<uint64_t>(last_ms_));
  Write(ulid + kTimeChars + kShardChars, kShardChars, static_cast<uint64_t>(shard));
  // 14 characters: the high 6 bits and the top 4 of low make the first two, 60 bits the rest.
  Write(ulid + 14, 2, (uint64_t{tail_.high} << 4) | (tail_.low >> 60));
  Write(ulid + kUlid, 12, tail_.low);
  return id;
}

std::string New(std::string_view prefix, int shard) {
  return ProcessGenerator().New(prefix, shard);
}

void Use(Generator* generator) { replaced.store(generator, std::memory_order_release); }

std::optional<int> ShardOf(std::string_view id) {
  const std::string_view ulid = UlidOf(id);
  if (ulid.empty()) return std::nullopt;
  return static_cast<int>(Number(ulid.substr(kTimeChars, kShardChars)));
}

std::optional<Time> TimeOf(std::string_view id) {
  const std::string_view ulid = UlidOf(id);
  if (ulid.empty()) return std::nullopt;
  return Time(Millis(Number(ulid.substr(0, kTimeChars))));
}

std::string At(std::string_view id, std::string_view prefix, Time time) {
  std::string at(prefix.size() + 1 + kTimeChars, '_');
  std::copy(prefix.begin(), prefix.end(), at.begin());
  const int64_t ms = std::clamp<int64_t>(time.time_since_epoch().count(), 0, kMaxMs);
  Write(at.data() + at.size(), kTimeChars, static_cast<uint64_t>(ms));
  return at.append(UlidOf(id).substr(kTimeChars));
}

bool IsValid(std::string_view id) { return !UlidOf(id).empty(); }

bool IsValid(std::string_view id, std::string_view prefix) {
  return IsValid(id) && id.size() == prefix.size() + 1 + kUlid && id.starts_with(prefix);
}

}  // namespace baodao::ids
