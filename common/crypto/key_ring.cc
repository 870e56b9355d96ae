#include "common/crypto/key_ring.h"

#include <google/protobuf/util/json_util.h>
#include <sodium.h>

#include <algorithm>

#include "baodao/auth/v1/key_ring.pb.h"
#include "common/crypto/random.h"
#include "common/crypto/secret_file.h"
#include "common/status/macros.h"

namespace baodao::crypto {
namespace {

constexpr size_t kIdBytes = 4;
constexpr size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr size_t kHeaderBytes = kIdBytes + kNonceBytes;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

uint32_t ReadId(std::string_view sealed) {
  uint32_t id = 0;
  for (size_t i = 0; i < kIdBytes; ++i) id = id << 8 | Bytes(sealed)[i];
  return id;
}

void WriteId(uint32_t id, std::string& sealed) {
  for (size_t i = 0; i < kIdBytes; ++i) sealed[i] = static_cast<char>(id >> (24 - 8 * i));
}

std::string NewKeyBytes() {
  std::string key(32, '\0');
  randombytes_buf(key.data(), key.size());
  return key;
}

// A ring with one fresh key, as its file.
std::string NewRingFile() {
  Init();
  auth::v1::KeyRingFile file;
  auto* key = file.add_keys();
  key->set_id(1);
  key->set_key(NewKeyBytes());
  file.set_lookup_key(NewKeyBytes());
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string json;
  const auto printed = google::protobuf::util::MessageToJsonString(file, &json, options);
  if (!printed.ok()) std::abort();  // Bytes and numbers always print.
  return json;
}

}  // namespace

absl::StatusOr<KeyRing> ParseKeyRing(const std::string& json, const std::string& path) {
  Init();
  auth::v1::KeyRingFile file;
  if (!google::protobuf::util::JsonStringToMessage(json, &file).ok()) {
    return absl::InvalidArgumentError(path + ": not a key ring in JSON");
  }
  if (file.keys().empty() || file.lookup_key().size() != 32) {
    return absl::InvalidArgumentError(path + ": needs keys and a lookupKey of 32 bytes");
  }
  KeyRing ring;
  std::ranges::copy(file.lookup_key(), ring.lookup_key_.begin());
  for (const auto& key : file.keys()) {
    if (key.key().size() != 32 || ring.Find(key.id()) != nullptr) {
      return absl::InvalidArgumentError(path + ": key " + std::to_string(key.id()) +
                                        " is not 32 bytes or stands there twice");
    }
    KeyRing::Entry entry{key.id(), {}};
    std::ranges::copy(key.key(), entry.key.begin());
    ring.entries_.push_back(entry);
  }
  return ring;
}

absl::StatusOr<KeyRing> KeyRing::Load(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string json, ReadFile(path, /*secret=*/true));
  return ParseKeyRing(json, path);
}

absl::StatusOr<KeyRing> KeyRing::LoadOrCreate(const std::string& path) {
  auto ring = Load(path);
  if (!absl::IsNotFound(ring.status())) return ring;
  const absl::Status created = CreateFile(path, NewRingFile(), /*secret=*/true);
  // Another process may have been first; then its keys are the keys.
  if (!created.ok() && !absl::IsAlreadyExists(created)) return created;
  return Load(path);
}

KeyRing KeyRing::Generate() { return ParseKeyRing(NewRingFile(), "generated").value(); }

const KeyRing::Entry* KeyRing::Find(uint32_t id) const {
  const auto found = std::ranges::find(entries_, id, &Entry::id);
  return found == entries_.end() ? nullptr : &*found;
}

std::string KeyRing::Seal(std::string_view plaintext, std::string_view associated_data) const {
  const Entry& entry = entries_.front();
  std::string sealed(kHeaderBytes + plaintext.size() + kTagBytes, '\0');
  WriteId(entry.id, sealed);
  auto* const out = reinterpret_cast<unsigned char*>(sealed.data());
  randombytes_buf(out + kIdBytes, kNonceBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      out + kHeaderBytes, nullptr, Bytes(plaintext), plaintext.size(), Bytes(associated_data),
      associated_data.size(), nullptr, out + kIdBytes, entry.key.data());
  return sealed;
}

absl::StatusOr<std::string> KeyRing::Open(std::string_view sealed,
                                          std::string_view associated_data) const {
  if (sealed.size() < kHeaderBytes + kTagBytes)
    return absl::DataLossError("sealed value too short");
  const Entry* const entry = Find(ReadId(sealed));
  if (entry == nullptr) {
    return absl::DataLossError("sealed with key " + std::to_string(ReadId(sealed)) +
                               ", which is not in the ring");
  }
  std::string plaintext(sealed.size() - kHeaderBytes - kTagBytes, '\0');
  const int result = crypto_aead_xchacha20poly1305_ietf_decrypt(
      reinterpret_cast<unsigned char*>(plaintext.data()), nullptr, nullptr,
      Bytes(sealed) + kHeaderBytes, sealed.size() - kHeaderBytes, Bytes(associated_data),
      associated_data.size(), Bytes(sealed) + kIdBytes, entry->key.data());
  if (result != 0) return absl::DataLossError("sealed value was changed or belongs elsewhere");
  return plaintext;
}

std::string KeyRing::LookupHash(std::string_view text) const {
  std::array<unsigned char, 16> hash{};
  crypto_generichash(hash.data(), hash.size(), Bytes(text), text.size(), lookup_key_.data(),
                     lookup_key_.size());
  std::array<char, 33> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return hex.data();
}

}  // namespace baodao::crypto
