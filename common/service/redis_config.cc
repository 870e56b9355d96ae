#include "common/service/redis_config.h"

#include <charconv>

#include "common/status/macros.h"

namespace baodao::service {
namespace {

absl::StatusOr<redis::Endpoint> ParseEndpoint(const std::string& address) {
  const size_t colon = address.rfind(':');
  redis::Endpoint endpoint;
  if (colon != std::string::npos && colon > 0) {
    endpoint.host = address.substr(0, colon);
    const char* end = address.data() + address.size();
    const auto parsed = std::from_chars(address.data() + colon + 1, end, endpoint.port);
    if (parsed.ec == std::errc() && parsed.ptr == end && endpoint.port != 0) return endpoint;
  }
  return absl::InvalidArgumentError("redis: \"" + address + "\" is neither host:port nor a path");
}

}  // namespace

absl::StatusOr<redis::Config> ParseRedisAddresses(const std::vector<std::string>& addresses) {
  redis::Config result;
  if (addresses.size() == 1 && addresses[0].starts_with('/')) {
    result.unix_path = addresses[0];
    return result;
  }
  for (size_t i = 0; i < addresses.size(); ++i) {
    ASSIGN_OR_RETURN(redis::Endpoint endpoint, ParseEndpoint(addresses[i]));
    if (i == 0) {
      result.host = endpoint.host;
      result.port = endpoint.port;
    } else {
      result.more_nodes.push_back(std::move(endpoint));
    }
  }
  return result;
}

absl::StatusOr<redis::Config> RedisConfigOf(const config::Config& config,
                                            const std::string& client_name) {
  ASSIGN_OR_RETURN(redis::Config result, ParseRedisAddresses(config.List("redis")));
  result.username = config.Str("redis_user");
  result.password = config.Str("redis_password");
  result.stall_limit = config.Duration("redis_timeout") * 2;
  result.name = "baodao-" + client_name;
  return result;
}

}  // namespace baodao::service
