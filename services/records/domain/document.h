// The words that rows are found by: tasks, needs, units and people as documents of one index.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/search/terms.h"
#include "services/records/domain/period.h"

namespace baodao::records {

// The kind of a document; the numbers are in the database.
enum class DocumentKind { kTask = 1, kNeed = 2, kUnit = 3, kPerson = 4 };

// Documents have numbers: by kind, then by the time at which the thing was made, which its id
// tells, so that an index which is read in the order of numbers has the newest first. Two of one
// millisecond may want the same: the next free one is taken.
int64_t WantedNumber(DocumentKind kind, std::string_view id);

// From start on, before end.
struct NumberRange {
  int64_t start = 0;
  int64_t end = 0;
};
// The numbers of all documents of the kind, or of those made in the period.
NumberRange RangeOf(DocumentKind kind, const std::optional<Period>& period);

// Beside its words a document has marks, which questions ask for as for words. They begin with "_",
// which no word has, and have no capitals: "=a" stands for "A".
std::string AreaMark(std::string_view area_code);
std::string StateMark(int64_t state);
std::string CategoryMark(std::string_view category);
// That a person has a registration in this state there.
std::string PlaceMark(int64_t state, std::string_view area_code);
// That the code of the area, or of the registration's, begins so: see BeginningsOf.
std::string AreasMark(std::string_view beginning);
std::string PlacesMark(int64_t state, std::string_view beginning);
std::string PrefixMark(std::string_view beginning);

// The facts that a task, a need or a unit is found by; for a unit the kind is its state.
struct DocumentFacts {
  std::string title;
  std::string categories;  // separated by blanks
  std::string area_code;
  int64_t state = 0;
};
// The facts that a person is found by.
struct PersonFacts {
  struct Place {
    std::string area_code;
    int64_t state = 0;
  };
  std::string search_terms;  // separated by blanks
  std::string categories;
  std::vector<Place> places;
};
// The words and marks, separated by blanks, never empty.
std::string DocumentOf(const DocumentFacts& facts);
std::string DocumentOf(const PersonFacts& facts);
// The terms that a document has no more and those that it has anew, in order and separated by
// blanks.
struct TermChanges {
  std::string gone;
  std::string come;
};
TermChanges ChangesOf(const std::string& before, const std::string& after);

// A question to an index: all of the terms, and of each choice at least one.
struct Wanted {
  std::vector<std::string> terms;
  std::vector<std::vector<std::string>> choices;
};
// The words of a query as terms.
Wanted WantedBy(const search::Asked& asked);
// As SQLite's FTS5 and as PostgreSQL's tsquery take it.
std::string Fts5Query(const Wanted& wanted);
std::string TsQuery(const Wanted& wanted);

}  // namespace baodao::records
