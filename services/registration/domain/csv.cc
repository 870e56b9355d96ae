#include "services/registration/domain/csv.h"

#include <algorithm>
#include <utility>

#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::registration {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  absl::StatusOr<std::vector<CsvRow>> Parse() {
    if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
    while (at_ < text_.size()) RETURN_IF_ERROR(ParseRow());
    return std::move(rows_);
  }

 private:
  absl::Status ParseRow() {
    CsvRow row;
    row.line = line_;
    do {
      std::string field;
      RETURN_IF_ERROR(text_.substr(at_).starts_with('"') ? ParseQuoted(&field)
                                                         : ParsePlain(&field));
      row.fields.push_back(std::move(field));
    } while (Skip(','));
    Skip('\r');
    if (at_ < text_.size() && !Skip('\n')) return Fail(line_, "a lone carriage return");
    ++line_;
    if (row.fields.size() > 1 || !row.fields[0].empty()) rows_.push_back(std::move(row));
    return absl::OkStatus();
  }

  absl::Status ParsePlain(std::string* field) {
    const size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
    *field = text_.substr(at_, end - at_);
    at_ = end;
    if (field->find('"') != std::string::npos) return Fail(line_, "a quote inside a field");
    if (field->find('\0') != std::string::npos) return Fail(line_, "a NUL byte");
    return absl::OkStatus();
  }

  absl::Status ParseQuoted(std::string* field) {
    const int first_line = line_;
    ++at_;
    for (;;) {
      const size_t quote = text_.find('"', at_);
      if (quote == std::string_view::npos) return Fail(first_line, "a quote is never closed");
      field->append(text_.substr(at_, quote - at_));
      at_ = quote + 1;
      if (!Skip('"')) break;
      field->push_back('"');
    }
    for (const char c : *field) line_ += c == '\n';
    if (field->find('\0') != std::string::npos) return Fail(first_line, "a NUL byte");
    const bool ends =
        at_ == text_.size() || std::string_view(",\r\n").find(text_[at_]) != std::string_view::npos;
    return ends ? absl::OkStatus() : Fail(line_, "text after a quoted field");
  }

  bool Skip(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  static absl::Status Fail(int line, std::string problem) {
    return Refuse(Reason::IMPORT_INVALID,
                  {{"line", std::to_string(line)}, {"problem", std::move(problem)}});
  }

  std::string_view text_;
  size_t at_ = 0;
  int line_ = 1;
  std::vector<CsvRow> rows_;
};

// The length of the UTF-8 sequence at the start of `text`; 0 when it is not one.
size_t SequenceLength(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return 1;
  const size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  if (byte(0) == 0xE0 && byte(1) < 0xA0) return 0;  // overlong
  if (byte(0) == 0xED && byte(1) > 0x9F) return 0;  // surrogates
  if (byte(0) == 0xF0 && byte(1) < 0x90) return 0;  // overlong
  if (byte(0) == 0xF4 && byte(1) > 0x8F) return 0;  // beyond Unicode
  return length;
}

absl::Status CheckUtf8(std::string_view text) {
  int line = 1;
  while (!text.empty()) {
    const size_t length = SequenceLength(text);
    if (length == 0) {
      return Refuse(Reason::IMPORT_INVALID,
                    {{"line", std::to_string(line)}, {"problem", "not UTF-8"}});
    }
    line += text.front() == '\n';
    text.remove_prefix(length);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<CsvRow>> ParseCsv(std::string_view text) {
  RETURN_IF_ERROR(CheckUtf8(text));
  return Parser(text).Parse();
}

}  // namespace baodao::registration
