// Tokens of a key pair made for one test.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "common/auth/keys.h"
#include "common/auth/tokens.h"
#include "common/clock/clock.h"

namespace baodao::testing {

class Tokens {
 public:
  explicit Tokens(Clock& clock = SystemClock());

  // A token valid for an hour from the clock's now.
  std::string Person(const std::string& person_id, std::vector<auth::RoleGrant> grants = {}) const;
  std::string Coordinator(const std::string& person_id, const std::string& area_code) const;
  // Operator everywhere.
  std::string Operator(const std::string& person_id = "per_01J00000000000000000000099") const;
  std::string Service(const std::string& name) const;
  // Valid until an hour ago.
  std::string Expired(const std::string& person_id) const;

  // Checks the tokens above. One per server; loop thread.
  auth::TokenVerifier& verifier() { return verifier_; }
  // For a Channel that calls as a service.
  auth::ServiceToken& service() { return service_; }
  const auth::Signer& signer() const { return signer_; }

 private:
  Clock& clock_;
  auth::Signer signer_;
  auth::TokenVerifier verifier_;
  auth::ServiceToken service_;
};

}  // namespace baodao::testing
