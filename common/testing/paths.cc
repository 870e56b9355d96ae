#include "common/testing/paths.h"

namespace baodao::testing {

std::string Binary(const std::string& name) { return std::string(BAODAO_BIN_DIR) + "/" + name; }

std::string SourceFile(const std::string& relative) {
  return std::string(BAODAO_SOURCE_DIR) + "/" + relative;
}

}  // namespace baodao::testing
