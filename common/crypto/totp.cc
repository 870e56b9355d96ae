#include "common/crypto/totp.h"

#include <sodium.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace baodao::crypto {

std::string Totp(std::string_view key, int64_t step) {
  static_assert(kTotpKeyBytes == crypto_auth_hmacsha256_KEYBYTES);
  if (key.size() != kTotpKeyBytes) std::abort();
  std::array<unsigned char, 8> counter;
  for (size_t i = 0; i < counter.size(); ++i) {
    counter[i] = static_cast<unsigned char>(static_cast<uint64_t>(step) >> (8 * (7 - i)));
  }
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac;
  crypto_auth_hmacsha256(mac.data(), counter.data(), counter.size(),
                         reinterpret_cast<const unsigned char*>(key.data()));
  // RFC 4226, 5.3: the last four bits say where the number begins.
  const size_t at = mac.back() & 0x0fU;
  const uint32_t number = (static_cast<uint32_t>(mac[at] & 0x7fU) << 24) |
                          (static_cast<uint32_t>(mac[at + 1]) << 16) |
                          (static_cast<uint32_t>(mac[at + 2]) << 8) | mac[at + 3];
  char text[8];
  std::snprintf(text, sizeof text, "%06u", static_cast<unsigned>(number % 1'000'000));
  return text;
}

}  // namespace baodao::crypto
