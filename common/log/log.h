// One line an event on stderr: JSON, or readable with format "text".
//
//   log::Info("task.claimed", {{"task", id}, {"slots", 3}});
//   log::Warn("redis.lost", {{"status", status}}, trace_id);
//
// Events are lower-case dotted names, values go into fields. Never log private data or secrets: as
// a second line of defence, fields named like one (token, phone, password…) and values that look
// like a token are replaced by "***".
#pragma once

#include <absl/status/status.h>

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace baodao::log {

enum class Level { kDebug, kInfo, kWarn, kError };
enum class Format { kJson, kText };

class Field {
 public:
  Field(std::string_view key, const char* value) : key_(key), value_(std::string_view(value)) {}
  // std::string, std::string_view, absl::string_view: what they view outlives the call of Log.
  template <class Text>
  requires requires(const Text& text) {
    { text.data() } -> std::convertible_to<const char*>;
    { text.size() } -> std::convertible_to<size_t>;
  }
  Field(std::string_view key, const Text& value)
      : key_(key), value_(std::string_view(value.data(), value.size())) {}
  template <std::same_as<bool> T>
  Field(std::string_view key, T value) : key_(key), value_(value) {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) Field(std::string_view key, T value)
      : key_(key), value_(static_cast<int64_t>(value)) {}
  Field(std::string_view key, double value) : key_(key), value_(value) {}
  // "CODE: message".
  Field(std::string_view key, const absl::Status& status) : key_(key), value_(status.ToString()) {}

 private:
  friend class Line;
  std::string_view key_;
  std::variant<std::string_view, int64_t, double, bool, std::string> value_;
};

using Fields = std::initializer_list<Field>;

struct Options {
  Level level = Level::kInfo;
  Format format = Format::kJson;
  std::string service;  // In every line.
};

// At start, before other threads; also routes gRPC's own messages here. Without it: info, JSON.
void Init(const Options& options);
// "debug", "info", "warn", "error"; "json", "text". Others: info, json (config rows validate them).
Level LevelByName(std::string_view name);
Format FormatByName(std::string_view name);

// Thread-safe. `trace` is the call's trace id (32 hex digits), empty when there is none.
void Log(Level level, std::string_view event, Fields fields = {}, std::string_view trace = {});

inline void Debug(std::string_view event, Fields fields = {}, std::string_view trace = {}) {
  Log(Level::kDebug, event, fields, trace);
}
inline void Info(std::string_view event, Fields fields = {}, std::string_view trace = {}) {
  Log(Level::kInfo, event, fields, trace);
}
inline void Warn(std::string_view event, Fields fields = {}, std::string_view trace = {}) {
  Log(Level::kWarn, event, fields, trace);
}
inline void Error(std::string_view event, Fields fields = {}, std::string_view trace = {}) {
  Log(Level::kError, event, fields, trace);
}

// For tests: where finished lines go instead of stderr; nullptr restores it.
void SetSink(std::function<void(std::string_view line)> sink);

}  // namespace baodao::log
