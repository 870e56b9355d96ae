#include "common/log/line.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include "common/clock/time_text.h"
#include "common/unicode/unicode.h"

namespace baodao::log {
namespace {

constexpr std::string_view kHidden = "***";
constexpr size_t kMaxValue = size_t{8} * 1024;

std::string_view LevelName(Level level) {
  static constexpr std::array<std::string_view, 4> kNames = {"debug", "info", "warn", "error"};
  return kNames[static_cast<size_t>(level)];
}

void AppendAscii(char c, std::string& out) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
        out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
      } else {
        out += c;
      }
  }
}

}  // namespace

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  const bool cut = text.size() > kMaxValue;
  if (cut) text = text.substr(0, kMaxValue);
  for (size_t at = 0; at < text.size();) {
    const size_t start = at;
    const int32_t character = unicode::Next(text, &at);
    if (character == unicode::kIllFormed) {
      out += "\xEF\xBF\xBD";
    } else if (character < 0x80) {
      AppendAscii(static_cast<char>(character), out);
    } else {
      out += text.substr(start, at - start);
    }
  }
  if (cut) out += "…";
  return out + '"';
}

bool IsSecretKey(std::string_view key) {
  static constexpr std::array<std::string_view, 8> kParts = {
      "password",    "secret", "token",        "authorization",
      "private_key", "phone",  "address_text", "login_code"};
  std::string lower(key);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::ranges::any_of(kParts,
                             [&](std::string_view part) { return lower.find(part) != part.npos; });
}

bool LooksLikeToken(std::string_view value) {
  // "eyJ" is '{"' in base64: the start of every JWT, also in the middle of a header or message.
  const size_t at = value.find("eyJ");
  if (at != value.npos && value.find('.', at) != value.npos) return true;
  return value.find("Bearer ") != value.npos || value.find("bearer ") != value.npos;
}

std::string Line::JsonValue(const Field& field) {
  if (IsSecretKey(field.key_)) return Quoted(kHidden);
  struct Visitor {
    std::string operator()(std::string_view text) const {
      return Quoted(LooksLikeToken(text) ? kHidden : text);
    }
    std::string operator()(const std::string& text) const {
      return (*this)(std::string_view(text));
    }
    std::string operator()(int64_t value) const { return std::to_string(value); }
    std::string operator()(double value) const {
      // JSON has no NaN and no infinity.
      return std::isfinite(value) ? fmt::format("{}", value) : Quoted(fmt::format("{}", value));
    }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
  };
  return std::visit(Visitor{}, field.value_);
}

std::string Line::TextValue(const Field& field) {
  std::string value = JsonValue(field);
  const bool plain = value.size() > 2 && value.front() == '"' &&
                     value.find_first_of(" =\\", 1) == value.npos &&
                     value.find('"', 1) == value.size() - 1;
  return plain ? value.substr(1, value.size() - 2) : value;
}

std::string Line::Json() const {
  std::string out = "{\"time\":\"" + ToRfc3339Millis(time_);
  out += "\",\"level\":\"";
  out += LevelName(level_);
  out += '"';
  if (!service_.empty()) out += ",\"service\":" + Quoted(service_);
  out += ",\"event\":" + Quoted(event_);
  if (!trace_.empty()) out += ",\"trace\":" + Quoted(trace_);
  for (const Field& field : fields_) out += "," + Quoted(field.key_) + ":" + JsonValue(field);
  return out + "}";
}

std::string Line::Text() const {
  std::string level(LevelName(level_));
  std::ranges::transform(level, level.begin(), [](unsigned char c) { return std::toupper(c); });
  const std::string time = ToRfc3339Millis(time_).substr(11, 12);  // without the date and the Z
  std::string out = fmt::format("{} {:<5} ", time, level);
  if (!service_.empty()) out += fmt::format("{:<12} ", service_);
  // The event may hold text from elsewhere: it must not break the line either.
  const std::string event = Quoted(event_);
  out += event.substr(1, event.size() - 2);
  for (const Field& field : fields_) out += fmt::format(" {}={}", field.key_, TextValue(field));
  if (!trace_.empty()) out += fmt::format(" trace={}", trace_);
  return out;
}

}  // namespace baodao::log
