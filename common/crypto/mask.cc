#include "common/crypto/mask.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <vector>

#include "common/unicode/unicode.h"

namespace baodao::crypto {
namespace {

// The first character of `text`: a code point with the marks and the variation selector on it, or
// a byte that is part of none.
std::string_view FirstOf(std::string_view text) {
  size_t end = 0;
  if (unicode::Next(text, &end) == unicode::kIllFormed) return text.substr(0, 1);
  for (size_t next = end; next < text.size(); end = next) {
    const int32_t character = unicode::Next(text, &next);
    if (character == unicode::kIllFormed || unicode::IsBase(character)) break;
  }
  return text.substr(0, end);
}

std::vector<std::string_view> Characters(std::string_view text) {
  std::vector<std::string_view> characters;
  while (!text.empty()) {
    characters.push_back(FirstOf(text));
    text.remove_prefix(characters.back().size());
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

// Masks a landline as it is kept, "021-12345678" or "0571-8765432-12"; empty for other numbers.
std::string MaskLandline(std::string_view phone) {
  const size_t dash = phone.find('-');
  if (!phone.starts_with('0') || (dash != 3 && dash != 4)) return {};
  const size_t end = std::min(phone.find('-', dash + 1), phone.size());
  const std::string_view number = phone.substr(dash + 1, end - dash - 1);
  if (number.size() < 7 || !std::ranges::all_of(number, IsDigit)) return {};
  std::string masked = std::string(phone.substr(0, dash + 1)) + Hide(number, 0, 2);
  if (end < phone.size()) masked += "-" + std::string(phone.size() - end - 1, '*');
  return masked;
}

}  // namespace

std::string MaskName(std::string_view name) {
  if (name.empty()) return {};
  const std::string_view first = FirstOf(name);
  if (first == name || !unicode::IsUtf8(first)) return "*";
  return std::string(first) + "**";
}

std::string MaskPhone(std::string_view phone) {
  if (std::string landline = MaskLandline(phone); !landline.empty()) return landline;
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
    if (IsNumeral(characters[i]) || !unicode::IsUtf8(characters[i])) break;
    kept.append(characters[i]);
  }
  return kept + "***";
}

}  // namespace baodao::crypto
