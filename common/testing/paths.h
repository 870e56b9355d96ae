// Paths of the tree and its binaries, for tests that run the real programs.
#pragma once
#include <string>

namespace baodao::testing {

// Absolute path of a built program, e.g. Binary("dispatch").
std::string Binary(const std::string& name);
// Absolute path of a file of the source tree, e.g. SourceFile("ops/data/yangpu/areas.csv").
std::string SourceFile(const std::string& relative);

}  // namespace baodao::testing
