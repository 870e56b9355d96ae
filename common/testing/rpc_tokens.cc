#include "common/testing/rpc_tokens.h"

#include <utility>

namespace baodao::testing {
namespace {

constexpr std::chrono::hours kLife{1};

}  // namespace

Tokens::Tokens(Clock& clock)
    : clock_(clock),
      signer_(auth::GeneratePrivateKey()),
      verifier_(auth::KeySet::Of(signer_.key())),
      service_(signer_, "test") {}

std::string Tokens::Person(const std::string& person_id,
                           std::vector<auth::RoleGrant> grants) const {
  return signer_.Sign(auth::Principal::Person(person_id, std::move(grants)), clock_.Now(), kLife);
}

std::string Tokens::Coordinator(const std::string& person_id, const std::string& area_code) const {
  return Person(person_id, {{auth::v1::ROLE_COORDINATOR, area_code}});
}

std::string Tokens::Operator(const std::string& person_id) const {
  return Person(person_id, {{auth::v1::ROLE_OPERATOR, ""}});
}

std::string Tokens::Service(const std::string& name) const {
  return signer_.Sign(auth::Principal::Service(name), clock_.Now(), kLife);
}

std::string Tokens::Expired(const std::string& person_id) const {
  return signer_.Sign(auth::Principal::Person(person_id), clock_.Now() - 2 * kLife, kLife);
}

}  // namespace baodao::testing
