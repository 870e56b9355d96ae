#include "services/records/store/query.h"

#include <absl/strings/str_cat.h>

#include <utility>

namespace baodao::records {

bool ReadOne(soci::statement& select) {
  const bool found = select.execute(true);
  while (found && select.fetch()) {
  }
  return found;
}

std::string Query::Bind(std::variant<int64_t, std::string> value) {
  const std::string name = absl::StrCat("v", values_.size());
  values_.push_back(std::move(value));
  std::visit([&](const auto& bound) { statement_.exchange(soci::use(bound, name)); },
             values_.back());
  return ":" + name;
}

Query& Query::Add(std::string_view text, std::variant<int64_t, std::string> value) {
  const size_t at = text.find('?');
  text_ += text.substr(0, at);
  text_ += Bind(std::move(value));
  text_ += text.substr(at + 1);
  return *this;
}

Query& Query::AddIn(std::string_view text, const std::vector<std::string>& values) {
  std::string list;
  for (const std::string& value : values) {
    absl::StrAppend(&list, list.empty() ? "" : ", ", Bind(value));
  }
  if (list.empty()) list = "NULL";
  text_ += text;
  text_ += " IN (" + list + ")";
  return *this;
}

void Query::Run() {
  statement_.alloc();
  statement_.prepare(text_);
  statement_.define_and_bind();
  statement_.execute();
}

}  // namespace baodao::records
