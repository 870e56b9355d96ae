#include "services/registration/domain/csv.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/status/macros.h"
#include "common/unicode/unicode.h"
#include "common/validate/normalise.h"

namespace baodao::registration {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  absl::StatusOr<std::vector<CsvRow>> Parse() {
    while (at_ < text_.size()) RETURN_IF_ERROR(ParseRow());
    return std::move(rows_);
  }

 private:
  absl::Status ParseRow() {
    CsvRow row;
    row.line = line_;
    do {
      std::string field;
      RETURN_IF_ERROR(StartsQuoted() ? ParseQuoted(&field) : ParsePlain(&field));
      validate::Normalise(validate::v1::FORMAT_TEXT, 0, &field);
      row.fields.push_back(std::move(field));
    } while (Skip(','));
    Skip('\r');
    Skip('\n');
    ++line_;
    const bool blank = std::ranges::all_of(row.fields, &std::string::empty);
    if (!blank) rows_.push_back(std::move(row));
    return absl::OkStatus();
  }

  // Moves to the quote, past blanks.
  bool StartsQuoted() {
    const size_t start = text_.find_first_not_of(" \t", at_);
    if (start == std::string_view::npos || text_[start] != '"') return false;
    at_ = start + 1;
    return true;
  }

  absl::Status ParsePlain(std::string* field) {
    const size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
    *field = text_.substr(at_, end - at_);
    at_ = end;
    if (field->find('"') != std::string::npos) return InvalidImport(line_, "QUOTE_INSIDE");
    if (field->find('\0') != std::string::npos) return InvalidImport(line_, "NUL_BYTE");
    return absl::OkStatus();
  }

  absl::Status ParseQuoted(std::string* field) {
    const int first_line = line_;
    for (;;) {
      const size_t quote = text_.find('"', at_);
      if (quote == std::string_view::npos) return InvalidImport(first_line, "QUOTE_OPEN");
      field->append(text_.substr(at_, quote - at_));
      at_ = quote + 1;
      if (!Skip('"')) break;
      field->push_back('"');
    }
    for (const char c : *field) line_ += c == '\n';
    if (field->find('\0') != std::string::npos) return InvalidImport(first_line, "NUL_BYTE");
    at_ = std::min(text_.find_first_not_of(" \t", at_), text_.size());
    const bool ends =
        at_ == text_.size() || std::string_view(",\r\n").find(text_[at_]) != std::string_view::npos;
    return ends ? absl::OkStatus() : InvalidImport(line_, "TEXT_AFTER_QUOTE");
  }

  bool Skip(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
  int line_ = 1;
  std::vector<CsvRow> rows_;
};

// How far a text is UTF-8.
struct Encoding {
  int bad = 0;
  int bad_line = 0;  // The first.
  int ideographs =
      0;  // Well-formed characters of three or four bytes: rare in GB18030 by accident.
};

Encoding Inspect(std::string_view text) {
  Encoding found;
  int line = 1;
  for (size_t at = 0; at < text.size();) {
    const size_t start = at;
    const int32_t character = unicode::Next(text, &at);
    line += character == '\n';
    if (at - start >= 3 && character != unicode::kIllFormed) ++found.ideographs;
    if (character == unicode::kIllFormed && found.bad++ == 0) found.bad_line = line;
  }
  return found;
}

// A file of UTF-8 with a damaged character must not be read as what its bytes are in GB18030.
absl::StatusOr<std::string> ToUtf8(std::string_view text) {
  const Encoding encoding = Inspect(text);
  if (encoding.bad == 0) return std::string(text);
  std::optional<std::string> converted;
  if (encoding.bad > encoding.ideographs) converted = unicode::FromGb18030(text);
  if (converted) return *std::move(converted);
  return InvalidImport(encoding.bad_line, "ENCODING", {{"encodings", "UTF-8 / GB18030"}});
}

}  // namespace

absl::StatusOr<std::vector<CsvRow>> ParseCsv(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  ASSIGN_OR_RETURN(const std::string utf8, ToUtf8(text));
  return Parser(utf8).Parse();
}

absl::Status InvalidImport(int line, std::string problem, Metadata values) {
  values["line"] = std::to_string(line);
  values["problem"] = std::move(problem);
  return Refuse(Reason::IMPORT_INVALID, std::move(values));
}

}  // namespace baodao::registration
