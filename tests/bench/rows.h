// Which rows are measured, and in which order.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "tests/bench/scenarios.h"

namespace baodao::bench {

// The rows named by rows and groups of rows ("default", "peers", "large"). Throws
// std::invalid_argument that lists all names when one is unknown.
std::set<std::string> RowsOf(const std::vector<std::string>& names);

std::vector<Result> MeasureRows(const Scale& scale, const std::set<std::string>& rows);

}  // namespace baodao::bench
