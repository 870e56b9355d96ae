// Randomness and comparison for secrets, from libsodium.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace baodao::crypto {

// libsodium, initialised; every function of common/crypto and common/auth calls it. Aborts when the
// system has no randomness.
void Init();

// 64 uniformly random bits.
uint64_t RandomBits();
// `digits` decimal digits, uniformly: login and sign-in codes.
std::string RandomCode(int digits);
// `bytes` random bytes as unpadded base64url: refresh tokens. At least 16 bytes for a secret.
std::string RandomToken(size_t bytes = 32);
// In time that depends on the lengths only.
bool SecureEquals(std::string_view a, std::string_view b);
// Unkeyed BLAKE2b-128 as 32 hex digits, for fingerprints of public content (requests, files).
std::string Fingerprint(std::string_view bytes);

}  // namespace baodao::crypto
