// A table as people get it in a file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace baodao::records {

// Text is what it is, in no file a formula. A double has two digits behind the point.
using SheetCell = std::variant<std::string, int64_t, double>;

struct Sheet {
  std::string name;
  std::vector<std::string> headings;
  std::vector<std::vector<SheetCell>> rows;  // as wide as the headings
};

// RFC 4180 in UTF-8 with a byte order mark. Text that a spreadsheet would take for a formula (it
// begins with = + - @, a tab or a carriage return) gets an apostrophe before it.
std::string Csv(const Sheet& sheet);

}  // namespace baodao::records
