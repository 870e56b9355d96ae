// From a CSV file of areas to the tree after its import.
#pragma once

#include <absl/status/statusor.h>

#include <string_view>
#include <vector>

#include "baodao/registration/v1/area.pb.h"

namespace baodao::registration {

// The areas of a file, in its order.
struct AreaSheet {
  std::vector<v1::Area> areas;
  std::vector<int> lines;             // Of each area.
  std::vector<std::string> overlays;  // The overlay systems that the file has columns for.
};

// Columns as ImportAreasRequest.csv describes them, in any order. IMPORT_INVALID with `line` and
// `problem`.
absl::StatusOr<AreaSheet> ParseAreaSheet(std::string_view csv);

struct ImportPlan {
  std::vector<v1::Area> areas;  // Everything after the import.
  int added = 0;
  int changed = 0;
  int unchanged = 0;
  bool changes() const { return added + changed > 0; }
};

// Puts the sheet over the areas that are there. An area that exists keeps its parent and its level:
// what lies in it is filed under its ancestors, in every service. Overlay codes of systems that the
// file has no column for stay. IMPORT_INVALID naming the line when the result would not be a tree.
absl::StatusOr<ImportPlan> PlanImport(std::vector<v1::Area> current, const AreaSheet& sheet);

}  // namespace baodao::registration
