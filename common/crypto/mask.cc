#include "common/crypto/mask.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <vector>

namespace baodao::crypto {
namespace {

// The length of the UTF-8 character at the start of `text`; 0 when it does not start with one.
size_t CharacterAt(std::string_view text) {
  if (text.empty()) return 0;
  const auto lead = static_cast<unsigned char>(text[0]);
  size_t size = 0;
  if (lead < 0x80)
    size = 1;
  else if (lead >= 0xC2 && lead <= 0xDF)
    size = 2;
  else if (lead >= 0xE0 && lead <= 0xEF)
    size = 3;
  else if (lead >= 0xF0 && lead <= 0xF4)
    size = 4;
  if (size == 0 || size > text.size()) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return 0;
  }
  return size;
}

// The characters of `text`; a byte that is part of none stands alone.
std::vector<std::string_view> Characters(std::string_view text) {
  std::vector<std::string_view> characters;
  while (!text.empty()) {
    const size_t size = std::max<size_t>(1, CharacterAt(text));
    characters.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return characters;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Digits as house numbers are written: half and full width, Chinese.
bool IsNumeral(std::string_view character) {
  static constexpr std::array<std::string_view, 21> kWide = {
      "０", "１", "２", "３", "４", "５", "６", "７", "８", "９", "〇",
      "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"};
  return (character.size() == 1 && IsDigit(character[0])) ||
         std::ranges::find(kWide, character) != kWide.end();
}

bool IsMainlandMobile(std::string_view digits) {
  return digits.size() == 11 && digits[0] == '1' && digits[1] >= '3';
}

std::string Hide(std::string_view digits, size_t head, size_t tail) {
  std::string out(digits);
  std::fill(out.begin() + static_cast<ptrdiff_t>(head), out.end() - static_cast<ptrdiff_t>(tail),
            '*');
  return out;
}

}  // namespace

std::string MaskName(std::string_view name) {
  if (name.empty()) return {};
  const size_t first = CharacterAt(name);
  if (first == 0 || first == name.size()) return "*";
  return std::string(name.substr(0, first)) + "**";
}

std::string MaskPhone(std::string_view phone) {
  const bool international = phone.starts_with('+');
  std::string digits;
  std::ranges::copy_if(phone, std::back_inserter(digits), IsDigit);
  if (international && digits.starts_with("86") &&
      IsMainlandMobile(std::string_view(digits).substr(2))) {
    return "+86" + Hide(std::string_view(digits).substr(2), 3, 4);
  }
  const std::string plus = international ? "+" : "";
  if (!international && IsMainlandMobile(digits)) return Hide(digits, 3, 4);
  if (digits.size() < 7) return plus + std::string(digits.size(), '*');
  return plus + Hide(digits, 2, 2);
}

std::string MaskAddress(std::string_view address) {
  const auto characters = Characters(address);
  std::string kept;
  if (characters.empty()) return kept;
  for (size_t i = 0; i < characters.size() / 2; ++i) {
    if (IsNumeral(characters[i]) || CharacterAt(characters[i]) == 0) break;
    kept.append(characters[i]);
  }
  return kept + "***";
}

}  // namespace baodao::crypto
