// The keys of a service, from the files of keys_dir and issuers.
#pragma once

#include <absl/status/statusor.h>

#include "common/auth/keys.h"
#include "common/config/config.h"
#include "common/crypto/key_ring.h"

namespace baodao::service {

struct Secrets {
  crypto::KeyRing ring;
  auth::PrivateKey signing;
  auth::KeySet verifying;
};

// An error names the file. INVALID_ARGUMENT also when the tokens that we sign would not be believed
// by whoever has our public keys.
absl::StatusOr<Secrets> LoadSecrets(const config::Config& config);

}  // namespace baodao::service
