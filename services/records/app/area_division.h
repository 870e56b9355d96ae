// Which areas stand side by side in a report.
#pragma once

#include <string>

#include "common/areas/tree.h"
#include "services/records/domain/area_report.h"

namespace baodao::records {

// The open areas right below `area_code`, and which of them every area belongs to whose things
// belong to the subtree: those below it, without what others took over, and those that it took
// over. Rows of a closed area belong to the area itself. `area_code` is known.
AreaDivision DivideArea(const areas::AreaTree& tree, const std::string& area_code);

}  // namespace baodao::records
