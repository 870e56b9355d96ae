// Areas for trees of tests.
#pragma once

#include <string>

#include "common/areas/tree.h"

namespace baodao::testing {

// Without a centre. Its name is its code unless told otherwise.
inline areas::Area AreaOf(const std::string& code, const std::string& parent,
                          areas::AreaLevel level, const std::string& name = "") {
  areas::Area area;
  area.set_code(code);
  area.set_name(name.empty() ? code : name);
  area.set_parent_code(parent);
  area.set_level(level);
  return area;
}

}  // namespace baodao::testing
