#include "common/validate/text.h"

#include <absl/strings/ascii.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "common/ids/ids.h"
#include "common/unicode/unicode.h"
#include "common/validate/normalise.h"
#include "common/validate/phone.h"

namespace baodao::validate {
namespace {

constexpr std::size_t kIdLength = 31;  // four letters of prefix, '_', a ULID

template <class Predicate>
bool All(std::string_view text, Predicate fits) {
  return std::all_of(text.begin(), text.end(), fits);
}

bool IsWordOrDash(char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_'; }

bool IsPhone(std::string_view text) {
  return text.size() == 11 && text[0] == '1' && text[1] >= '3' && All(text, absl::ascii_isdigit);
}

bool IsTag(std::string_view text) {
  return All(text,
             [](char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_'; });
}

bool IsPageToken(std::string_view text) {
  return All(text, [](char c) { return IsWordOrDash(c) || c == '=' || c == '.' || c == '~'; });
}

// Every character can be shown, line ends aside.
bool IsReadable(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const int32_t character = unicode::Next(text, &at);
    if (character != '\n' && !unicode::IsReadable(character)) return false;
  }
  return true;
}

}  // namespace

std::size_t CountCodePoints(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return !U8_IS_TRAIL(c); });
}

bool FitsFormat(v1::Format format, std::string_view text) {
  switch (format) {
    case v1::FORMAT_ID:
      return ids::IsValid(text);
    case v1::FORMAT_AREA_CODE:
    case v1::FORMAT_REQUEST_ID:
      return text.size() <= FormatLimit(format) && All(text, IsWordOrDash);
    case v1::FORMAT_PHONE:
      return IsPhone(text);
    case v1::FORMAT_TAG:
      return text.size() <= FormatLimit(format) && IsTag(text);
    case v1::FORMAT_PAGE_TOKEN:
      return IsPageToken(text);
    case v1::FORMAT_TEXT:
      return IsPlain(format, text) || IsReadable(text);
    case v1::FORMAT_LINE:
      return IsPlain(format, text) ||
             (text.find('\n') == std::string_view::npos && IsReadable(text));
    case v1::FORMAT_CONTACT_PHONE:
      return CanonicalContact(text).has_value();
    default:
      return true;
  }
}

std::size_t FormatLimit(v1::Format format) {
  switch (format) {
    case v1::FORMAT_ID:
      return kIdLength;
    case v1::FORMAT_AREA_CODE:
      return 32;
    case v1::FORMAT_REQUEST_ID:
      return 64;
    case v1::FORMAT_PHONE:
      return 11;
    case v1::FORMAT_TAG:
      return 48;
    case v1::FORMAT_PAGE_TOKEN:
      return 512;
    case v1::FORMAT_CONTACT_PHONE:
      return 32;
    default:
      return 0;
  }
}

}  // namespace baodao::validate
