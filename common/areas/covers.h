// How areas lie in each other, as access rules ask it.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "common/areas/tree.h"
#include "common/auth/principal.h"

namespace baodao::areas {

// In this tree, which it keeps.
inline auth::Covers CoversIn(std::shared_ptr<const AreaTree> tree) {
  return [tree = std::move(tree)](std::string_view above, std::string_view below) {
    return tree->Covers(above, below);
  };
}

}  // namespace baodao::areas
