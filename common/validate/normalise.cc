#include "common/validate/normalise.h"

#include <absl/strings/ascii.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "common/unicode/unicode.h"
#include "common/validate/phone.h"
#include "common/validate/text.h"

namespace baodao::validate {
namespace {

constexpr int32_t kNone = -1;
constexpr std::size_t kMaxParts = 3;  // of one composed character, in any living script
constexpr int32_t kLineSeparator = 0x2028;
constexpr int32_t kParagraphSeparator = 0x2029;

// Goes over text once and leaves out what nobody sees.
class Tidier {
 public:
  explicit Tidier(std::string_view text) : text_(text) { kept_.reserve(text.size()); }

  std::string Run() {
    while (at_ < text_.size()) Add(unicode::Next(text_, &at_));
    kept_.resize(shown_ ? end_ : 0);
    return std::move(kept_);
  }

 private:
  void Add(int32_t character) {
    if (character == '\r') {
      if (Peek() == '\n') return;
      character = '\n';
    } else if (character == kLineSeparator || character == kParagraphSeparator) {
      character = '\n';
    } else if (character == '\t') {
      character = ' ';
    }
    const bool blank = unicode::IsBlank(character);
    if (blank && kept_.empty()) return;
    if (unicode::IsInvisible(character) && !Shapes(character)) return;
    unicode::Append(character, &kept_);
    before_ = character;
    if (unicode::IsBase(character)) base_ = character;
    if (blank) return;
    end_ = kept_.size();
    shown_ |= unicode::IsBase(character);
  }

  bool Shapes(int32_t character) const {
    if (base_ == kNone || unicode::IsBlank(base_)) return false;
    if (unicode::IsVariationSelector(character)) return before_ == base_;
    return unicode::Joins(character, base_, Peek());
  }

  int32_t Peek() const {
    std::size_t at = at_;
    return at < text_.size() ? unicode::Next(text_, &at) : kNone;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string kept_;
  std::size_t end_ = 0;     // of `kept_` without the blanks at its end
  bool shown_ = false;      // something that stands by itself was kept
  int32_t before_ = kNone;  // the last kept
  int32_t base_ = kNone;    // the last kept that stands by itself
};

// How common ideographs and their punctuation begin, which are three bytes long.
bool IsCommon(unsigned lead, unsigned second, unsigned third) {
  if (lead >= 0xE5 && lead <= 0xE9) return true;                              // U+5000 … U+9FFF
  if (lead == 0xE4) return second >= 0xB8;                                    // U+4E00 … U+4FFF
  if (lead == 0xE3) return second == 0x80 && third >= 0x81 && third <= 0x91;  // 、。《》「」【】
  return lead == 0xEF && second == 0xBC && third >= 0x81;  // ！（），：；？
}

// Printable ASCII, common ideographs and their punctuation, with no blanks at the ends.
bool IsPlainText(std::string_view text) {
  const std::size_t size = text.size();
  const auto byte = [&](std::size_t i) {
    return i < size ? static_cast<unsigned char>(text[i]) : 0;
  };
  if (size == 0) return true;
  if (byte(0) <= ' ' || byte(size - 1) <= ' ') return false;
  for (std::size_t i = 0; i < size;) {
    const unsigned lead = byte(i);
    if ((lead >= 0x20 && lead < 0x7F) || lead == '\n') {
      ++i;
    } else if (IsCommon(lead, byte(i + 1), byte(i + 2))) {
      i += 3;
    } else {
      return false;
    }
  }
  return true;
}

void Tidy(std::size_t max_length, std::string* text) {
  if (IsPlainText(*text)) return;
  *text = Tidier(*text).Run();
  if (max_length != 0 && CountCodePoints(*text) > kMaxParts * max_length) return;
  *text = unicode::Compose(*text);
}

void Replace(std::optional<std::string> canonical, std::string* text) {
  if (canonical) *text = *std::move(canonical);
}

}  // namespace

bool IsNormalised(v1::Format format) {
  return format == v1::FORMAT_TEXT || format == v1::FORMAT_LINE || format == v1::FORMAT_PHONE ||
         format == v1::FORMAT_CONTACT_PHONE;
}

void Normalise(v1::Format format, std::size_t max_length, std::string* text) {
  switch (format) {
    case v1::FORMAT_TEXT:
    case v1::FORMAT_LINE:
      return Tidy(max_length, text);
    case v1::FORMAT_PHONE:
      return Replace(CanonicalMobile(*text), text);
    case v1::FORMAT_CONTACT_PHONE:
      return Replace(CanonicalContact(*text), text);
    default:
      return;
  }
}

bool IsPlain(v1::Format format, std::string_view text) {
  switch (format) {
    case v1::FORMAT_TEXT:
      return IsPlainText(text);
    case v1::FORMAT_LINE:
      return text.find('\n') == std::string_view::npos && IsPlainText(text);
    default:
      return text.empty();
  }
}

}  // namespace baodao::validate
