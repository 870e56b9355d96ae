// A CSV file of areas, read.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

#include "baodao/registration/v1/area.pb.h"

namespace baodao::registration {

// The areas of a file, in its order.
struct AreaSheet {
  std::vector<v1::Area> areas;
  std::vector<int> lines;             // The line of each area.
  std::vector<std::string> overlays;  // The overlay systems that the file has columns for.
  bool has_successors = false;        // The file has a column successor_code.
};

// Columns as ImportAreasRequest.csv describes them, in any order. IMPORT_INVALID with `line` and
// `problem`.
absl::StatusOr<AreaSheet> ParseAreaSheet(std::string_view csv);

}  // namespace baodao::registration
