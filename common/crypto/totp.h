// One-time passwords by time: RFC 6238 with HMAC-SHA-256, steps of 30 seconds, six digits.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace baodao::crypto {

inline constexpr size_t kTotpKeyBytes = 32;
// How long one password is good.
inline constexpr std::chrono::seconds kTotpStep{30};

// The password of the `step`-th step since the epoch. The key has kTotpKeyBytes.
std::string Totp(std::string_view key, int64_t step);

}  // namespace baodao::crypto
