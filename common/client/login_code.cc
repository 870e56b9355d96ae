#include "common/client/login_code.h"

#include <fstream>

namespace baodao::client {

std::string LastLoginCode(const std::string& path, const std::string& phone) {
  constexpr std::streamoff kTail = std::streamoff{256} * 1024;
  std::ifstream file(path, std::ios::ate | std::ios::binary);
  if (!file) return "";
  const std::streamoff size = file.tellg();
  const std::streamoff from = size > kTail ? size - kTail : 0;
  file.seekg(from);
  std::string tail(static_cast<size_t>(size - from), '\0');
  file.read(tail.data(), static_cast<std::streamsize>(tail.size()));
  const size_t found = tail.rfind(" " + phone + " ");
  if (found == std::string::npos) return "";
  const size_t start = found + phone.size() + 2;
  const size_t end = tail.find('\n', start);
  return end == std::string::npos ? "" : tail.substr(start, end - start);
}

}  // namespace baodao::client
