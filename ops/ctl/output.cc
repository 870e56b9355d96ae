#include "ops/ctl/output.h"

#include <absl/strings/ascii.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/wrappers.pb.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ostream>

namespace baodao::ctl {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// The wide blocks of Unicode's EastAsianWidth that names and texts here use.
constexpr Range kWide[] = {
    {0x1100, 0x115F}, {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},  {0x4E00, 0x9FFF},
    {0xA000, 0xA4CF}, {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE4F},  {0xFF00, 0xFF60},
    {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};

bool IsWide(char32_t c) {
  return std::any_of(std::begin(kWide), std::end(kWide),
                     [c](const Range& range) { return range.first <= c && c <= range.last; });
}

// The next character of valid UTF-8; a stray byte counts as one.
char32_t Next(std::string_view* text) {
  const auto lead = static_cast<unsigned char>(text->front());
  const size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (length == 1 || text->size() < length) {
    text->remove_prefix(1);
    return lead;
  }
  char32_t c = lead & (0xFF >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    c = c << 6 | (static_cast<unsigned char>((*text)[i]) & 0x3F);
  }
  text->remove_prefix(length);
  return c;
}

std::string Quoted(std::string_view text) {
  google::protobuf::StringValue value;
  value.set_value(std::string(text));
  return ToJson(value);
}

}  // namespace

int DisplayWidth(std::string_view text) {
  int width = 0;
  while (!text.empty()) width += IsWide(Next(&text)) ? 2 : 1;
  return width;
}

std::string Table::Text() const {
  std::vector<int> widths(rows_.front().size(), 0);
  for (const auto& row : rows_) {
    for (size_t i = 0; i < widths.size(); ++i)
      widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  std::string text;
  for (const auto& row : rows_) {
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
  if (json_) return Line(table.Json());
  stream_ << table.Text() << std::flush;
}

void Output::Show(const google::protobuf::Message& message) { Line(ToJson(message)); }

void Output::Line(std::string_view text) { stream_ << text << std::endl; }

void Output::Word(std::string_view name, std::string_view text) {
  Line(json_ ? "{" + Quoted(name) + ": " + Quoted(text) + "}" : std::string(text));
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
  using namespace std::chrono;  // NOLINT
  const sys_seconds local = sys_seconds(std::chrono::seconds(seconds)) + hours(8);
  const auto day = floor<days>(local);
  const year_month_day date(day);
  const hh_mm_ss time(local - day);
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d", int(date.year()),
                unsigned(date.month()), unsigned(date.day()), int(time.hours().count()),
                int(time.minutes().count()));
  return text;
}

}  // namespace baodao::ctl
