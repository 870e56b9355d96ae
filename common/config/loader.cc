#include "common/config/loader.h"

#include <absl/strings/ascii.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "common/config/value.h"
#include "common/status/macros.h"

namespace baodao::config {
namespace {

constexpr std::string_view kPrefix = "BAODAO_";
// Variables that are not ours to read: of the launcher, the tests and the tools around.
constexpr std::array<std::string_view, 5> kOthers = {
    "BAODAO_AREAS", "BAODAO_TOKEN", "BAODAO_CONFIG", "BAODAO_DIR", "BAODAO_PORT_BASE"};
constexpr std::array<std::string_view, 5> kOtherPrefixes = {
    "BAODAO_TEST_", "BAODAO_BENCH_", "BAODAO_DEMO_", "BAODAO_SIM_", "BAODAO_CTL_"};

bool IsOther(std::string_view variable) {
  return std::ranges::find(kOthers, variable) != kOthers.end() ||
         std::ranges::any_of(kOtherPrefixes,
                             [&](auto prefix) { return variable.starts_with(prefix); });
}

std::string Upper(std::string_view text) {
  std::string out(text);
  absl::AsciiStrToUpper(&out);
  return out;
}

// The row name a variable stands for: "BAODAO_LOG_LEVEL" → "log_level".
std::string RowName(std::string_view variable) {
  std::string out(variable.substr(kPrefix.size()));
  absl::AsciiStrToLower(&out);
  return out;
}

}  // namespace

bool IsProgram(std::string_view name) {
  return std::ranges::find(kServices, name) != kServices.end();
}

absl::Status Unknown(const std::string& where, const std::string& name,
                     const std::string& nearest) {
  return absl::InvalidArgumentError(where + " " + name +
                                    (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
}

Loader::Loader(std::string program, const std::vector<Row>& rows) : program_(std::move(program)) {
  for (const Row& row : rows) {
    Config::Item& item = config_.items_.emplace_back(Config::Item{row, {}, {}, {}});
    const absl::Status set = Set(item, row.default_value, "default", "default");
    if (set.ok()) continue;
    std::fprintf(stderr, "row %s: %s\n", row.name.c_str(), set.ToString().c_str());
    std::abort();
  }
}

Config::Item* Loader::Find(std::string_view name) {
  const auto found = std::ranges::find_if(
      config_.items_, [&](const Config::Item& item) { return item.row.name == name; });
  return found == config_.items_.end() ? nullptr : &*found;
}

std::vector<std::string> Loader::Names() const {
  std::vector<std::string> names;
  for (const auto& item : config_.items_) names.push_back(item.row.name);
  return names;
}

absl::Status Loader::Set(Config::Item& item, const std::string& text, const std::string& source,
                         const std::string& where) {
  absl::StatusOr<Value> value = ParseValue(item.row.type, text);
  if (!value.ok()) {
    const std::string why =
        item.row.secret ? "not a valid value" : std::string(value.status().message());
    return absl::InvalidArgumentError(where + ": " + why);
  }
  const std::string problem = item.row.validator ? item.row.validator(*value) : "";
  if (!problem.empty()) {
    const std::string got = item.row.secret ? "" : ", got \"" + text + "\"";
    return absl::InvalidArgumentError(where + ": " + problem + got);
  }
  item.value = *std::move(value);
  item.text = text;
  item.source = source;
  return absl::OkStatus();
}

absl::Status Loader::ReadEnvironment(const std::map<std::string, std::string>& environment) {
  const std::string own = std::string(kPrefix) + Upper(program_) + "_";
  // BAODAO_<NAME> first, so that BAODAO_<PROGRAM>_<NAME> wins wherever it sorts.
  std::vector<std::pair<Config::Item*, std::string>> specific;
  for (const auto& entry : environment) {
    const std::string& variable = entry.first;
    if (!variable.starts_with(kPrefix) || IsOther(variable)) continue;
    if (Config::Item* const item = Find(RowName(variable))) {
      RETURN_IF_ERROR(Set(*item, entry.second, "environment", "environment " + variable));
      continue;
    }
    if (variable.starts_with(own)) {
      if (Config::Item* const item = Find(RowName(variable).substr(program_.size() + 1))) {
        specific.emplace_back(item, variable);
        continue;
      }
    } else if (std::ranges::any_of(kServices, [&](std::string_view program) {
                 return variable.starts_with(std::string(kPrefix) + Upper(program) + "_");
               })) {
      continue;  // Another program's.
    }
    const std::string nearest = Nearest(RowName(variable), Names());
    return Unknown("unknown environment variable", variable,
                   nearest.empty() ? "" : std::string(kPrefix) + Upper(nearest));
  }
  for (const auto& [item, variable] : specific) {
    RETURN_IF_ERROR(Set(*item, environment.at(variable), "environment", "environment " + variable));
  }
  return absl::OkStatus();
}

absl::Status Loader::ReadFlags(const std::map<std::string, std::string>& flags) {
  for (const auto& [flag, text] : flags) {
    std::string name = flag;
    std::ranges::replace(name, '-', '_');
    Config::Item* const item = Find(name);
    if (item == nullptr) return Unknown("unknown flag", "--" + flag, "");
    RETURN_IF_ERROR(Set(*item, text, "flag", "flag --" + flag));
  }
  return absl::OkStatus();
}

}  // namespace baodao::config
