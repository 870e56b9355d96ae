#include "services/registration/domain/unit_rules.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "common/clock/timestamp.h"
#include "common/status/status.h"

namespace baodao::registration {
namespace {

constexpr std::string_view kUnitPaths[] = {"name", "kind", "liaison_id", "categories"};

}  // namespace

bool Names(const v1::UpdateUnitRequest& request, std::string_view path) {
  const auto& paths = request.update_mask().paths();
  return std::find(paths.begin(), paths.end(), path) != paths.end();
}

absl::Status CheckUnitUpdate(const v1::UpdateUnitRequest& request) {
  std::vector<Violation> violations;
  for (const std::string& path : request.update_mask().paths()) {
    if (std::find(std::begin(kUnitPaths), std::end(kUnitPaths), path) == std::end(kUnitPaths)) {
      violations.push_back({"update_mask", ViolationKind::UNKNOWN_FIELD, {{"field", path}}});
    }
  }
  if (Names(request, "name") && request.name().empty()) {
    violations.push_back({"name", ViolationKind::REQUIRED, {}});
  }
  if (Names(request, "kind") && request.kind().empty()) {
    violations.push_back({"kind", ViolationKind::REQUIRED, {}});
  }
  if (violations.empty()) return absl::OkStatus();
  return RefuseFields(std::move(violations));
}

void ApplyUnitUpdate(const v1::UpdateUnitRequest& request, Time now, v1::Unit* unit) {
  if (Names(request, "name")) unit->set_name(request.name());
  if (Names(request, "kind")) unit->set_kind(request.kind());
  if (Names(request, "liaison_id")) unit->set_liaison_id(request.liaison_id());
  if (Names(request, "categories")) {
    unit->clear_categories();
    std::unordered_set<std::string_view> seen;
    for (const std::string& tag : request.categories()) {
      if (seen.insert(tag).second) unit->add_categories(tag);
    }
  }
  *unit->mutable_update_time() = ToTimestamp(now);
}

}  // namespace baodao::registration
