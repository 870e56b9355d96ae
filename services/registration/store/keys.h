// Every key of registration beside those of any service (common/store/keys.h). {NN} is the shard:
// that of the area's subdistrict (units, service points), of the phone's hash (people, by their
// first, and all that is about a login), or of the subject (registrations, applications for
// verification).
//
// clang-format off
//
//   {NN}registration:…        type    holds                                  bound
//   areas:tree                record  AreaTreeRecord: all areas, in shard 0  one
//   unit:<unit>               record  UnitRecord                             for good
//   unit-in:<area>            index   units in an area                       as its units
//   unit-of:<person>          index   units that the person speaks for       as these
//   service_point:<point>     record  ServicePointRecord                     for good
//   service_point-in:<area>…  index   points in an area, of one state        as its points
//   person:<person>           record  PersonRecord                           for good
//   person-in:<area>          index   people registered in an area           as its people
//   person-all                index   people of the shard                    as its people
//   registration:<reg>        record  RegistrationRecord                     keep_registration once over
//   registration-in:<area>…   index   registrations, of one state            as these
//   registration-of:<id>      index   those of a person or a unit            as these
//   registration-of:<unit>/members
//                             index   live ones that came through a unit     as these
//   verification:<vrf>        record  VerificationRecord                     keep_verification once over
//   verification-in:<area>…   index   applications, of one state             as these
//   verification-of:<id>      index   those of a person or a unit            as these
//   phone:<hash>              record  the id of the person who has it, or    one a phone
//                                     had it and could not be taken out yet
//   code:<challenge>          record  LoginCodeRecord                        until it has run out
//   session:<session>         record  SessionRecord                          kRefreshLife
//   session-of:<person>       index   those in force                         as these
//   device-ended:<device>     value   not 0: it is not known any more        kDeviceLife
//   sent-minute:<hash>:<by>   value   codes sent to a phone for one          code_interval
//   sent-day:<hash>:<by>      value   asker, likewise                        24 hours
//   address-hour:<hash>       value   codes asked for by an address          1 hour
//   releases                  stream  whose names a liaison was shown        1,000,000 a shard
//                                     (Events), kept for audits
//
// clang-format on
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
