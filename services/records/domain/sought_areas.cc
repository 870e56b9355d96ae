#include "services/records/domain/sought_areas.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace baodao::records {
namespace {

using Codes = std::vector<std::string>;

constexpr size_t kLengths[] = {2, 4, 6, 9, 12};

// How many of the sorted codes from `from` on begin so.
size_t CountFrom(Codes::const_iterator from, const Codes& codes, std::string_view beginning) {
  const auto end = std::partition_point(from, codes.end(), [&](const std::string& code) {
    return std::string_view(code).substr(0, beginning.size()) <= beginning;
  });
  return static_cast<size_t>(end - from);
}

}  // namespace

std::vector<std::string_view> BeginningsOf(std::string_view area_code) {
  std::vector<std::string_view> beginnings;
  for (const size_t length : kLengths) {
    if (area_code.size() >= length) beginnings.push_back(area_code.substr(0, length));
  }
  return beginnings;
}

SoughtAreas Seek(const Codes& known, Codes codes) {
  SoughtAreas sought;
  for (auto code = codes.cbegin(); code != codes.cend();) {
    size_t stands_for = 0;
    for (const std::string_view beginning : BeginningsOf(*code)) {
      const auto first = std::lower_bound(known.begin(), known.end(), beginning);
      const size_t of_sought = CountFrom(code, codes, beginning);
      if (of_sought < 2 || of_sought != CountFrom(first, known, beginning)) continue;
      sought.beginnings.emplace_back(beginning);
      stands_for = of_sought;
      break;
    }
    if (stands_for == 0) sought.others.push_back(*code);
    code += static_cast<std::ptrdiff_t>(std::max<size_t>(stands_for, 1));
  }
  sought.codes = std::move(codes);
  return sought;
}

}  // namespace baodao::records
