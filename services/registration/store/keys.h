// Every key of registration's store.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "baodao/registration/v1/registration.pb.h"
#include "common/auth/principal.h"
#include "common/store/keys.h"

namespace baodao::registration {

class RecordKeys {
 public:
  // `keys` outlives this.
  explicit RecordKeys(const store::Keys& keys) : keys_(keys) {}

  const store::Keys& keys() const { return keys_; }
  int shards() const { return keys_.shards(); }

  // The shard of a well-formed id with this prefix; nothing for ids that cannot be ours.
  std::optional<int> ShardOf(std::string_view id, std::string_view prefix) const;
  // Where requests of a caller are put down.
  int CallerShard(const auth::Principal& caller) const;
  // Where the phone's index, its login codes and its person live.
  int PhoneShard(std::string_view phone_hash) const { return keys_.ShardOfText(phone_hash); }

  // Records. Ids must have a shard.
  std::string Areas() const { return keys_.Of(kAreasShard, "areas", "tree"); }
  std::string Person(std::string_view id) const { return OfId("person", id); }
  std::string Unit(std::string_view id) const { return OfId("unit", id); }
  std::string Registration(std::string_view id) const { return OfId("registration", id); }
  std::string Session(std::string_view id) const { return OfId("session", id); }
  std::string Phone(std::string_view hash) const { return OfPhone("phone", hash); }
  std::string LoginCode(std::string_view challenge_id) const { return OfId("code", challenge_id); }

  // Counters of login codes sent to a phone, for one `asker`: the hash of an address, the id of a
  // known device, or kAnybody.
  std::string SentMinute(std::string_view hash, std::string_view asker) const {
    return OfPhone("sent-minute", hash, asker);
  }
  std::string SentDay(std::string_view hash, std::string_view asker) const {
    return OfPhone("sent-day", hash, asker);
  }
  static constexpr std::string_view kAnybody = "anybody";
  // Not 0: the device is not known any more.
  std::string DeviceEnded(std::string_view device_id) const {
    return OfId("device-ended", device_id);
  }
  std::string AddressHour(std::string_view hash) const { return OfPhone("address-hour", hash); }

  // Indexes, one per shard, all scores 0. An area's holds what lies in its whole subtree.
  std::string AllPeople(int shard) const { return keys_.Of(shard, "people"); }
  std::string PeopleAt(int shard, std::string_view area) const {
    return keys_.Of(shard, "people-at", area);
  }
  std::string UnitsAt(int shard, std::string_view area) const {
    return keys_.Of(shard, "units-at", area);
  }
  std::string RegistrationsAt(int shard, v1::RegistrationState state, std::string_view area) const;
  // All registrations of a person or unit, ended ones too.
  std::string RegistrationsOf(std::string_view subject_id) const {
    return OfId("registrations-of", subject_id);
  }

  static constexpr int kAreasShard = 0;

 private:
  std::string OfId(std::string_view kind, std::string_view id) const {
    return keys_.Of(keys_.ShardOfId(id), kind, id);
  }
  std::string OfPhone(std::string_view kind, std::string_view hash) const {
    return keys_.Of(PhoneShard(hash), kind, hash);
  }
  std::string OfPhone(std::string_view kind, std::string_view hash, std::string_view asker) const {
    return keys_.Of(PhoneShard(hash), kind, std::string(hash).append(1, '.').append(asker));
  }

  const store::Keys& keys_;
};

}  // namespace baodao::registration
