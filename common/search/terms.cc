#include "common/search/terms.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "common/unicode/unicode.h"

namespace baodao::search {
namespace {

// A stretch of ideographs, or of other letters and digits: its characters in order.
struct Run {
  bool ideographs = false;
  std::vector<std::string> characters;
};

std::vector<Run> RunsOf(std::string_view text) {
  const std::string folded = unicode::Fold(text);
  std::vector<Run> runs;
  bool inside = false;
  for (size_t at = 0; at < folded.size();) {
    const size_t from = at;
    const int32_t character = unicode::Next(folded, &at);
    if (character == unicode::kIllFormed || !unicode::IsOfWord(character)) {
      inside = false;
      continue;
    }
    // A mark goes with what it stands on.
    const bool ideograph = unicode::IsBase(character) || !inside ? unicode::IsIdeograph(character)
                                                                 : runs.back().ideographs;
    if (!inside || runs.back().ideographs != ideograph) runs.push_back({ideograph, {}});
    inside = true;
    runs.back().characters.push_back(folded.substr(from, at - from));
  }
  return runs;
}

std::string Head(const std::vector<std::string>& characters, size_t length) {
  std::string head;
  for (size_t i = 0; i < std::min(length, characters.size()); ++i) head += characters[i];
  return head;
}

// Keeps each text once.
class Once {
 public:
  void Add(std::string text) {
    if (seen_.insert(text).second) all_.push_back(std::move(text));
  }
  std::vector<std::string> Take() { return std::move(all_); }

 private:
  std::unordered_set<std::string> seen_;
  std::vector<std::string> all_;
};

void AddPairs(const std::vector<std::string>& characters, Once* terms) {
  for (size_t i = 0; i + 1 < characters.size(); ++i) terms->Add(characters[i] + characters[i + 1]);
}

}  // namespace

std::vector<std::string> TermsOf(std::string_view text) {
  Once terms;
  for (const Run& run : RunsOf(text)) {
    if (!run.ideographs) {
      terms.Add(Head(run.characters, kLongestWord));
      continue;
    }
    for (const std::string& character : run.characters) terms.Add(character);
    AddPairs(run.characters, &terms);
  }
  return terms.Take();
}

std::vector<std::string> PrefixesOf(std::string_view text) {
  Once prefixes;
  for (const Run& run : RunsOf(text)) {
    if (run.ideographs) continue;
    const size_t longest = std::min(kLongestPrefix, run.characters.size());
    for (size_t length = kShortestPrefix; length <= longest; ++length) {
      prefixes.Add(Head(run.characters, length));
    }
  }
  return prefixes.Take();
}

Asked AskedBy(std::string_view query) {
  const std::vector<Run> runs = RunsOf(query);
  Asked asked;
  Once terms;
  for (const Run& run : runs) {
    const size_t length = run.characters.size();
    if (run.ideographs && length > 1) {
      AddPairs(run.characters, &terms);
    } else if (!run.ideographs && &run == &runs.back() && length >= kShortestPrefix &&
               length <= kLongestPrefix) {
      asked.prefix = Head(run.characters, length);
    } else {
      terms.Add(Head(run.characters, kLongestWord));
    }
  }
  asked.terms = terms.Take();
  return asked;
}

}  // namespace baodao::search
