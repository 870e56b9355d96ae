// Helpers for questions, and those put together from parts, with their values beside them.
#pragma once

#include <soci/soci.h>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace baodao::records {

// Calls `ask` with some of the codes at a time: a statement takes only so many names. The answers
// that it counts must add up.
template <class Ask>
void InParts(const std::vector<std::string>& codes, const Ask& ask) {
  constexpr size_t kAtOnce = 500;
  for (size_t from = 0; from < codes.size(); from += kAtOnce) {
    const auto first = codes.begin() + static_cast<ptrdiff_t>(from);
    const size_t count = std::min(kAtOnce, codes.size() - from);
    ask(std::vector<std::string>(first, first + static_cast<ptrdiff_t>(count)));
  }
}

// Reads the one row, if there is one. To its end: SQLite would keep the transaction open.
bool ReadOne(soci::statement& select);

class Query {
 public:
  explicit Query(soci::session& sql) : statement_(sql) {}
  // Values and statement refer to one another.
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  Query& Add(std::string_view text) {
    text_ += text;
    return *this;
  }
  // `text`, in which the "?" stands for the value.
  Query& Add(std::string_view text, std::variant<int64_t, std::string> value);
  // `text`, and one of the values in brackets; of none of them nothing is true.
  Query& AddIn(std::string_view text, const std::vector<std::string>& values);

  // The columns, in their order. The places they are read into outlive the query.
  template <class... Column>
  void Into(Column&... columns) {
    (statement_.exchange(soci::into(columns)), ...);
  }
  void Run();
  bool Next() { return statement_.fetch(); }

 private:
  std::string Bind(std::variant<int64_t, std::string> value);

  std::string text_;
  std::deque<std::variant<int64_t, std::string>> values_;
  soci::statement statement_;
};

}  // namespace baodao::records
