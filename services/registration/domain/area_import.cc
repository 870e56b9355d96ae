#include "services/registration/domain/area_import.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "common/areas/tree.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/registration/domain/csv.h"

namespace baodao::registration {
namespace {

// Keeps the fields that an import may not change or has no column for.
absl::Status KeepOld(const v1::Area& old, const AreaSheet& sheet, int line, v1::Area* area) {
  if (old.parent_code() != area->parent_code()) {
    return InvalidImport(line, old.parent_code().empty() ? "ROOT_FIXED" : "PARENT_FIXED",
                         {{"area", old.code()}, {"parent", old.parent_code()}});
  }
  if (old.level() != area->level()) {
    return InvalidImport(line, "LEVEL_FIXED", {{"area", old.code()}});
  }
  if (!sheet.has_successors) area->set_successor_code(old.successor_code());
  for (const auto& [system, code] : old.overlay_codes()) {
    const bool in_file =
        std::find(sheet.overlays.begin(), sheet.overlays.end(), system) != sheet.overlays.end();
    if (!in_file) (*area->mutable_overlay_codes())[system] = code;
  }
  return absl::OkStatus();
}

// The line of the area, or of the first in the file that it leads to: a circle of successors may
// have been closed elsewhere. 0 when none is in the file.
int LineFor(const std::vector<v1::Area>& areas,
            const std::unordered_map<std::string, size_t>& by_code, const std::vector<int>& lines,
            size_t culprit) {
  for (size_t steps = 0; steps <= areas.size() && lines[culprit] == 0; ++steps) {
    const v1::Area& area = areas[culprit];
    const auto next =
        by_code.find(area.successor_code().empty() ? area.parent_code() : area.successor_code());
    if (next == by_code.end()) break;
    culprit = next->second;
  }
  return lines[culprit];
}

}  // namespace

absl::StatusOr<ImportPlan> PlanImport(std::vector<v1::Area> current, const AreaSheet& sheet) {
  ImportPlan plan;
  plan.areas = std::move(current);
  std::unordered_map<std::string, size_t> by_code;
  for (size_t i = 0; i < plan.areas.size(); ++i) by_code.emplace(plan.areas[i].code(), i);
  std::vector<int> lines(plan.areas.size(), 0);  // 0: not in the file.
  for (size_t i = 0; i < sheet.areas.size(); ++i) {
    v1::Area area = sheet.areas[i];
    const auto old = by_code.find(area.code());
    if (old == by_code.end()) {
      ++plan.added;
      by_code.emplace(area.code(), plan.areas.size());
      plan.areas.push_back(std::move(area));
      lines.push_back(sheet.lines[i]);
      continue;
    }
    v1::Area& place = plan.areas[old->second];
    RETURN_IF_ERROR(KeepOld(place, sheet, sheet.lines[i], &area));
    const bool same = google::protobuf::util::MessageDifferencer::Equals(place, area);
    ++(same ? plan.unchanged : plan.changed);
    place = std::move(area);
    lines[old->second] = sheet.lines[i];
  }
  size_t culprit = 0;
  const auto tree = areas::AreaTree::Build(plan.areas, &culprit);
  if (!tree.ok()) {
    Metadata misfit = MetadataOf(tree.status());
    return InvalidImport(LineFor(plan.areas, by_code, lines, culprit), misfit["problem"], misfit);
  }
  return plan;
}

}  // namespace baodao::registration
