// Encryption of private fields at rest. A sealed value is: key id (4 bytes, big-endian), nonce
// (24), XChaCha20-Poly1305 ciphertext and tag. Rotation: put a new key first in the file; old ones
// stay as long as anything sealed with them is kept.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace baodao::crypto {

// Immutable once loaded; may be shared between threads.
class KeyRing {
 public:
  // A JSON file: {"keys":[{"id":2,"key":"<base64, 32 bytes>"},…],"lookupKey":"<base64, 32 bytes>"},
  // newest key first. PERMISSION_DENIED when others than the owner can read it.
  static absl::StatusOr<KeyRing> Load(const std::string& path);
  // Makes the file (mode 0600) with fresh keys first if there is none. Safe when several processes
  // start at once.
  static absl::StatusOr<KeyRing> LoadOrCreate(const std::string& path);
  // Fresh keys in memory, for tests.
  static KeyRing Generate();

  // `associated_data` binds the value to its place, e.g. "person:per_…:phone"; Open needs the same.
  std::string Seal(std::string_view plaintext, std::string_view associated_data) const;
  // DATA_LOSS when the value was changed, belongs elsewhere, or its key is not in the ring.
  absl::StatusOr<std::string> Open(std::string_view sealed, std::string_view associated_data) const;

  // A keyed hash (BLAKE2b-128) as 32 lower-case hex digits: equal texts, equal hashes, and nobody
  // without the key can try phone numbers against it. Independent of the sealing keys' rotation.
  std::string LookupHash(std::string_view text) const;

 private:
  using Key = std::array<unsigned char, 32>;
  struct Entry {
    uint32_t id;
    Key key;
  };
  friend absl::StatusOr<KeyRing> ParseKeyRing(const std::string& json, const std::string& path);

  const Entry* Find(uint32_t id) const;

  std::vector<Entry> entries_;  // Newest first, never empty.
  Key lookup_key_{};
};

}  // namespace baodao::crypto
