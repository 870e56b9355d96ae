// Synthetic names, phones and trades.
#pragma once

#include <string>

#include "ops/demo/world.h"

namespace baodao::demo {

enum class Part { kCoordinator = 0, kLiaison = 1, kPerson = 2 };

// Unique within a run; a mainland mobile number in form only.
std::string PhoneOf(const World& world, Part part, size_t index);
std::string NameOf(size_t index);
std::string UnitNameOf(size_t index);

struct Trade {
  const char* category;
  const char* skill;
  const char* title;
};
// Something residents need; by index, repeating.
const Trade& TradeOf(size_t index);

}  // namespace baodao::demo
