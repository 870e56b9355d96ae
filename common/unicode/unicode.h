// Text as people see it: its characters, and which of them show. ICU knows them
// (ops/decisions/0019-icu.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace baodao::unicode {

// Stands for bytes that are not UTF-8.
inline constexpr int32_t kIllFormed = -1;

// The code point at `*at`, which must lie before the end and is moved past it. kIllFormed for bytes
// that are not UTF-8; it moves past them.
int32_t Next(std::string_view text, std::size_t* at);
bool IsUtf8(std::string_view text);
void Append(int32_t character, std::string* text);

// White space of any width, line ends, and what looks like it.
bool IsBlank(int32_t character);
// Takes no room: zero-width characters, bidi controls, fillers, joiners, variation selectors.
bool IsInvisible(int32_t character);
// Shapes what stands before it: the form of an ideograph, an emoji or a Mongolian letter.
bool IsVariationSelector(int32_t character);
// Stands by itself: neither an accent or another mark (but a virama does) nor a variation selector.
bool IsBase(int32_t character);
// Whether a joiner between the two changes what is seen: emoji made of several, and letters of
// scripts that join. `before` is the last base.
bool Joins(int32_t joiner, int32_t before, int32_t after);
// Neither a control, a surrogate, private, nor unassigned. The planes of ideographs and the room
// kept for emoji count as assigned: names and phones use them before ICU knows them.
bool IsReadable(int32_t character);

// Written without blanks between words: Chinese characters and kana.
bool IsIdeograph(int32_t character);
// Part of a word or a number: letters (ideographs among them), marks and digits.
bool IsOfWord(int32_t character);

// The canonical composed form (NFC) of UTF-8 text.
std::string Compose(std::string_view text);
// The same for all texts that differ in case, width or form only (NFKC_Casefold): "ＡＢＣ" is
// "abc".
std::string Fold(std::string_view text);

// From GB18030 (and so GBK and GB2312) to UTF-8; empty for bytes that are not.
std::optional<std::string> FromGb18030(std::string_view text);

// Columns a terminal gives the character: ideographs and emoji two, marks and what is invisible
// none.
int Columns(int32_t character);

}  // namespace baodao::unicode
