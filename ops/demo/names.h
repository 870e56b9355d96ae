// Synthetic names, phones, trades and profiles.
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

// Name, skills, category, and a home within about 700 m of the community's centre.
registration::v1::UpdatePersonRequest ProfileOf(World& world, size_t index, size_t community);

}  // namespace baodao::demo
