// The Redis rows of a program's configuration as the client takes them.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "common/config/config.h"
#include "common/redis/client.h"

namespace baodao::service {

// INVALID_ARGUMENT when an address is neither host:port nor the path of a socket.
absl::StatusOr<redis::Config> RedisConfigOf(const config::Config& config,
                                            const std::string& client_name);

// "127.0.0.1:6379", or a path that begins with "/"; several addresses are nodes of one cluster.
absl::StatusOr<redis::Config> ParseRedisAddresses(const std::vector<std::string>& addresses);

}  // namespace baodao::service
