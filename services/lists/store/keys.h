// Every key of lists beside those of any service (common/store/keys.h). {NN} is the shard: that of
// the area's subdistrict, for `created` the person's.
//
// clang-format off
//
//   {NN}lists:…            type    holds                                  bound
//   need:<need>            record  NeedRecord                             keep_need once over
//   need-in:<area>…        index   needs in an area, of one state         as its needs
//   need-of:<person>       index   needs that a person raised             as its needs
//   need_series:<series>   record  NeedSeriesRecord                       keep_need_series once over
//   need_series-in:<area>… index   series in an area, of one state        as its series
//   need_series-of:<person>
//                          index   series of a person                     as these
//   open-need-series:<subdistrict>:<person>
//                          record  OpenNeedSeries                         kMaxOpenSeries; stays
//   resource:<resource>    record  ResourceRecord                         keep_resource once over
//   resource-in:<area>…    index   resources in an area, of one state     as its resources
//   resource-of:<owner>    index   those of a person or a unit            as these
//   booking:<booking>      record  BookingRecord                          keep_booking once over
//   booking-of:<id>        index   those of a person, of a resource       as these
//   slot:<slot>            record  SlotRecord                             a day after the slot
//   slot-of:<resource>     index   slots of a resource by their starts    as these
//   open-bookings:<subdistrict>:<person>
//                          record  OpenBookings                           kMaxOpenBookings; stays
//   project:<project>      record  ProjectRecord                          keep_project once over
//   project-in:<area>…     index   projects in an area, of one state      as its projects
//   project-of:<id>        index   those of a proposer, of a unit, and    as these; followers
//                                  of follower:<person>                   kMaxFollowers a project
//   created:<type>:<person>
//                          value   how many the person made in a day      24 hours
//   closed:<person>        value   their account was deleted just now     1 hour
//   releases               stream  who was shown which contact (Events),  1,000,000 a shard
//                                  kept for audits
//
// clang-format on
#pragma once

#include <string>
#include <string_view>

#include "common/store/keys.h"

namespace baodao::lists {

// The kind of the timers that finish publications, by need.
inline constexpr std::string_view kPublishTimer = "publish";

// The kind of the timers that cancel the bookings of what was withdrawn, by resource.
inline constexpr std::string_view kEndBookingsTimer = "end_bookings";

inline std::string OpenBookingsKey(const store::Keys& keys, int shard, std::string subdistrict,
                                   std::string_view person_id) {
  return keys.Of(shard, "open-bookings", subdistrict.append(":").append(person_id));
}

inline std::string OpenNeedSeriesKey(const store::Keys& keys, int shard, std::string subdistrict,
                                     std::string_view person_id) {
  return keys.Of(shard, "open-need-series", subdistrict.append(":").append(person_id));
}

}  // namespace baodao::lists
