// The private fields of people: sealed in records, shown in full to their owner only.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

#include "baodao/registration/v1/person.pb.h"
#include "baodao/registration/v1/records.pb.h"
#include "common/crypto/key_ring.h"
#include "services/registration/domain/person_rules.h"

namespace baodao::registration {

class Vault {
 public:
  // `ring` outlives this.
  explicit Vault(const crypto::KeyRing& ring) : ring_(ring) {}

  // Puts the fields into the record, which has its person_id, sealed with the newest key.
  void Seal(const PrivateFields& fields, v1::PersonRecord* record) const;
  // DATA_LOSS when a key of the ring is missing or the record was tampered with.
  absl::StatusOr<PrivateFields> Open(const v1::PersonRecord& record) const;

  // What to answer: names, phones and addresses masked, and homes rounded, unless `own`.
  absl::StatusOr<v1::Person> Show(const v1::PersonRecord& record, bool own) const;

  // The deployment's keys.
  const crypto::KeyRing& ring() const { return ring_; }

  // Keyed hashes: of a phone for its index, of a code sent to it, of an address that calls us, of a
  // token.
  std::string PhoneHash(std::string_view phone) const { return Hash("phone", phone, ""); }
  std::string CodeHash(std::string_view phone_hash, std::string_view code) const {
    return Hash("code", phone_hash, code);
  }
  std::string AddressHash(std::string_view address) const { return Hash("address", address, ""); }
  std::string TokenHash(std::string_view token) const { return Hash("refresh", token, ""); }

  // A refresh token of the session: "<session_id>.<random>.<mark>". The mark proves that we made
  // it.
  std::string MakeRefreshToken(std::string_view session_id) const;
  // The session of a token we made; empty for anything else.
  std::string SessionOf(std::string_view refresh_token) const;

 private:
  std::string Hash(std::string_view kind, std::string_view a, std::string_view b) const;

  const crypto::KeyRing& ring_;
};

}  // namespace baodao::registration
