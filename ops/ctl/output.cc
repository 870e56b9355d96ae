#include "ops/ctl/output.h"

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/wrappers.pb.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ostream>

#include "common/clock/time_text.h"
#include "common/unicode/unicode.h"

namespace baodao::ctl {
namespace {

constexpr int32_t kJoiner = 0x200D;
constexpr int32_t kLineSeparator = 0x2028;
constexpr int32_t kParagraphSeparator = 0x2029;

// Would act on the terminal, or hide something from who looks at it.
bool Misleads(int32_t character) {
  if (character == unicode::kIllFormed || !unicode::IsReadable(character)) return true;
  if (character == kLineSeparator || character == kParagraphSeparator) return true;
  return unicode::IsInvisible(character) && character != kJoiner &&
         !unicode::IsVariationSelector(character);
}

// As JSON writes it: \u202e, beyond the first plane a pair.
std::string JsonEscape(int32_t character) {
  char text[16];
  if (character < 0x10000) {
    std::snprintf(text, sizeof text, "\\u%04x", static_cast<unsigned>(character));
  } else {
    const unsigned rest = static_cast<unsigned>(character) - 0x10000;
    std::snprintf(text, sizeof text, "\\u%04x\\u%04x", 0xD800 + (rest >> 10),
                  0xDC00 + (rest & 0x3FF));
  }
  return text;
}

std::string Escape(int32_t character, std::string_view bytes) {
  switch (character) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    case unicode::kIllFormed:
      return "\\x" + absl::BytesToHexString({bytes.data(), bytes.size()});
    default:
      return JsonEscape(character);
  }
}

// Lines of JSON, with what misleads escaped inside its strings.
std::string ShownJson(std::string_view json) {
  std::string shown;
  for (size_t at = 0; at < json.size();) {
    const size_t start = at;
    const int32_t character = unicode::Next(json, &at);
    if (character != '\n' && character != unicode::kIllFormed && Misleads(character)) {
      shown += JsonEscape(character);
    } else {
      shown += json.substr(start, at - start);
    }
  }
  return shown;
}

std::string Quoted(std::string_view text) {
  google::protobuf::StringValue value;
  value.set_value(std::string(text));
  return ToJson(value);
}

}  // namespace

int DisplayWidth(std::string_view text) {
  int width = 0;
  for (size_t at = 0; at < text.size();) width += unicode::Columns(unicode::Next(text, &at));
  return width;
}

std::string Shown(std::string_view text) {
  std::string shown;
  for (size_t at = 0; at < text.size();) {
    const size_t start = at;
    const int32_t character = unicode::Next(text, &at);
    const std::string_view bytes = text.substr(start, at - start);
    if (Misleads(character)) {
      shown += Escape(character, bytes);
    } else {
      shown += bytes;
    }
  }
  return shown;
}

std::string Table::Text() const {
  std::vector<int> widths(rows_.front().size(), 0);
  std::vector<std::vector<std::string>> rows = rows_;
  for (auto& row : rows) {
    for (size_t i = 0; i < widths.size(); ++i) {
      row[i] = Shown(row[i]);
      widths[i] = std::max(widths[i], DisplayWidth(row[i]));
    }
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < widths.size(); ++i) {
      line += row[i];
      const int blanks = widths[i] - DisplayWidth(row[i]) + 2;
      line.append(static_cast<size_t>(blanks), ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string Table::Json() const {
  std::string json = "[";
  for (size_t row = 1; row < rows_.size(); ++row) {
    json += row == 1 ? "\n {" : ",\n {";
    for (size_t i = 0; i < rows_.front().size(); ++i) {
      if (i > 0) json += ", ";
      json += Quoted(absl::AsciiStrToLower(rows_.front()[i])) + ": " + Quoted(rows_[row][i]);
    }
    json += "}";
  }
  return json + (rows_.size() > 1 ? "\n]" : "]");
}

void Output::Show(const Table& table) {
  if (json_) return Json(table.Json());
  stream_ << table.Text() << std::flush;
}

void Output::Show(const google::protobuf::Message& message) { Json(ToJson(message)); }

void Output::Json(std::string_view json) { stream_ << ShownJson(json) << std::endl; }

void Output::Line(std::string_view text) { stream_ << Shown(text) << std::endl; }

void Output::Word(std::string_view name, std::string_view text) {
  if (json_) return Json("{" + Quoted(name) + ": " + Quoted(text) + "}");
  Line(text);
}

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) return "{}";
  while (!json.empty() && json.back() == '\n') json.pop_back();
  return json;
}

std::string LocalTimeOfSeconds(int64_t seconds) {
  return baodao::LocalTime(Time(std::chrono::seconds(seconds)));
}

}  // namespace baodao::ctl
