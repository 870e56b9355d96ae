// Builds one line of the log; private to common/log and its tests.
#pragma once

#include <string>
#include <string_view>

#include "common/clock/clock.h"
#include "common/log/log.h"

namespace baodao::log {

class Line {
 public:
  Line(Time time, Level level, std::string_view service, std::string_view event, Fields fields,
       std::string_view trace)
      : time_(time),
        level_(level),
        service_(service),
        event_(event),
        fields_(fields),
        trace_(trace) {}

  // {"time":"2024-05-01T08:00:00.123Z","level":"info","service":"dispatch","event":"…",…}
  std::string Json() const;
  // 08:00:00.123 INFO  dispatch task.claimed task=tsk_… slots=3
  std::string Text() const;

 private:
  // The value as it may be shown.
  static std::string JsonValue(const Field& field);
  static std::string TextValue(const Field& field);

  Time time_;
  Level level_;
  std::string_view service_, event_;
  Fields fields_;
  std::string_view trace_;
};

// `text` between quotes as a JSON string: control characters escaped, bytes that are not UTF-8
// replaced by U+FFFD, more than 8 KiB cut off.
std::string Quoted(std::string_view text);
// Whether a field of this name, or one with this value, must not be shown.
bool IsSecretKey(std::string_view key);
bool LooksLikeToken(std::string_view value);

}  // namespace baodao::log
