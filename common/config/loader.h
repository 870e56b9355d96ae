// Reads the sources one after the other; private to common/config.
#pragma once

#include <absl/status/status.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/config.h"

namespace baodao::config {

class Loader {
 public:
  // Starts from the defaults; a default that its own row refuses is a mistake in the program:
  // aborts.
  Loader(std::string program, const std::vector<Row>& rows);

  absl::Status ReadFile(const std::string& path);
  absl::Status ReadEnvironment(const std::map<std::string, std::string>& environment);
  // By name as a flag spells it, e.g. "log-level".
  absl::Status ReadFlags(const std::map<std::string, std::string>& flags);

  Config Take() { return std::move(config_); }

 private:
  friend struct TomlReader;

  Config::Item* Find(std::string_view name);
  // `where` leads the error: "flag --listen". Secret values are not repeated in it.
  absl::Status Set(Config::Item& item, const std::string& text, const std::string& source,
                   const std::string& where);
  std::vector<std::string> Names() const;

  std::string program_;
  Config config_;
};

// "unknown key redsi; did you mean redis?"
absl::Status Unknown(const std::string& where, const std::string& name, const std::string& nearest);
// Whether `name` is one of kServices.
bool IsProgram(std::string_view name);

}  // namespace baodao::config
