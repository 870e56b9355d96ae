#include "services/records/domain/document.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

#include "common/containers/stable_hash.h"
#include "common/ids/ids.h"
#include "services/records/domain/sought_areas.h"

namespace baodao::records {
namespace {

// Bits of a number below its kind, and below its milliseconds.
constexpr int kKindShift = 58;
constexpr int kMsShift = 10;
constexpr int64_t kMaxMs = (int64_t{1} << (kKindShift - kMsShift)) - 1;

int64_t FirstOf(DocumentKind kind, int64_t ms) {
  return (static_cast<int64_t>(kind) << kKindShift) +
         (std::clamp<int64_t>(ms, 0, kMaxMs) << kMsShift);
}

std::string Mark(std::string_view of, std::string_view value) {
  std::string mark = "_";
  mark += of;
  mark += '_';
  for (const char c : value) {
    if (absl::ascii_isupper(static_cast<unsigned char>(c))) mark += '=';
    mark += absl::ascii_tolower(static_cast<unsigned char>(c));
  }
  return mark;
}

void AddCategories(const std::string& categories, std::vector<std::string>* terms) {
  for (const absl::string_view one : absl::StrSplit(categories, ' ', absl::SkipEmpty())) {
    terms->push_back(CategoryMark(std::string(one)));
  }
}

// As a query language writes it.
struct Syntax {
  std::string quote, and_sign, or_sign;
  // Behind terms in brackets: they are to meet before anything else is read; empty: need not be
  // said.
  std::string first;
};

std::string Joined(const Wanted& wanted, const Syntax& syntax) {
  const auto quoted = [&](std::string* out, const std::string& term) {
    absl::StrAppend(out, syntax.quote, term, syntax.quote);
  };
  std::string all = absl::StrJoin(wanted.terms, syntax.and_sign, quoted);
  if (wanted.terms.size() > 1 && !wanted.choices.empty() && !syntax.first.empty()) {
    all = absl::StrCat("((", all, ")", syntax.first, ")");
  }
  for (const std::vector<std::string>& choice : wanted.choices) {
    if (!all.empty()) all += syntax.and_sign;
    absl::StrAppend(&all, "(", absl::StrJoin(choice, syntax.or_sign, quoted), ")");
  }
  return all;
}

using Terms = std::vector<absl::string_view>;

Terms Sorted(const std::string& text) {
  Terms terms = absl::StrSplit(text, ' ', absl::SkipEmpty());
  std::ranges::sort(terms);
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  return terms;
}

std::string TermsWithout(const Terms& terms, const Terms& others) {
  Terms left;
  std::ranges::set_difference(terms, others, std::back_inserter(left));
  return absl::StrJoin(left, " ");
}

}  // namespace

int64_t WantedNumber(DocumentKind kind, std::string_view id) {
  const std::optional<Time> made = ids::TimeOf(id);
  const int64_t ms = made ? made->time_since_epoch().count() : 0;
  // Spreads those of one millisecond.
  const auto low = static_cast<int64_t>(StableHash(id) & ((1 << kMsShift) - 1));
  return FirstOf(kind, ms) + low;
}

NumberRange RangeOf(DocumentKind kind, const std::optional<Period>& period) {
  if (period) return {FirstOf(kind, period->start_ms), FirstOf(kind, period->end_ms)};
  return {FirstOf(kind, 0), FirstOf(static_cast<DocumentKind>(static_cast<int>(kind) + 1), 0)};
}

std::string AreaMark(std::string_view area_code) { return Mark("a", area_code); }

std::string StateMark(int64_t state) { return Mark("s", absl::StrCat(state)); }

std::string CategoryMark(std::string_view category) { return Mark("c", category); }

std::string PlaceMark(int64_t state, std::string_view area_code) {
  return Mark(absl::StrCat("r", state), area_code);
}

std::string AreasMark(std::string_view beginning) { return Mark("u", beginning); }

std::string PlacesMark(int64_t state, std::string_view beginning) {
  return Mark(absl::StrCat("u", state), beginning);
}

std::string PrefixMark(std::string_view beginning) { return Mark("p", beginning); }

std::string DocumentOf(const DocumentFacts& facts) {
  std::vector<std::string> terms = search::TermsOf(facts.title);
  for (const std::string& beginning : search::PrefixesOf(facts.title)) {
    terms.push_back(PrefixMark(beginning));
  }
  terms.push_back(AreaMark(facts.area_code));
  for (const std::string_view beginning : BeginningsOf(facts.area_code)) {
    terms.push_back(AreasMark(beginning));
  }
  terms.push_back(StateMark(facts.state));
  AddCategories(facts.categories, &terms);
  return absl::StrJoin(terms, " ");
}

std::string DocumentOf(const PersonFacts& facts) {
  std::vector<std::string> terms = {"_person"};
  if (!facts.search_terms.empty()) terms.push_back(facts.search_terms);
  std::set<std::string> wider;  // places share beginnings
  for (const PersonFacts::Place& place : facts.places) {
    terms.push_back(PlaceMark(place.state, place.area_code));
    for (const std::string_view beginning : BeginningsOf(place.area_code)) {
      wider.insert(PlacesMark(place.state, beginning));
    }
  }
  terms.insert(terms.end(), wider.begin(), wider.end());
  AddCategories(facts.categories, &terms);
  return absl::StrJoin(terms, " ");
}

TermChanges ChangesOf(const std::string& before, const std::string& after) {
  const Terms old_terms = Sorted(before), new_terms = Sorted(after);
  return {TermsWithout(old_terms, new_terms), TermsWithout(new_terms, old_terms)};
}

Wanted WantedBy(const search::Asked& asked) {
  Wanted wanted{asked.terms, {}};
  if (!asked.prefix.empty()) wanted.terms.push_back(PrefixMark(asked.prefix));
  return wanted;
}

// FTS5 reads on in all parts of an AND whenever one of them has moved, and takes an AND within
// another for one: words that hardly meet would have every mark read along with them. A NOT stands
// by itself; no document has "_none".
std::string Fts5Query(const Wanted& wanted) {
  return Joined(wanted, {"\"", " AND ", " OR ", " NOT \"_none\""});
}

std::string TsQuery(const Wanted& wanted) { return Joined(wanted, {"'", " & ", " | ", ""}); }

}  // namespace baodao::records
