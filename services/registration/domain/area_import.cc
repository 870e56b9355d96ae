#include "services/registration/domain/area_import.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "common/areas/tree.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/validate/text.h"
#include "services/registration/domain/csv.h"

namespace baodao::registration {
namespace {

constexpr size_t kMaxNameLength = 100;
constexpr size_t kMaxOverlayLength = 64;
constexpr std::string_view kOverlayPrefix = "overlay_";

enum Column { kCode, kName, kLevel, kParent, kLatitude, kLongitude, kCoordinate, kColumns };
constexpr std::array<std::string_view, kColumns> kColumnNames = {
    "code", "name", "level", "parent_code", "latitude", "longitude", "coordinate"};

constexpr std::pair<std::string_view, v1::AreaLevel> kLevels[] = {
    {"city", v1::AREA_LEVEL_CITY},
    {"district", v1::AREA_LEVEL_DISTRICT},
    {"subdistrict", v1::AREA_LEVEL_SUBDISTRICT},
    {"section", v1::AREA_LEVEL_SECTION},
    {"community", v1::AREA_LEVEL_COMMUNITY},
    {"grid", v1::AREA_LEVEL_GRID},
    {"estate", v1::AREA_LEVEL_ESTATE},
    {"building", v1::AREA_LEVEL_BUILDING},
};

absl::Status Invalid(int line, std::string problem) {
  return Refuse(Reason::IMPORT_INVALID,
                {{"line", std::to_string(line)}, {"problem", std::move(problem)}});
}

// Where the columns of the header stand in a row.
struct Header {
  std::array<int, kColumns> column;
  std::vector<std::pair<int, std::string>> overlays;  // Position and system.
  size_t width = 0;
};

absl::StatusOr<Header> ParseHeader(const CsvRow& row) {
  Header header;
  header.column.fill(-1);
  header.width = row.fields.size();
  for (size_t i = 0; i < row.fields.size(); ++i) {
    const std::string& name = row.fields[i];
    if (name.starts_with(kOverlayPrefix)) {
      const std::string system = name.substr(kOverlayPrefix.size());
      for (const auto& [position, other] : header.overlays) {
        if (other == system) return Invalid(row.line, "column " + name + " occurs twice");
      }
      if (system.empty() || !validate::FitsFormat(validate::v1::FORMAT_TAG, system)) {
        return Invalid(row.line, "column " + name + " does not name a system");
      }
      header.overlays.emplace_back(static_cast<int>(i), system);
      continue;
    }
    const auto known = std::find(kColumnNames.begin(), kColumnNames.end(), name);
    if (known == kColumnNames.end()) return Invalid(row.line, "unknown column " + name);
    int& position = header.column[known - kColumnNames.begin()];
    if (position != -1) return Invalid(row.line, "column " + name + " occurs twice");
    position = static_cast<int>(i);
  }
  for (int i = 0; i < kColumns; ++i) {
    if (header.column[i] == -1) {
      return Invalid(row.line, "column " + std::string(kColumnNames[i]) + " is missing");
    }
  }
  return header;
}

// A finite number within ±limit; nothing for any other text.
std::optional<double> Degrees(const std::string& text, double limit) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return {};
  if (std::fabs(value) > limit) return {};
  return value;
}

v1::AreaLevel LevelOf(std::string_view name) {
  for (const auto& [text, level] : kLevels) {
    if (text == name) return level;
  }
  return v1::AREA_LEVEL_UNSPECIFIED;
}

// What is wrong with the place; empty when nothing is.
std::string ParsePlace(const std::string& latitude, const std::string& longitude,
                       const std::string& coordinate, v1::Area* area) {
  if (latitude.empty() && longitude.empty()) {
    return coordinate.empty() ? "" : "a coordinate kind without a coordinate";
  }
  const auto degrees_north = Degrees(latitude, 90);
  const auto degrees_east = Degrees(longitude, 180);
  if (!degrees_north) return "latitude is not a number from -90 to 90";
  if (!degrees_east) return "longitude is not a number from -180 to 180";
  if (coordinate != "official" && coordinate != "approximate" && coordinate != "synthetic") {
    return "coordinate must be official, approximate or synthetic";
  }
  area->mutable_center()->set_latitude(*degrees_north);
  area->mutable_center()->set_longitude(*degrees_east);
  area->set_coordinate(coordinate);
  return {};
}

std::string CheckText(const std::string& column, const std::string& text, size_t most) {
  if (validate::CountCodePoints(text) > most) return column + " is too long";
  if (!text.empty() && !validate::FitsFormat(validate::v1::FORMAT_TEXT, text)) {
    return column + " has control characters";
  }
  return {};
}

bool IsCode(const std::string& text) {
  return !text.empty() && validate::CountCodePoints(text) <= 32 &&
         validate::FitsFormat(validate::v1::FORMAT_AREA_CODE, text);
}

absl::StatusOr<v1::Area> ParseArea(const Header& header, const CsvRow& row) {
  if (row.fields.size() != header.width) {
    return Invalid(row.line, "it has " + std::to_string(row.fields.size()) +
                                 " fields, the header " + std::to_string(header.width));
  }
  const auto field = [&](Column column) -> const std::string& {
    return row.fields[header.column[column]];
  };
  v1::Area area;
  if (!IsCode(field(kCode))) return Invalid(row.line, "code is not an area code");
  if (!field(kParent).empty() && !IsCode(field(kParent))) {
    return Invalid(row.line, "parent_code is not an area code");
  }
  if (field(kName).empty()) return Invalid(row.line, "name is empty");
  std::string problem = CheckText("name", field(kName), kMaxNameLength);
  if (problem.empty()) {
    problem = ParsePlace(field(kLatitude), field(kLongitude), field(kCoordinate), &area);
  }
  area.set_level(LevelOf(field(kLevel)));
  if (area.level() == v1::AREA_LEVEL_UNSPECIFIED) problem = "unknown level " + field(kLevel);
  for (const auto& [position, system] : header.overlays) {
    const std::string& code = row.fields[position];
    if (problem.empty()) problem = CheckText("overlay_" + system, code, kMaxOverlayLength);
    if (!code.empty()) (*area.mutable_overlay_codes())[system] = code;
  }
  if (!problem.empty()) return Invalid(row.line, std::move(problem));
  area.set_code(field(kCode));
  area.set_name(field(kName));
  area.set_parent_code(field(kParent));
  return area;
}

// What may not change, and what the file has no column for.
absl::Status KeepOld(const v1::Area& old, const AreaSheet& sheet, int line, v1::Area* area) {
  if (old.parent_code() != area->parent_code()) {
    return Invalid(line, "area " + old.code() + " lies in " +
                             (old.parent_code().empty() ? "nothing" : old.parent_code()) +
                             " and cannot be moved");
  }
  if (old.level() != area->level()) {
    return Invalid(line, "the level of area " + old.code() + " cannot change");
  }
  for (const auto& [system, code] : old.overlay_codes()) {
    const bool in_file =
        std::find(sheet.overlays.begin(), sheet.overlays.end(), system) != sheet.overlays.end();
    if (!in_file) (*area->mutable_overlay_codes())[system] = code;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<AreaSheet> ParseAreaSheet(std::string_view csv) {
  ASSIGN_OR_RETURN(const std::vector<CsvRow> rows, ParseCsv(csv));
  if (rows.empty()) return Invalid(1, "the header line is missing");
  ASSIGN_OR_RETURN(const Header header, ParseHeader(rows[0]));
  AreaSheet sheet;
  for (const auto& [position, system] : header.overlays) sheet.overlays.push_back(system);
  std::unordered_map<std::string, int> seen;
  for (size_t i = 1; i < rows.size(); ++i) {
    ASSIGN_OR_RETURN(v1::Area area, ParseArea(header, rows[i]));
    const auto [first, is_new] = seen.emplace(area.code(), rows[i].line);
    if (!is_new) {
      return Invalid(rows[i].line, "area " + area.code() + " is in line " +
                                       std::to_string(first->second) + " already");
    }
    sheet.areas.push_back(std::move(area));
    sheet.lines.push_back(rows[i].line);
  }
  return sheet;
}

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
  if (!tree.ok()) return Invalid(lines[culprit], std::string(tree.status().message()));
  return plan;
}

}  // namespace baodao::registration
