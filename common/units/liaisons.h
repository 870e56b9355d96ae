// Who speaks for a unit.
#pragma once

#include <algorithm>
#include <string_view>

#include "baodao/registration/v1/unit.pb.h"

namespace baodao::units {

inline bool IsLiaison(const registration::v1::Unit& unit, std::string_view person_id) {
  return std::ranges::count(unit.liaison_ids(), person_id) > 0;
}

}  // namespace baodao::units
