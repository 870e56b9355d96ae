// The families of keys that ops/decisions/0029 gives a bound.
#pragma once

#include <algorithm>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

#include "common/testing/paths.h"

namespace baodao::testing {

class KeyFamilies {
 public:
  KeyFamilies() {
    std::ifstream file(SourceFile("ops/decisions/0029-what-is-over-leaves-redis.md"));
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with("| `")) AddQuoted(line.substr(0, line.find('|', 1)));
    }
    if (names_.empty()) throw std::runtime_error("decision 0029 has no table of keys");
  }

  // "task" for "{03}dispatch:task:tsk_…"; of a key of no service ("baodao:shards", and what lies
  // beside it) all.
  static std::string Of(const std::string& key) {
    if (key.starts_with("{baodao:")) return key.substr(1);
    if (!key.starts_with('{')) return key;
    const size_t first = key.find(':') + 1;
    return key.substr(first, key.find(':', first) - first);
  }

  // Each as it stands there: "task", "sent-*".
  const std::set<std::string>& names() const { return names_; }
  // Whether one of these is the family, or the record type of which it is a list.
  bool Has(const std::string& family) const {
    return std::ranges::any_of(names_, [&](const std::string& name) { return Fits(name, family); });
  }
  static bool Fits(const std::string& name, const std::string& family) {
    if (name.ends_with('*')) return family.starts_with(name.substr(0, name.size() - 1));
    if (!family.starts_with(name)) return false;
    const std::string_view rest = std::string_view(family).substr(name.size());
    return rest.empty() || rest == "-in" || rest == "-of" || rest == "-all";
  }

 private:
  void AddQuoted(const std::string& column) {
    for (size_t at = column.find('`'); at != column.npos; at = column.find('`', at)) {
      const size_t end = column.find('`', at + 1);
      if (end == column.npos) throw std::runtime_error("decision 0029: " + column);
      names_.insert(column.substr(at + 1, end - at - 1));
      at = end + 1;
    }
  }

  std::set<std::string> names_;
};

}  // namespace baodao::testing
