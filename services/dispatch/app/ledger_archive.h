// Ledgers as `records` has them.
#pragma once

#include "common/rpc/client.h"
#include "services/dispatch/store/ledgers.h"

namespace baodao::dispatch {

// `channel`, to `records`, outlives it.
LedgerArchive ArchiveAt(rpc::Channel& channel, Millis keep);

}  // namespace baodao::dispatch
