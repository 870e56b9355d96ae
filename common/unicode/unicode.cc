#include "common/unicode/unicode.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/ucnv.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

namespace baodao::unicode {
namespace {

constexpr UChar32 kJoiner = 0x200D;
constexpr UChar32 kNonJoiner = 0x200C;
constexpr UChar32 kMongolianVowelSeparator = 0x180E;
constexpr UChar32 kBrailleBlank = 0x2800;
constexpr int kVirama = 9;  // a combining class

bool Is(int32_t character, UProperty property) { return u_hasBinaryProperty(character, property); }

// Room for ideographs, assigned or not yet: planes 2 and 3.
bool IsIdeographicPlane(int32_t character) {
  return character >= 0x20000 && character <= 0x3FFFF && !U_IS_UNICODE_NONCHAR(character);
}

bool EndsEmoji(int32_t character) {
  return Is(character, UCHAR_EXTENDED_PICTOGRAPHIC) || Is(character, UCHAR_EMOJI_MODIFIER);
}

bool IsOfJoiningScript(int32_t character) {
  const int type = u_getIntPropertyValue(character, UCHAR_JOINING_TYPE);
  return type == U_JT_DUAL_JOINING || type == U_JT_LEFT_JOINING || type == U_JT_RIGHT_JOINING ||
         u_getCombiningClass(character) == kVirama;
}

const icu::Normalizer2& Composer() {
  static const icu::Normalizer2* const composer = [] {
    UErrorCode error = U_ZERO_ERROR;  // cannot be: the data is part of the library
    return icu::Normalizer2::getNFCInstance(error);
  }();
  return *composer;
}

const icu::Normalizer2& Folder() {
  static const icu::Normalizer2* const folder = [] {
    UErrorCode error = U_ZERO_ERROR;  // as above
    return icu::Normalizer2::getNFKCCasefoldInstance(error);
  }();
  return *folder;
}

}  // namespace

int32_t Next(std::string_view text, std::size_t* at) {
  const char* const bytes = text.data();
  const std::size_t end = text.size();
  UChar32 character;
  U8_NEXT(bytes, *at, end, character);
  return character < 0 ? kIllFormed : character;
}

bool IsUtf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (Next(text, &at) == kIllFormed) return false;
  }
  return true;
}

void Append(int32_t character, std::string* text) {
  char bytes[U8_MAX_LENGTH];
  std::size_t length = 0;
  U8_APPEND_UNSAFE(bytes, length, character);
  text->append(bytes, length);
}

bool IsBlank(int32_t character) { return u_isUWhiteSpace(character) || character == kBrailleBlank; }

bool IsInvisible(int32_t character) {
  // Annotation marks and the place of an object that is not there take no room either.
  return Is(character, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) ||
         (character >= 0xFFF9 && character <= 0xFFFC);
}

bool IsVariationSelector(int32_t character) { return Is(character, UCHAR_VARIATION_SELECTOR); }

bool IsBase(int32_t character) {
  if (IsVariationSelector(character)) return false;
  return (U_GET_GC_MASK(character) & U_GC_M_MASK) == 0 || u_getCombiningClass(character) == kVirama;
}

bool Joins(int32_t joiner, int32_t before, int32_t after) {
  if (joiner == kJoiner && EndsEmoji(before)) return Is(after, UCHAR_EXTENDED_PICTOGRAPHIC);
  const bool shapes =
      joiner == kJoiner || joiner == kNonJoiner || joiner == kMongolianVowelSeparator;
  return shapes && IsOfJoiningScript(before) && u_isUAlphabetic(after);
}

bool IsReadable(int32_t character) {
  switch (u_charType(character)) {
    case U_UNASSIGNED:
      return IsIdeographicPlane(character) || Is(character, UCHAR_EXTENDED_PICTOGRAPHIC);
    case U_CONTROL_CHAR:
    case U_SURROGATE:
    case U_PRIVATE_USE_CHAR:
      return false;
    default:
      return true;
  }
}

bool IsIdeograph(int32_t character) {
  if (IsIdeographicPlane(character)) return true;
  UErrorCode error = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(character, &error);
  return script == USCRIPT_HAN || script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA;
}

bool IsOfWord(int32_t character) {
  return IsIdeographicPlane(character) ||
         (U_GET_GC_MASK(character) & (U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK)) != 0;
}

std::string Compose(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::StringPiece source(text.data(), static_cast<int32_t>(text.size()));
  std::string composed;
  if (Composer().isNormalizedUTF8(source, error)) return std::string(text);
  icu::StringByteSink<std::string> sink(&composed);
  Composer().normalizeUTF8(0, source, sink, nullptr, error);
  return composed;
}

std::string Fold(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::StringPiece source(text.data(), static_cast<int32_t>(text.size()));
  std::string folded;
  icu::StringByteSink<std::string> sink(&folded);
  Folder().normalizeUTF8(0, source, sink, nullptr, error);
  return folded;
}

std::optional<std::string> FromGb18030(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::LocalUConverterPointer converter(ucnv_open("GB18030", &error));
  if (U_FAILURE(error)) return {};
  ucnv_setToUCallBack(converter.getAlias(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr,
                      &error);
  const icu::UnicodeString decoded(text.data(), static_cast<int32_t>(text.size()),
                                   converter.getAlias(), error);
  if (U_FAILURE(error)) return {};
  std::string utf8;
  return decoded.toUTF8String(utf8);
}

int Columns(int32_t character) {
  if (IsInvisible(character)) return 0;
  const auto type = u_charType(character);
  if (type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK) return 0;
  const int width = u_getIntPropertyValue(character, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

}  // namespace baodao::unicode
