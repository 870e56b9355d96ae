#include <absl/status/statusor.h>
#include <fmt/format.h>
#include <toml++/toml.h>

#include <optional>

#include "common/config/loader.h"
#include "common/config/value.h"
#include "common/status/macros.h"

namespace baodao::config {
namespace {

std::optional<std::string> JoinStrings(const toml::array& array) {
  std::string text;
  for (const toml::node& node : array) {
    const auto item = node.value_exact<std::string>();
    if (!item.has_value() || item->find(',') != std::string::npos) return std::nullopt;
    text += (text.empty() ? "" : ",") + *item;
  }
  return text;
}

// The value as a flag would spell it; empty when TOML's type does not fit the row's.
std::optional<std::string> TextOf(const toml::node& node, Type type) {
  if (const auto text = node.value_exact<std::string>()) {
    const bool fits = type == Type::kString || type == Type::kDuration || type == Type::kBytes ||
                      type == Type::kList;
    return fits ? text : std::nullopt;
  }
  if (const auto number = node.value_exact<int64_t>()) {
    const bool fits = type == Type::kInt || type == Type::kDouble || type == Type::kBytes;
    return fits ? std::optional(std::to_string(*number)) : std::nullopt;
  }
  if (const auto number = node.value_exact<double>()) {
    return type == Type::kDouble ? std::optional(fmt::format("{}", *number)) : std::nullopt;
  }
  if (const auto flag = node.value_exact<bool>()) {
    return type == Type::kBool ? std::optional<std::string>(*flag ? "true" : "false")
                               : std::nullopt;
  }
  const toml::array* const array = node.as_array();
  return array != nullptr && type == Type::kList ? JoinStrings(*array) : std::nullopt;
}

std::string TypeHint(Type type) {
  switch (type) {
    case Type::kString:
      return "expected a string in quotes";
    case Type::kDuration:
      return "expected a duration in quotes, such as \"30s\"";
    case Type::kList:
      return "expected an array of strings";
    default:
      return "expected " + std::string(TypeName(type));
  }
}

}  // namespace

// Applies the tables of one file.
struct TomlReader {
  Loader& loader;
  const std::string& path;

  std::string Where(const std::string& key, const toml::node& node) const {
    return fmt::format("{}:{}: {}", path, node.source().begin.line, key);
  }

  absl::Status Apply(const std::string& key, const toml::node& node) const {
    Config::Item* const item = loader.Find(key);
    if (item == nullptr) {
      const std::string where = fmt::format("{}:{}: unknown key", path, node.source().begin.line);
      return Unknown(where, key, Nearest(key, loader.Names()));
    }
    const auto text = TextOf(node, item->row.type);
    if (!text.has_value()) {
      return absl::InvalidArgumentError(Where(key, node) + ": " + TypeHint(item->row.type));
    }
    return loader.Set(*item, *text, "file " + path, Where(key, node));
  }

  // Keys of `table`; sections among them are checked by name and left alone.
  absl::Status ApplyAll(const toml::table& table, bool sections_allowed) const {
    for (const auto& [key, node] : table) {
      const std::string name(key.str());
      if (sections_allowed && node.is_table()) {
        if (IsProgram(name) || name == loader.program_) continue;
        return Unknown(fmt::format("{}:{}: unknown section", path, node.source().begin.line),
                       "[" + name + "]", "");
      }
      RETURN_IF_ERROR(Apply(name, node));
    }
    return absl::OkStatus();
  }
};

absl::Status Loader::ReadFile(const std::string& path) {
  toml::table table;
  try {
    table = toml::parse_file(path);
  } catch (const toml::parse_error& error) {
    const auto line = error.source().begin.line;
    return absl::InvalidArgumentError(
        line == 0 ? fmt::format("{}: cannot be read", path)
                  : fmt::format("{}:{}: {}", path, line, error.description()));
  }
  const TomlReader reader{*this, path};
  RETURN_IF_ERROR(reader.ApplyAll(table, /*sections_allowed=*/true));
  const toml::table* const own = table[program_].as_table();
  return own == nullptr ? absl::OkStatus() : reader.ApplyAll(*own, /*sections_allowed=*/false);
}

}  // namespace baodao::config
