// The application: everything that handlers and workers of lists share.
#pragma once

#include <absl/status/status.h>

#include <string>

#include "common/areas/feed.h"
#include "common/clock/clock.h"
#include "common/crypto/key_ring.h"
#include "common/record/repository.h"
#include "common/rpc/context.h"
#include "common/work/limits.h"
#include "services/lists/app/peers.h"
#include "services/lists/store/records.h"

namespace baodao::lists {

// Everything outlives the handlers.
struct App {
  record::Repository& records;
  Clock& clock;
  const crypto::KeyRing& key_ring;
  Peers& peers;
  work::Limits limits = {};
  // The version of the text about privacy in force; empty: there is none.
  std::string privacy_version = {};
};

// Tells the repository what lists keeps.
void AddRecords(App& app);

// Whether things of two areas may be brought together: one lies in the other, or both in one
// subdistrict; for a closed one its successor.
bool Related(const areas::AreaTree& tree, const std::string& a, const std::string& b);

// The area with whose bookings, or series, those of a person in an area are counted: its
// subdistrict, or the wider area itself.
std::string CountedIn(const areas::AreaTree& tree, const std::string& area_code);

// OK when the caller is a liaison of the unit, NOT_THE_LIAISON otherwise; NOT_FOUND without such a
// unit.
Task<absl::Status> CheckLiaison(rpc::CallContext context, Peers& peers, std::string unit_id);

}  // namespace baodao::lists
