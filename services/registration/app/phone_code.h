// The codes that prove a phone.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "services/registration/app/app.h"

namespace baodao::registration {

// A code that somebody sends to prove that they hold a phone.
struct GivenCode {
  std::string phone;
  std::string code;
  std::string challenge_id;
};

// A code that was right; or wrong: then `refusal` says so, and the attempt is counted in the
// transaction, which must be committed.
struct TriedCode {
  record::Versioned<v1::LoginCodeRecord> before;
  absl::Status refusal;
};

// The transaction is one of the phone's shard. LOGIN_CODE_EXPIRED, TOO_MANY_ATTEMPTS.
Task<absl::StatusOr<TriedCode>> TryCode(App& app, record::Transaction& transaction,
                                        GivenCode given);

}  // namespace baodao::registration
