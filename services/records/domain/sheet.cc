#include "services/records/domain/sheet.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_replace.h>

#include <algorithm>
#include <string_view>

namespace baodao::records {
namespace {

constexpr char kByteOrderMark[] = "\xef\xbb\xbf";

// Excel takes text that begins so for a formula, in Chinese also with the wide form of the sign.
bool IsFormula(std::string_view text) {
  constexpr std::string_view kBeginnings[] = {"=",  "+",  "-",  "@",  "\t", "\r",
                                              "\n", "＝", "＋", "－", "＠"};
  return std::ranges::any_of(kBeginnings,
                             [&](std::string_view sign) { return text.starts_with(sign); });
}

struct CsvText {
  std::string operator()(const std::string& text) const {
    std::string safe = IsFormula(text) ? "'" + text : text;
    if (safe.find_first_of(",\"\r\n") == safe.npos) return safe;
    return "\"" + absl::StrReplaceAll(safe, {{"\"", "\"\""}}) + "\"";
  }
  std::string operator()(int64_t number) const { return absl::StrCat(number); }
  std::string operator()(double number) const { return absl::StrFormat("%.2f", number); }
};

void AddLine(const std::vector<SheetCell>& cells, std::string* csv) {
  for (size_t i = 0; i < cells.size(); ++i) {
    absl::StrAppend(csv, i == 0 ? "" : ",", std::visit(CsvText(), cells[i]));
  }
  absl::StrAppend(csv, "\r\n");
}

}  // namespace

std::string Csv(const Sheet& sheet) {
  std::string csv = kByteOrderMark;
  AddLine(std::vector<SheetCell>(sheet.headings.begin(), sheet.headings.end()), &csv);
  for (const std::vector<SheetCell>& row : sheet.rows) AddLine(row, &csv);
  return csv;
}

}  // namespace baodao::records
