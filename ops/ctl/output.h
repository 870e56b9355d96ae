// Tables for people, JSON for programs.
#pragma once

#include <google/protobuf/message.h>

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace baodao::ctl {

// Columns a terminal gives this UTF-8 text: Chinese characters and full-width signs take two.
int DisplayWidth(std::string_view text);
// The text with what would act on a terminal or mislead who reads it written out: control
// characters and line ends (\n), bidi controls and what is not seen (\u202e), bytes that are not
// UTF-8 (\xff). Texts of others cannot forge a line.
std::string Shown(std::string_view text);

class Table {
 public:
  explicit Table(std::vector<std::string> header) : rows_{std::move(header)} {}
  // As many cells as the header has.
  void Add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  // Columns aligned, two spaces apart, no trailing blanks; cells as Shown shows them.
  std::string Text() const;
  // A list of objects, named after the header in lower case.
  std::string Json() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

class Output {
 public:
  Output(std::ostream& stream, bool json) : stream_(stream), json_(json) {}

  // Whether the caller should show messages rather than build tables.
  bool json() const { return json_; }
  void Show(const Table& table);
  void Show(const google::protobuf::Message& message);
  // One line, as Shown shows it.
  void Line(std::string_view text);
  // Lines of JSON, as they are but for the same characters, which are escaped as JSON does.
  void Json(std::string_view json);
  // One word of an answer: the text alone, or {"name": "text"}.
  void Word(std::string_view name, std::string_view text);

 private:
  std::ostream& stream_;
  bool json_;
};

std::string ToJson(const google::protobuf::Message& message);
// "2025-06-02 09:00" in China's time; empty when not set.
template <class Timestamp>
std::string LocalTime(const Timestamp& time);
std::string LocalTimeOfSeconds(int64_t seconds);

template <class Timestamp>
std::string LocalTime(const Timestamp& time) {
  return time.seconds() == 0 ? std::string() : LocalTimeOfSeconds(time.seconds());
}

}  // namespace baodao::ctl
