// A question put together from parts, with its values beside it.
#pragma once

#include <soci/soci.h>

#include <deque>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace baodao::records {

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

  // The columns, in their order. What they are read into outlives the query.
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
