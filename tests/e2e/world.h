// Who asks a backend as its operator does.
#pragma once

#include <asio/io_context.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "common/auth/keys.h"
#include "ops/demo/world.h"

namespace baodao::testing {

// With the deployment's own key, from `options.keys_dir`. Throws std::runtime_error without it.
inline std::unique_ptr<demo::World> MakeWorld(asio::io_context& loop,
                                              const demo::Options& options) {
  auto key = auth::LoadPrivateKey(options.keys_dir + "/" + std::string(auth::kPrivateKeyFile));
  if (!key.ok()) throw std::runtime_error(std::string(key.status().message()));
  return std::make_unique<demo::World>(loop, options, auth::Signer(*std::move(key)));
}

}  // namespace baodao::testing
