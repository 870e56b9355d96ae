// The private fields of people: sealed in records, shown in full to their owner only.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

#include "baodao/registration/v1/person.pb.h"
#include "baodao/registration/v1/records.pb.h"
#include "common/clock/clock.h"
#include "common/crypto/key_ring.h"
#include "services/registration/domain/person_rules.h"

namespace baodao::registration {

class Vault {
 public:
  // `ring` outlives this.
  explicit Vault(const crypto::KeyRing& ring) : ring_(ring) {}

  // Puts the fields into the record, which has its person_id, sealed with the newest key; and what
  // the person is found by.
  void Seal(const PrivateFields& fields, v1::PersonRecord* record) const;
  // DATA_LOSS when a key of the ring is missing or the record was tampered with.
  absl::StatusOr<PrivateFields> Open(const v1::PersonRecord& record) const;

  // The person as it is answered: names, phones and addresses masked, homes rounded, without photo,
  // unless `own`.
  absl::StatusOr<v1::Person> Show(const v1::PersonRecord& record, bool own) const;

  // The same for what speaks for an application, which is for whoever sees the application.
  void SealProof(const v1::ApplyForVerificationRequest& request,
                 v1::VerificationRecord* record) const;
  absl::StatusOr<v1::Verification> Show(const v1::VerificationRecord& record) const;

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

  // Refresh tokens of a session: "<session_id>.<link>.<mark>". The mark proves that we made it.
  // Each link is a keyed hash of the one before: whoever exchanges a token twice gets the same
  // successor.
  std::string FirstRefreshToken(std::string_view session_id) const;
  // `token` is one we made.
  std::string NextRefreshToken(std::string_view token) const;
  // The session of a token we made; empty for anything else.
  std::string SessionOf(std::string_view refresh_token) const;

  // Says until when a device is known to belong to the phone: "<device_id>.<milliseconds>.<mark>".
  std::string DeviceToken(std::string_view phone_hash, std::string_view device_id,
                          Time expires) const;
  // The device, where the token is one of the phone that we made and that still holds; else empty.
  std::string DeviceOf(std::string_view device_token, std::string_view phone_hash, Time now) const;

 private:
  std::string RefreshToken(std::string_view session_id, std::string_view link) const;
  std::string Hash(std::string_view kind, std::string_view a, std::string_view b) const;

  const crypto::KeyRing& ring_;
};

}  // namespace baodao::registration
