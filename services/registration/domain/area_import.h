// From the areas of a file to the tree after its import.
#pragma once

#include <absl/status/statusor.h>

#include <vector>

#include "baodao/registration/v1/area.pb.h"
#include "services/registration/domain/area_sheet.h"

namespace baodao::registration {

struct ImportPlan {
  std::vector<v1::Area> areas;  // Everything after the import.
  int added = 0;
  int changed = 0;
  int unchanged = 0;
  bool changes() const { return added + changed > 0; }
};

// Puts the sheet over the areas that are there. An area that exists keeps its parent and its level:
// what lies in it is filed under its ancestors, in every service. Overlay codes of systems that the
// file has no column for stay, and so do successors. IMPORT_INVALID naming the line (0: of no line
// of the file) when the result would not be a tree, or successors would lead nowhere.
absl::StatusOr<ImportPlan> PlanImport(std::vector<v1::Area> current, const AreaSheet& sheet);

}  // namespace baodao::registration
