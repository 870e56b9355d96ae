// The terms that texts are found by. Pure functions over UTF-8.
//
// A run of Chinese characters has no blanks between its words: each of its characters and each pair
// of neighbours is a term, so that words of two characters are found. Everything else has words
// and numbers. All are folded (unicode::Fold); none holds anything but letters, marks and digits.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace baodao::search {

// Longer words are cut, in characters.
inline constexpr size_t kLongestWord = 32;
// The lengths of beginnings that words are found by.
inline constexpr size_t kShortestPrefix = 2;
inline constexpr size_t kLongestPrefix = 12;

// The terms of a text, each once, as they stand in it.
std::vector<std::string> TermsOf(std::string_view text);
// The beginnings of its words and numbers, whole ones too, each once.
std::vector<std::string> PrefixesOf(std::string_view text);

// All that a query asks for. Chinese is asked for by its pairs, a character that stands
// alone by itself.
struct Asked {
  std::vector<std::string> terms;  // each once
  // The word or number that the query ends with, where it has the length of a prefix; then it is
  // not among the terms.
  std::string prefix;
  bool empty() const { return terms.empty() && prefix.empty(); }
  size_t size() const { return terms.size() + (prefix.empty() ? 0 : 1); }
};
Asked AskedBy(std::string_view query);

}  // namespace baodao::search
