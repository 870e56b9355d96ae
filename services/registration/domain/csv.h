// Comma-separated values as RFC 4180 has them and as Excel leaves them, with the line of every row.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/status/status.h"

namespace baodao::registration {

struct CsvRow {
  int line = 0;  // Its first line, from 1.
  std::vector<std::string> fields;
};

// Rows of `text`, UTF-8 or GB18030; rows without anything in any field are left out. Line ends are
// LF, CRLF or CR; a byte-order mark is skipped; quoted fields may hold commas, line ends and
// doubled quotes. Fields are normalised as text for people is (common/validate/normalise.h): no
// blanks at their ends, nothing invisible. IMPORT_INVALID with `line` and `problem` for a quote
// that is never closed, text beside a quoted field, a lone quote, a NUL byte, or text in another
// encoding.
absl::StatusOr<std::vector<CsvRow>> ParseCsv(std::string_view text);

// IMPORT_INVALID; `problem` is a name in common/status/terms.def, `values` what its text names.
absl::Status InvalidImport(int line, std::string problem, Metadata values = {});

}  // namespace baodao::registration
