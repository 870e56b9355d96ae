// Pushes as push gateways get them.
#pragma once

#include <string>
#include <vector>

#include "baodao/inbox/v1/push.pb.h"
#include "baodao/inbox/v1/records.pb.h"
#include "services/inbox/domain/render.h"

namespace baodao::inbox {

// A device of the person, and its token in clear.
struct Target {
  v1::Device device;
  std::string push_token;
};

// One notification in its own words; several as how many there are, and the title of the latest.
v1::Push MessageOf(const std::string& person_id, const v1::PushRecord& push,
                   const std::vector<Target>& targets, const AreaNames& names);

}  // namespace baodao::inbox
