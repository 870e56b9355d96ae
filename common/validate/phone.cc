#include "common/validate/phone.h"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "common/unicode/unicode.h"

namespace baodao::validate {
namespace {

constexpr std::size_t kLongestWritten = 100;  // bytes
constexpr std::size_t kLongestExtension = 6;
constexpr std::string_view kCountry = "86";
// Between a number and its extension: 转 分机 號 ext #
constexpr std::u32string_view kBeforeExtension = U"转轉分机機号號extEXT#";
constexpr std::u32string_view kApart = U"-./()~‐‑‒–—―−·";

// A number as it is written.
struct Written {
  bool plus = false;
  std::string digits;
  std::vector<int> breaks;  // Positions in `digits` where they are set apart, ascending.
  std::string extension;
  bool extended = false;
};

constexpr int32_t Narrow(int32_t character) {
  return character >= 0xFF01 && character <= 0xFF5E ? character - 0xFEE0 : character;
}

std::optional<Written> Read(std::string_view text) {
  if (text.size() > kLongestWritten) return {};
  Written number;
  for (std::size_t at = 0; at < text.size();) {
    const int32_t c = Narrow(unicode::Next(text, &at));
    if (c >= '0' && c <= '9') {
      (number.extended ? number.extension : number.digits).push_back(static_cast<char>(c));
    } else if (c == '+' && number.digits.empty() && !number.plus) {
      number.plus = true;
    } else if (kBeforeExtension.find(c) != std::u32string_view::npos && !number.digits.empty()) {
      number.extended = true;
    } else if (kApart.find(c) != std::u32string_view::npos || unicode::IsBlank(c) ||
               unicode::IsInvisible(c)) {
      number.breaks.push_back(static_cast<int>(number.digits.size()));
    } else {
      return {};
    }
  }
  if (number.extended && number.extension.empty()) return {};
  return number;
}

bool IsMobile(std::string_view digits) {
  return digits.size() == 11 && digits[0] == '1' && digits[1] >= '3';
}

// 12345, 95588, 962222: the services of government, banks and cities.
bool IsShort(std::string_view digits) {
  if (digits.size() == 5) return digits[0] == '1' || digits[0] == '9';
  return digits.size() == 6 && digits.starts_with("96");
}

bool IsTollFree(std::string_view digits) {
  return digits.size() == 10 && (digits.starts_with("400") || digits.starts_with("800"));
}

// 010 and 02x have three digits, all others four.
int AreaCodeLength(std::string_view digits) {
  if (digits.size() < 4 || digits[0] != '0' || digits[1] == '0') return 0;
  if (digits[1] == '1') return digits[2] == '0' ? 3 : 0;
  return digits[1] == '2' ? 3 : 4;
}

// Takes the country's code away, and gives a landline the 0 that it then lacks.
bool MakeNational(Written* number) {
  int drop = 0;
  if (number->plus) {
    if (!number->digits.starts_with(kCountry)) return false;
    drop = 2;
  } else if (number->digits.starts_with("0086")) {
    drop = 4;
  } else if (number->digits.starts_with(kCountry) &&
             IsMobile(std::string_view(number->digits).substr(kCountry.size()))) {
    drop = 2;
  }
  if (drop == 0) return true;
  number->digits.erase(0, drop);
  for (int& position : number->breaks) position -= drop;
  const std::string_view digits = number->digits;
  const bool landline =
      !digits.starts_with('0') && !IsMobile(digits) && !IsShort(digits) && !IsTollFree(digits);
  if (landline) {
    number->digits.insert(0, "0");
    for (int& position : number->breaks) ++position;
  }
  return true;
}

// A break where the number may end ends it, and the rest is its extension: 021-12345678-123.
void CutExtension(int shortest, int longest, Written* number) {
  const int length = static_cast<int>(number->digits.size());
  if (number->extended) return;
  for (const int end : number->breaks) {
    if (end < shortest || end > longest || end >= length) continue;
    number->extension = number->digits.substr(end);
    number->digits.resize(end);
    number->extended = true;
    return;
  }
}

std::optional<std::string> WithExtension(std::string number, const Written& written) {
  if (!written.extended) return number;
  if (written.extension.size() > kLongestExtension) return {};
  return number + "-" + written.extension;
}

std::optional<std::string> TollFree(Written number) {
  CutExtension(10, 10, &number);
  if (!IsTollFree(number.digits)) return {};
  return WithExtension(number.digits, number);
}

std::optional<std::string> Landline(Written number) {
  const int area = AreaCodeLength(number.digits);
  if (area == 0) return {};
  const int shortest = area + (area == 3 ? 8 : 7);
  const int longest = area + 8;
  CutExtension(shortest, longest, &number);
  const int length = static_cast<int>(number.digits.size());
  if (length < shortest || length > longest || number.digits[area] == '0') return {};
  return WithExtension(number.digits.substr(0, area) + "-" + number.digits.substr(area), number);
}

}  // namespace

std::optional<std::string> CanonicalMobile(std::string_view text) {
  std::optional<Written> number = Read(text);
  if (!number || !MakeNational(&*number)) return {};
  if (number->extended || !IsMobile(number->digits)) return {};
  return std::move(number->digits);
}

std::optional<std::string> CanonicalContact(std::string_view text) {
  std::optional<Written> number = Read(text);
  if (!number || !MakeNational(&*number)) return {};
  if (!number->extended && (IsMobile(number->digits) || IsShort(number->digits))) {
    return std::move(number->digits);
  }
  std::optional<std::string> found = TollFree(*number);
  return found ? found : Landline(*std::move(number));
}

}  // namespace baodao::validate
