// Every key of lists beside those of any service (common/store/keys.h). {NN} is the shard: that of
// the area's subdistrict, for `added` the person's.
//
// clang-format off
//
//   {NN}lists:…            type    holds                                  bound
//   need:<need>            record  NeedRecord                             keep_ended once over
//   need-in:<area>…        index   needs in an area, of one state         as its needs
//   need-of:<person>       index   needs that a person raised             as its needs
//   resource:<resource>    record  ResourceRecord                         keep_ended once over
//   resource-in:<area>…    index   resources in an area, of one state     as its resources
//   project:<project>      record  ProjectRecord                          keep_ended once over
//   project-in:<area>…     index   projects in an area, of one state      as its projects
//   added:<type>:<person>  value   how many the person added in a day     24 hours
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

// Releases of contacts (Events), kept for audits when the outbox has long been trimmed.
inline std::string ReleasesKey(const store::Keys& keys, int shard) {
  return keys.Of(shard, "releases");
}

}  // namespace baodao::lists
