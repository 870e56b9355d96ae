// Keys of registration that are no records (store/records.h has those).
#pragma once

#include <string>
#include <string_view>

#include "common/store/keys.h"

namespace baodao::registration {

class RegistrationKeys {
 public:
  // `keys` outlives this.
  explicit RegistrationKeys(const store::Keys& keys) : keys_(keys) {}

  // The whole tree of areas.
  std::string Areas() const { return keys_.Of(kAreasShard, "areas", "tree"); }
  static constexpr int kAreasShard = 0;

  // The shard of the phone's index, its login codes and its person.
  int PhoneShard(std::string_view phone_hash) const { return keys_.ShardOfText(phone_hash); }
  // The id of the person who has the phone.
  std::string Phone(std::string_view hash) const { return OfPhone("phone", hash); }

  // Counters of login codes sent to a phone, for one `asker`: the hash of an address, the id of a
  // known device, or kAnybody.
  std::string SentMinute(std::string_view hash, std::string_view asker) const {
    return OfPhone("sent-minute", hash, asker);
  }
  std::string SentDay(std::string_view hash, std::string_view asker) const {
    return OfPhone("sent-day", hash, asker);
  }
  static constexpr std::string_view kAnybody = "anybody";
  std::string AddressHour(std::string_view hash) const { return OfPhone("address-hour", hash); }
  // Not 0: the device is not known any more.
  std::string DeviceEnded(std::string_view device_id) const {
    return keys_.Of(keys_.ShardOfId(device_id), "device-ended", device_id);
  }

 private:
  std::string OfPhone(std::string_view kind, std::string_view hash) const {
    return keys_.Of(PhoneShard(hash), kind, hash);
  }
  std::string OfPhone(std::string_view kind, std::string_view hash, std::string_view asker) const {
    return keys_.Of(PhoneShard(hash), kind, std::string(hash) + ":" + std::string(asker));
  }

  const store::Keys& keys_;
};

}  // namespace baodao::registration
