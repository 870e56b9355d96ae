// What the handlers of lists work with, and what they share.
#pragma once

#include <absl/status/status.h>
#include <google/protobuf/message.h>

#include <string>

#include "common/areas/feed.h"
#include "common/areas/place_check.h"
#include "common/clock/clock.h"
#include "common/crypto/key_ring.h"
#include "common/rpc/context.h"
#include "common/store/store.h"
#include "common/work/limits.h"
#include "services/lists/rpc/peers.h"
#include "services/lists/store/lists_store.h"

namespace baodao::lists {

// Everything outlives the handlers.
struct Deps {
  ListsStore& lists;
  Clock& clock;
  const crypto::KeyRing& key_ring;
  areas::AreaTreeFeed& areas;
  Peers& peers;
  work::Limits limits = {};
};

// The origin of a change made by this call.
Origin OriginOf(const rpc::CallContext& ctx, Time now);

// The request key of a call; the fingerprint covers method and request.
store::RequestKey KeyOf(const rpc::CallContext& ctx, const google::protobuf::Message& request);

// The shard of the caller's request marks: a person's own, `shard` for services.
int CallerShard(const rpc::CallContext& ctx, const ListsStore& lists, int shard);

// AREA_UNKNOWN unless the tree has the area.
absl::Status CheckArea(const areas::AreaTree& tree, const std::string& area_code);

// PLACE_FAR_FROM_AREA unless the request's place may be in the area, or is confirmed.
template <class Request>
absl::Status CheckPlaceOf(const areas::AreaTree& tree, const std::string& area_code,
                          const Request& request) {
  if (request.place_confirmed()) return absl::OkStatus();
  return areas::CheckPlace(tree, area_code, request.place());
}

// Whether things of two areas may be brought together: one lies in the other, or both in one
// subdistrict; for a closed one its successor.
bool Related(const areas::AreaTree& tree, const std::string& a, const std::string& b);

// OK when the caller is the unit's liaison, NOT_THE_LIAISON otherwise; NOT_FOUND without such a
// unit.
Task<absl::Status> CheckLiaison(rpc::CallContext ctx, Peers& peers, std::string unit_id);

}  // namespace baodao::lists
