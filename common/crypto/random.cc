#include "common/crypto/random.h"

#include <sodium.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "common/crypto/base64.h"

namespace baodao::crypto {

void Init() {
  static const int result = sodium_init();
  if (result >= 0) return;
  std::fputs("libsodium: the system offers no randomness\n", stderr);
  std::abort();
}

// One system call for many: every id, trace and reservation takes some.
uint64_t RandomBits() {
  thread_local std::array<uint64_t, 64> bits;
  thread_local size_t used = bits.size();
  if (used == bits.size()) {
    Init();
    randombytes_buf(bits.data(), sizeof bits);
    used = 0;
  }
  return bits[used++];
}

std::string RandomCode(int digits) {
  Init();
  std::string code(static_cast<size_t>(digits), '0');
  for (char& c : code) c = static_cast<char>('0' + randombytes_uniform(10));
  return code;
}

std::string RandomToken(size_t bytes) {
  Init();
  std::string raw(bytes, '\0');
  randombytes_buf(raw.data(), raw.size());
  return Encode64(raw, Base64::kUrl);
}

bool SecureEquals(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string Fingerprint(std::string_view bytes) {
  Init();
  std::array<unsigned char, 16> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size(), nullptr, 0);
  std::array<char, 33> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return hex.data();
}

}  // namespace baodao::crypto
