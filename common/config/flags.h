// The command line; private to common/config.
#pragma once

#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <vector>

#include "common/config/config.h"

namespace baodao::config {

struct Flags {
  std::map<std::string, std::string> values;  // By name with dashes.
  std::string config_path;
  bool print_config = false;
  std::string answer;  // The text of --help or --version; then nothing else matters.
};

absl::StatusOr<Flags> ParseFlags(const std::string& program, const std::string& about,
                                 const std::vector<Row>& rows,
                                 const std::vector<std::string>& arguments);

}  // namespace baodao::config
