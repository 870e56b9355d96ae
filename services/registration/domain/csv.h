// Comma-separated values (RFC 4180) with the line of every row.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

namespace baodao::registration {

struct CsvRow {
  int line = 0;  // Where it starts, from 1.
  std::vector<std::string> fields;
};

// Rows of `text`; empty lines are left out. Line ends are LF or CRLF; a byte-order mark is skipped;
// quoted fields may hold commas, line ends and doubled quotes. IMPORT_INVALID with `line` and
// `problem` for a quote that is never closed, text beside a quoted field, a lone quote, a NUL byte,
// or text that is not UTF-8.
absl::StatusOr<std::vector<CsvRow>> ParseCsv(std::string_view text);

}  // namespace baodao::registration
