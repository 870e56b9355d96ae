#include "common/crypto/base64.h"

#include <sodium.h>

namespace baodao::crypto {
namespace {

int Variant(Base64 variant) {
  return variant == Base64::kUrl ? sodium_base64_VARIANT_URLSAFE_NO_PADDING
                                 : sodium_base64_VARIANT_ORIGINAL;
}

}  // namespace

std::string Encode64(std::string_view bytes, Base64 variant) {
  std::string text(sodium_base64_encoded_len(bytes.size(), Variant(variant)), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), Variant(variant));
  text.pop_back();  // The terminating zero.
  return text;
}

std::optional<std::string> Decode64(std::string_view text, Base64 variant) {
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  size_t size = 0;
  const char* end = nullptr;
  const int result =
      sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &size, &end, Variant(variant));
  if (result != 0 || end != text.data() + text.size()) return std::nullopt;
  bytes.resize(size);
  return bytes;
}

}  // namespace baodao::crypto
