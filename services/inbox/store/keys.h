// Every key of inbox beside those of any service (common/store/keys.h).
//
// An inbox lies in the shard {NN} of its owner: a person's in the one of their id, an area's, and
// its announcements, in the one of its subdistrict.
//
// clang-format off
//
//   {NN}inbox:…              type    holds                                     bound
//   head:<owner>             record  InboxRecord: counts, what is read,        one an owner, tasks
//                                    tallies, reminders                        ahead
//   entries:<owner>          hash    number → NotificationRecord               kKept, keep_notification
//   urgent:<owner>           hash    the urgent ones of these, once more, by   kKept, keep_notification
//                                    their own count
//   held:<owner>             hash    tally → notification held back            kMaxTallies, kHeldFor
//   channels:<person>        record  ChannelsRecord: devices, preferences      kMaxDevices, one a person
//   announcement:<announcement>
//                            record  AnnouncementRecord                        keep_announcement once over
//   announcement-in:<area>…  index   those of an area's subtree, of one state  as these
//   announcement-of:<area>   index   those PUBLISHED for the whole area        as these
//   published:<area>         record  PublishedRecord: when it published        kAnnouncementsPerDay
//
// clang-format on
#pragma once

#include <string>

#include "common/store/keys.h"

namespace baodao::inbox {

inline std::string PublishedKey(const store::Keys& keys, int shard, const std::string& area_code) {
  return keys.Of(shard, "published", area_code);
}

}  // namespace baodao::inbox
