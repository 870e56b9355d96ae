#include "common/config/config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "common/config/flags.h"
#include "common/config/loader.h"
#include "common/status/macros.h"

extern char** environ;

namespace baodao::config {
namespace {

std::string Quoted(const std::string& text) {
  std::ostringstream out;
  out << toml::value<std::string>(text);
  return out.str();
}

std::string TomlText(const Row& row, const Value& value, const std::string& text) {
  if (row.secret) return Quoted(text.empty() ? "" : "***");
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
    std::vector<std::string> items;
    for (const auto& item : *list) items.push_back(Quoted(item));
    return fmt::format("[{}]", fmt::join(items, ", "));
  }
  const bool bare = row.type == Type::kInt || row.type == Type::kDouble || row.type == Type::kBool;
  return bare ? text : Quoted(text);
}

// With one of the three missing it would be plaintext, or nobody could be called.
absl::Status CheckTlsRows(const Config& config) {
  int set = 0;
  for (const char* row : {"tls_cert", "tls_key", "tls_ca"}) set += !config.Str(row).empty();
  if (set == 0 || set == 3) return absl::OkStatus();
  return absl::InvalidArgumentError("tls_cert, tls_key and tls_ca must be set together");
}

absl::StatusOr<Config> Read(const std::string& program, const std::vector<Row>& rows,
                            const Flags& flags, const Sources& sources) {
  Loader loader(program, rows);
  std::string path = flags.config_path;
  const auto variable = sources.environment.find("BAODAO_CONFIG");
  if (path.empty() && variable != sources.environment.end()) path = variable->second;
  if (!path.empty()) RETURN_IF_ERROR(loader.ReadFile(path));
  RETURN_IF_ERROR(loader.ReadEnvironment(sources.environment));
  RETURN_IF_ERROR(loader.ReadFlags(flags.values));
  Config config = loader.Take();
  RETURN_IF_ERROR(CheckTlsRows(config));
  return config;
}

Outcome Exit(int code, std::string text) {
  Outcome outcome;
  outcome.exit = true;
  outcome.exit_code = code;
  outcome.text = std::move(text);
  return outcome;
}

}  // namespace

const Config::Item& Config::Find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(items_, [&](const Item& item) { return item.row.name == name; });
  if (found != items_.end()) return *found;
  std::fprintf(stderr, "config: the program reads a value it has no row for: %s\n",
               std::string(name).c_str());
  std::abort();
}

const std::string& Config::Str(std::string_view name) const {
  return std::get<std::string>(Find(name).value);
}

int64_t Config::Int(std::string_view name) const { return std::get<int64_t>(Find(name).value); }

double Config::Double(std::string_view name) const { return std::get<double>(Find(name).value); }

bool Config::Bool(std::string_view name) const { return std::get<bool>(Find(name).value); }

std::chrono::milliseconds Config::Duration(std::string_view name) const {
  return std::get<std::chrono::milliseconds>(Find(name).value);
}

const std::vector<std::string>& Config::List(std::string_view name) const {
  return std::get<std::vector<std::string>>(Find(name).value);
}

std::string Config::Print() const {
  std::string out;
  for (const Item& item : items_) {
    const std::string text = item.row.name + " = " + TomlText(item.row, item.value, item.text);
    out += fmt::format("{:<48} # {}\n", text, item.source);
  }
  return out;
}

Outcome Load(const std::string& program, const std::string& about, const std::vector<Row>& rows,
             const Sources& sources) {
  const auto flags = ParseFlags(program, about, rows, sources.flags);
  if (!flags.ok()) return Exit(2, program + ": " + std::string(flags.status().message()));
  if (!flags->answer.empty()) return Exit(0, flags->answer);
  auto config = Read(program, rows, *flags, sources);
  if (!config.ok()) return Exit(2, program + ": " + std::string(config.status().message()));
  if (flags->print_config) return Exit(0, config->Print());
  Outcome outcome;
  outcome.config = *std::move(config);
  return outcome;
}

Config LoadOrExit(const std::string& program, const std::string& about,
                  const std::vector<Row>& rows, int argc, char** argv) {
  Sources sources;
  sources.flags.assign(argv + std::min(argc, 1), argv + argc);
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const size_t equals = text.find('=');
    if (equals == text.npos) continue;
    sources.environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  Outcome outcome = Load(program, about, rows, sources);
  if (!outcome.exit) return std::move(outcome.config);
  if (outcome.exit_code == 0) {
    std::fputs(outcome.text.c_str(), stdout);
  } else {
    std::fprintf(stderr, "%s\n", outcome.text.c_str());
  }
  std::exit(outcome.exit_code);
}

}  // namespace baodao::config
