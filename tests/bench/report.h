// Results as a table and as JSON.
#pragma once

#include <string>
#include <vector>

#include "tests/bench/measure.h"

namespace baodao::bench {

void Print(const std::vector<Result>& results);
// False when the file cannot be written.
bool Write(const std::vector<Result>& results, const std::string& path);

}  // namespace baodao::bench
