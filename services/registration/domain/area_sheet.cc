#include "services/registration/domain/area_sheet.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/validate/text.h"
#include "services/registration/domain/csv.h"

namespace baodao::registration {
namespace {

constexpr size_t kMaxNameLength = 100;
constexpr size_t kMaxOverlayLength = 64;
constexpr std::string_view kOverlayPrefix = "overlay_";

enum Column {
  kCode,
  kName,
  kLevel,
  kParent,
  kLatitude,
  kLongitude,
  kCoordinate,
  kSuccessor,  // Need not be there.
  kColumns
};
constexpr std::array<std::string_view, kColumns> kColumnNames = {
    "code",     "name",      "level",      "parent_code",
    "latitude", "longitude", "coordinate", "successor_code"};

constexpr std::pair<std::string_view, v1::AreaLevel> kLevels[] = {
    {"province", v1::AREA_LEVEL_PROVINCE}, {"city", v1::AREA_LEVEL_CITY},
    {"district", v1::AREA_LEVEL_DISTRICT}, {"subdistrict", v1::AREA_LEVEL_SUBDISTRICT},
    {"section", v1::AREA_LEVEL_SECTION},   {"community", v1::AREA_LEVEL_COMMUNITY},
    {"grid", v1::AREA_LEVEL_GRID},         {"estate", v1::AREA_LEVEL_ESTATE},
    {"building", v1::AREA_LEVEL_BUILDING},
};

// The index of each column in a row.
struct Header {
  std::array<int, kColumns> column;
  std::vector<std::pair<int, std::string>> overlays;  // Position and system.
  size_t width = 0;
};

absl::Status AddOverlay(const std::string& name, int position, int line, Header* header) {
  const std::string system = name.substr(kOverlayPrefix.size());
  for (const auto& [other_position, other] : header->overlays) {
    if (other == system) return InvalidImport(line, "COLUMN_TWICE", {{"column", name}});
  }
  if (system.empty() || !validate::FitsFormat(validate::v1::FORMAT_TAG, system)) {
    return InvalidImport(line, "SYSTEM_UNNAMED", {{"column", name}});
  }
  header->overlays.emplace_back(position, system);
  return absl::OkStatus();
}

// Without the fields at the end that hold nothing.
size_t WidthOf(const CsvRow& row) {
  size_t width = row.fields.size();
  while (width > 0 && row.fields[width - 1].empty()) --width;
  return width;
}

absl::StatusOr<Header> ParseHeader(const CsvRow& row) {
  Header header;
  header.column.fill(-1);
  header.width = WidthOf(row);
  for (size_t i = 0; i < header.width; ++i) {
    const std::string& name = row.fields[i];
    if (name.starts_with(kOverlayPrefix)) {
      RETURN_IF_ERROR(AddOverlay(name, static_cast<int>(i), row.line, &header));
      continue;
    }
    const auto known = std::find(kColumnNames.begin(), kColumnNames.end(), name);
    if (known == kColumnNames.end()) {
      return InvalidImport(row.line, "COLUMN_UNKNOWN", {{"column", name}});
    }
    int& position = header.column[known - kColumnNames.begin()];
    if (position != -1) return InvalidImport(row.line, "COLUMN_TWICE", {{"column", name}});
    position = static_cast<int>(i);
  }
  for (int i = 0; i < kSuccessor; ++i) {
    if (header.column[i] != -1) continue;
    return InvalidImport(row.line, "COLUMN_MISSING", {{"column", std::string(kColumnNames[i])}});
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

v1::Coordinate CoordinateOf(std::string_view name) {
  if (name == "official") return v1::COORDINATE_OFFICIAL;
  if (name == "approximate") return v1::COORDINATE_APPROXIMATE;
  if (name == "synthetic") return v1::COORDINATE_SYNTHETIC;
  return v1::COORDINATE_UNSPECIFIED;
}

absl::Status ParsePlace(const std::string& latitude, const std::string& longitude,
                        const std::string& coordinate, int line, v1::Area* area) {
  if (latitude.empty() && longitude.empty()) {
    return coordinate.empty() ? absl::OkStatus() : InvalidImport(line, "PLACE_MISSING");
  }
  const auto degrees_north = Degrees(latitude, 90);
  const auto degrees_east = Degrees(longitude, 180);
  if (!degrees_north) return InvalidImport(line, "LATITUDE_INVALID");
  if (!degrees_east) return InvalidImport(line, "LONGITUDE_INVALID");
  const v1::Coordinate kind = CoordinateOf(coordinate);
  if (kind == v1::COORDINATE_UNSPECIFIED) {
    return InvalidImport(line, "COORDINATE_UNKNOWN",
                         {{"allowed", "official / approximate / synthetic"}});
  }
  area->mutable_center()->set_latitude(*degrees_north);
  area->mutable_center()->set_longitude(*degrees_east);
  area->set_coordinate(kind);
  return absl::OkStatus();
}

absl::Status CheckText(const std::string& column, const std::string& text, size_t most, int line) {
  if (validate::CountCodePoints(text) > most) {
    return InvalidImport(line, "FIELD_TOO_LONG", {{"column", column}});
  }
  if (!text.empty() && !validate::FitsFormat(validate::v1::FORMAT_LINE, text)) {
    return InvalidImport(line, "FIELD_UNREADABLE", {{"column", column}});
  }
  return absl::OkStatus();
}

bool IsCode(const std::string& text) {
  return !text.empty() && validate::CountCodePoints(text) <= 32 &&
         validate::FitsFormat(validate::v1::FORMAT_AREA_CODE, text);
}

// One row by the names of its columns.
class Cells {
 public:
  Cells(const Header& header, const CsvRow& row) : header_(header), row_(row) {}

  const std::string& operator[](Column column) const {
    static const std::string nothing;
    const int position = header_.column[column];
    return position == -1 ? nothing : row_.fields[position];
  }
  absl::Status CheckCode(Column column) const {
    if (IsCode((*this)[column])) return absl::OkStatus();
    return InvalidImport(row_.line, "NOT_A_CODE", {{"column", std::string(kColumnNames[column])}});
  }
  // One that may be empty.
  absl::Status CheckOtherCode(Column column) const {
    return (*this)[column].empty() ? absl::OkStatus() : CheckCode(column);
  }

 private:
  const Header& header_;
  const CsvRow& row_;
};

absl::Status ParseOverlays(const Header& header, const CsvRow& row, v1::Area* area) {
  for (const auto& [position, system] : header.overlays) {
    const std::string& code = row.fields[position];
    RETURN_IF_ERROR(CheckText("overlay_" + system, code, kMaxOverlayLength, row.line));
    if (!code.empty()) (*area->mutable_overlay_codes())[system] = code;
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Area> ParseArea(const Header& header, const CsvRow& row) {
  if (row.fields.size() < header.width || WidthOf(row) > header.width) {
    return InvalidImport(
        row.line, "FIELDS_MISMATCH",
        {{"fields", std::to_string(row.fields.size())}, {"columns", std::to_string(header.width)}});
  }
  const Cells cells(header, row);
  RETURN_IF_ERROR(cells.CheckCode(kCode));
  RETURN_IF_ERROR(cells.CheckOtherCode(kParent));
  RETURN_IF_ERROR(cells.CheckOtherCode(kSuccessor));
  if (cells[kName].empty()) return InvalidImport(row.line, "NAME_EMPTY");
  RETURN_IF_ERROR(CheckText("name", cells[kName], kMaxNameLength, row.line));
  v1::Area area;
  area.set_level(LevelOf(cells[kLevel]));
  if (area.level() == v1::AREA_LEVEL_UNSPECIFIED) {
    return InvalidImport(row.line, "LEVEL_UNKNOWN", {{"level", cells[kLevel]}});
  }
  RETURN_IF_ERROR(
      ParsePlace(cells[kLatitude], cells[kLongitude], cells[kCoordinate], row.line, &area));
  RETURN_IF_ERROR(ParseOverlays(header, row, &area));
  area.set_code(cells[kCode]);
  area.set_name(cells[kName]);
  area.set_parent_code(cells[kParent]);
  area.set_successor_code(cells[kSuccessor]);
  return area;
}

}  // namespace

absl::StatusOr<AreaSheet> ParseAreaSheet(std::string_view csv) {
  ASSIGN_OR_RETURN(const std::vector<CsvRow> rows, ParseCsv(csv));
  if (rows.empty()) return InvalidImport(1, "HEADER_MISSING");
  ASSIGN_OR_RETURN(const Header header, ParseHeader(rows[0]));
  AreaSheet sheet;
  for (const auto& [position, system] : header.overlays) sheet.overlays.push_back(system);
  sheet.has_successors = header.column[kSuccessor] != -1;
  std::unordered_map<std::string, int> seen;
  for (size_t i = 1; i < rows.size(); ++i) {
    ASSIGN_OR_RETURN(v1::Area area, ParseArea(header, rows[i]));
    const auto [first, is_new] = seen.emplace(area.code(), rows[i].line);
    if (!is_new) {
      return InvalidImport(rows[i].line, "AREA_REPEATED",
                           {{"area", area.code()}, {"first", std::to_string(first->second)}});
    }
    sheet.areas.push_back(std::move(area));
    sheet.lines.push_back(rows[i].line);
  }
  return sheet;
}

}  // namespace baodao::registration
