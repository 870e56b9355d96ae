// The keys of a service, from the files of keys_dir and issuers.
#pragma once

#include <absl/status/statusor.h>

#include "common/auth/keys.h"
#include "common/config/config.h"
#include "common/crypto/key_ring.h"

namespace baodao::service {

// The keys of tokens, which may change while the service runs.
struct TokenKeys {
  auth::PrivateKey signing;
  auth::KeySet verifying;
};

struct Secrets {
  crypto::KeyRing ring;
  TokenKeys tokens;
};

// An error names the file. INVALID_ARGUMENT also when the tokens that we sign would not be believed
// by whoever has our public keys.
absl::StatusOr<Secrets> LoadSecrets(const config::Config& config);
// The same of token keys alone; makes no file.
absl::StatusOr<TokenKeys> LoadTokenKeys(const config::Config& config);

}  // namespace baodao::service
