#include <absl/strings/numbers.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <asio/ip/address.hpp>
#include <utility>

#include "common/config/config.h"

namespace baodao::config {
namespace {

double NumberOf(const Value& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) return static_cast<double>(*number);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return std::chrono::duration<double>(std::get<std::chrono::milliseconds>(value)).count();
}

bool IsHostPort(const std::string& text) {
  const size_t colon = text.rfind(':');
  int port = -1;
  if (colon == std::string::npos || colon == 0 ||
      !absl::SimpleAtoi(text.substr(colon + 1), &port)) {
    return false;
  }
  const std::string host = text.substr(0, colon);
  const bool bracketed = host.front() == '[' && host.back() == ']';
  return port >= 0 && port <= 65535 && (bracketed || host.find(':') == std::string::npos);
}

}  // namespace

Validator Between(double min, double max) {
  return [=](const Value& value) -> std::string {
    const double number = NumberOf(value);
    if (number >= min && number <= max) return {};
    const bool duration = std::holds_alternative<std::chrono::milliseconds>(value);
    return fmt::format("must be between {} and {}{}", min, max, duration ? " seconds" : "");
  };
}

Validator OneOf(std::vector<std::string> values) {
  return [values = std::move(values)](const Value& value) -> std::string {
    if (std::ranges::find(values, std::get<std::string>(value)) != values.end()) return {};
    return fmt::format("must be one of: {}", fmt::join(values, ", "));
  };
}

Validator NotEmpty() {
  return [](const Value& value) -> std::string {
    const auto* list = std::get_if<std::vector<std::string>>(&value);
    const bool empty = list != nullptr ? list->empty() : std::get<std::string>(value).empty();
    return empty ? "must not be empty" : "";
  };
}

Validator HostPort() {
  return [](const Value& value) -> std::string {
    const auto* list = std::get_if<std::vector<std::string>>(&value);
    const bool fine = list != nullptr ? std::ranges::all_of(*list, IsHostPort)
                                      : IsHostPort(std::get<std::string>(value));
    return fine ? "" : "must be host:port";
  };
}

Validator Addresses() {
  return [](const Value& value) -> std::string {
    for (const std::string& text : std::get<std::vector<std::string>>(value)) {
      asio::error_code error;
      asio::ip::address address = asio::ip::make_address(text, error);
      if (error) return fmt::format("{} is not an IP address (networks are not supported)", text);
      // They are compared as text, with what gRPC calls its peers.
      if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
      }
      const std::string usual = address.to_string();
      if (usual != text) return fmt::format("{} must be written as {}", text, usual);
    }
    return {};
  };
}

}  // namespace baodao::config
