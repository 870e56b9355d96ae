// The names of areas in texts, as the tree has them now.
#pragma once

#include <string>

#include "common/areas/feed.h"
#include "services/inbox/domain/render.h"

namespace baodao::inbox {

// `areas` outlives them.
inline AreaNames NamesIn(areas::AreaTreeFeed& areas) {
  return [&areas](const std::string& code) {
    const areas::Area* const area = areas.tree()->Find(code);
    return area == nullptr ? code : area->name();
  };
}

}  // namespace baodao::inbox
