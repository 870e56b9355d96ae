// The product's version, as in CMakeLists.txt and CHANGELOG.md.
#pragma once

namespace baodao {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace baodao
