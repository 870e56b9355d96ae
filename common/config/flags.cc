#include "common/config/flags.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <utility>

#include "common/config/loader.h"
#include "common/config/value.h"
#include "common/version.h"

namespace baodao::config {
namespace {

std::string Dashed(std::string name) {
  std::ranges::replace(name, '_', '-');
  return name;
}

// "--log_level=info" → "--log-level=info": both spellings are fine.
std::string Normalise(const std::string& argument) {
  if (!argument.starts_with("--")) return argument;
  const size_t end = std::min(argument.find('='), argument.size());
  return Dashed(argument.substr(0, end)) + argument.substr(end);
}

void AddRow(CLI::App& app, const Row& row, std::string& target) {
  const std::string flag = "--" + Dashed(row.name);
  if (row.type == Type::kBool) {
    app.add_flag(flag + ",!--no-" + Dashed(row.name), target,
                 row.help + " [" + row.default_value + "]");
    return;
  }
  const std::string shown = row.default_value.empty() ? "" : " [" + row.default_value + "]";
  app.add_option(flag, target, row.help + shown)->type_name(std::string(TypeName(row.type)));
}

absl::Status Leftover(const std::vector<std::string>& extras, const std::vector<Row>& rows) {
  if (extras.empty()) return absl::OkStatus();
  const std::string& extra = extras.front();
  if (!extra.starts_with("--")) return Unknown("unexpected argument", extra, "");
  const std::string flag = extra.substr(0, extra.find('='));
  std::vector<std::string> names = {"--config", "--print-config", "--help", "--version"};
  for (const Row& row : rows) names.push_back("--" + Dashed(row.name));
  return Unknown("unknown flag", flag, Nearest(flag, names));
}

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

absl::StatusOr<Flags> ParseFlags(const std::string& program, const std::string& about,
                                 const std::vector<Row>& rows,
                                 const std::vector<std::string>& arguments) {
  CLI::App app(about, program);
  Flags flags;
  std::vector<std::string> texts(rows.size());
  app.allow_extras();
  app.add_option("--config", flags.config_path, "TOML file with values of these names.")
      ->type_name("path");
  app.add_flag("--print-config", flags.print_config,
               "Print every value and where it comes from, without secrets, and exit.");
  app.set_version_flag("--version", program + " " + kVersion);
  for (size_t i = 0; i < rows.size(); ++i) AddRow(app, rows[i], texts[i]);
  app.footer("Every value can also be set in the environment, as BAODAO_<NAME>, or in the file.");

  std::vector<std::string> reversed;  // As CLI11 wants them.
  for (const auto& argument : arguments) {
    const std::string normal = Normalise(argument);
    // "--tls-ca=" sets the empty text; CLI11 would ask for a value instead.
    const bool empty = normal.starts_with("--") && normal.find('=') == normal.size() - 1;
    const std::string name = empty ? normal.substr(2, normal.size() - 3) : "";
    if (std::ranges::any_of(rows, [&](const Row& row) { return Dashed(row.name) == name; })) {
      flags.values[name] = "";
    } else {
      reversed.push_back(normal);
    }
  }
  std::ranges::reverse(reversed);
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    flags.answer = app.help();
    return flags;
  } catch (const CLI::CallForVersion&) {
    flags.answer = program + " " + kVersion + "\n";
    return flags;
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(FirstLine(error.what()));
  }
  if (const absl::Status left = Leftover(app.remaining(), rows); !left.ok()) return left;
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::string name = Dashed(rows[i].name);
    if (app.get_option("--" + name)->count() > 0) flags.values[name] = texts[i];
  }
  return flags;
}

}  // namespace baodao::config
