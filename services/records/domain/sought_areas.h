// The areas that a search is narrowed to, in as few marks as their codes allow.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace baodao::records {

// The digits that a code begins with and that stand for a province, a city, a district, a
// subdistrict and a community, as far as it has them: of all official codes, and of those that
// continue one.
std::vector<std::string_view> BeginningsOf(std::string_view area_code);

struct SoughtAreas {
  std::vector<std::string> codes;  // of all of them, sorted
  // The same: every area whose code begins with one of these,
  std::vector<std::string> beginnings;
  // and these.
  std::vector<std::string> others;
};
// Both sorted: `known` are the codes of all areas, `codes` some of these. Nothing is supposed of
// how codes are made: a beginning stands for areas only where it belongs to no other.
SoughtAreas Seek(const std::vector<std::string>& known, std::vector<std::string> codes);

}  // namespace baodao::records
