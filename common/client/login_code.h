// Login codes of a local backend, which writes them to a file instead of sending them.
#pragma once

#include <string>

namespace baodao::client {

// The newest code written for `phone`; empty when the file's last 256 KiB hold none. A line is
// "<time> <phone> <code>".
std::string LastLoginCode(const std::string& path, const std::string& phone);

}  // namespace baodao::client
